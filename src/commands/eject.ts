import { ExitCode } from '../errors';
import { eject as copy, type ShippedFile, shippedFiles } from '../library/eject';
import type { Context } from '../planning/context';

export interface EjectOptions {
  /** The playbook, template or file to copy; without it, all are listed. */
  name?: string;
  /** The folder of the inventory for which the copy is made; by default of the one that is found. */
  to?: string;
}

/** `haprov eject`: copies a shipped playbook, template or file for the user to edit, or lists them. */
export async function eject({ name, to }: EjectOptions, context: Context): Promise<ExitCode> {
  if (name === undefined) {
    await context.print(listing(shippedFiles({ to }, context)));
    return ExitCode.done;
  }
  const { kind, file, folder } = copy({ name, to }, context);
  await context.print(
    `${file}\nfrom now on this ${kind} is used, not the shipped one, for inventories in ${folder === '.' ? 'this folder' : folder}; haprov render shows the result\n`,
  );
  return ExitCode.done;
}

/** The shipped files by kind, one per line, with the user's own copy where there is one. */
function listing(all: readonly ShippedFile[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return (['playbook', 'template', 'file'] as const)
    .map((kind) => {
      const rows = all
        .filter((one) => one.kind === kind)
        .map(({ name, own }) => (own === undefined ? `  ${name}` : `  ${name.padEnd(width)}  yours: ${own}`));
      return rows.length > 0 ? [`${kind}s`, ...rows].join('\n') : '';
    })
    .filter(Boolean)
    .join('\n');
}
