import { call } from './library';

/** The parts of a step that installs packages, all in one go. */
export const install = (names: readonly string[]) => ({
  installs: names,
  check: call('check_packages_absent', ...names),
  run: call('install_packages', ...names),
  verify: call('verify_packages', ...names),
  undo: call('undo_packages'),
});
