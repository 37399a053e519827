import * as z from 'zod';
import { list, object, packageName } from '../document/fields';
import { install } from '../shell/install';
import { call } from '../shell/library';
import { takenBack } from './command';
import { common, timeout } from './fields';
import type { ResourceType } from './resource-type';

const schema = object({
  ...common,
  timeout: timeout(900),
  type: z
    .literal('package')
    .describe('Packages that must be installed, by yum or dnf; none is ever removed.'),
  names: list(packageName(), 'a list of package names', 1).describe('As rpm -q knows them.'),
});

type PackageSpec = z.output<typeof schema>;
/** Name → installed version-release; `null` where it is not installed. */
type PackageState = Record<string, string | null>;

/** Packages that must be installed, by the host's yum or dnf. Asks no mirror where they are. */
export const packages: ResourceType<PackageSpec, PackageState> = {
  type: 'package',
  schema,
  part: 'packages',
  mayRepeat: true,
  about: (spec) => ({ packages: spec.names }),
  target: (spec) => spec.names.join(' '),
  // Of an update; what is installed stays.
  before: (step) =>
    takenBack(step, `package ${step.target}`, 'packages')?.map((past) =>
      past.turn === 'reverse' ? { ...past, isLoaded: true } : past,
    ),
  probe: (spec) => call('probe_packages', ...spec.names),
  asksFor: (spec) => ({ packages: spec.names }),
  read(output) {
    const entries = output
      .split('\n')
      .filter(Boolean)
      .map((row): [string, string | null] => {
        const [name, version] = row.split('\t');
        if (!name || !version) throw new Error(`not a package's state: ${row}`);
        return [name, version === '-' ? null : version];
      });
    return Object.fromEntries(entries);
  },
  diff(spec, state) {
    const missing = spec.names.filter((name) => state[name] === null);
    if (missing.length === 0) return [];
    return [
      {
        action: 'install',
        attributes: missing.map((name) => ({ name, from: null, to: 'installed' })),
        notes: ['packages stay when the rest is restored'],
        step: {
          limitSeconds: spec.timeout,
          phase: 'prepare',
          ...install(missing),
        },
      },
    ];
  },
};
