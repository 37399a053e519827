import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How to call a POSIX shell: `dash`, `bash --posix`, … */
export type Shell = readonly [string, ...string[]];

interface Needed {
  program: string;
  args: readonly string[];
  /** Debian's. */
  package: string;
}

/** The shells that have to agree; ksh93 is the only one with a package of another name. */
const needed: readonly Needed[] = [
  { program: 'dash', args: [], package: 'dash' },
  { program: 'bash', args: ['--posix'], package: 'bash' },
  { program: 'busybox', args: ['sh'], package: 'busybox' },
  { program: 'ksh93', args: ['-o', 'posix'], package: 'ksh' },
];

/** Where a program of this machine is. */
export function findProgram(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export const missingShells = (): readonly Needed[] =>
  needed.filter(({ program }) => findProgram(program) === undefined);

/** All four; without those that cannot be had here, which the set-up of the tests says loudly. */
export const shells: readonly Shell[] = needed
  .filter((shell) => !missingShells().includes(shell))
  .map(({ program, args }) => [program, ...args]);
