import { join } from 'node:path';
import { readBytes } from '../document/document';
import { didYouMean } from '../document/suggest';
import { writeNew } from '../document/write-below';
import { ExitCode, UsageError } from '../errors';
import { inventoryFolder } from '../inventory/find';
import type { Context } from '../planning/context';
import { installation } from '../playbook/playbook';
import { allShipped, ownOf, type Shipped, shippedAs } from '../playbook/shipped';

export interface EjectOptions {
  /** The playbook, template or file to copy; without it, all are listed. */
  name?: string;
  /** The folder of the inventory for which the copy is made; by default of the one that is found. */
  to?: string;
}

/** `haprov eject`: copies a shipped playbook, template or file for the user to edit, or lists them. */
export async function eject(options: EjectOptions, context: Context): Promise<ExitCode> {
  const { name, to = inventoryFolder(context.env) } = options;
  if (name === undefined) {
    await context.print(listing(to));
    return ExitCode.done;
  }
  const shipped = choose(name);
  const hint = 'remove it to start from the shipped one again';
  const own = ownOf(shipped, to);
  if (own !== undefined) throw new UsageError(`${own} is there already, and stays as it is`, hint);
  const file = join(to, shipped.path);
  writeNew(file, readBytes(join(installation, shipped.path)), hint);
  await context.print(
    `${file}\nfrom now on this ${shipped.kind} is used, not the shipped one, for inventories in ${to === '.' ? 'this folder' : to}; haprov render shows the result\n`,
  );
  return ExitCode.done;
}

function choose(name: string): Shipped {
  const [found, ...others] = shippedAs(name);
  if (found && others.length === 0) return found;
  if (found)
    throw new UsageError(
      `"${name}" may be ${[found, ...others].map(({ kind }) => `a ${kind}`).join(' or ')}`,
      `say which: ${[found, ...others].map(({ path }) => path).join(' or ')}`,
    );
  const known = allShipped().map((one) => one.name);
  throw new UsageError(
    `nothing that came with haprov is called "${name}"${didYouMean(name, known)}`,
    'haprov eject without a name lists what there is',
  );
}

/** The shipped files by kind, one per line, with the user's own copy where there is one. */
function listing(folder: string): string {
  const all = allShipped();
  const width = Math.max(...all.map(({ name }) => name.length));
  return (['playbook', 'template', 'file'] as const)
    .map((kind) => {
      const rows = all
        .filter((one) => one.kind === kind)
        .map((one) => {
          const own = ownOf(one, folder);
          return own === undefined ? `  ${one.name}` : `  ${one.name.padEnd(width)}  yours: ${own}`;
        });
      return rows.length > 0 ? [`${kind}s`, ...rows].join('\n') : '';
    })
    .filter(Boolean)
    .join('\n');
}
