import { missingShells } from '../shell/shells';
import { need } from './needed';

/** Sees to it that all four shells are here that every script for hosts has to run in. */
export default function installShells(): void {
  const missing = missingShells().map(({ program }) => program);
  need(
    `THE SHELLS ${missing.join(', ')} ARE`,
    () => missingShells().length === 0,
    missingShells().map((shell) => shell.package),
    'the tests of scripts in these shells',
  );
}
