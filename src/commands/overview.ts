import { relative, resolve } from 'node:path';
import { describeFault, ExitCode } from '../errors';
import { inventoryNames, overview as lookOver, type Overview } from '../library/overview';
import type { Context } from '../planning/context';
import { count, visible, visibleLines } from '../text/format';

const begin: [string, string][] = [
  [
    'haprov init --out inventory.json',
    'asks for two hosts and their shared address; Enter alone: an example',
  ],
  ['haprov init --from hosts.ini', 'one made of an Ansible inventory'],
  ['haprov adopt HOST HOST', 'one made of a pair that runs already'],
];
const mend: [string, string] = ['haprov lint', 'all that is wrong, each at its place'];
const goOn: [string, string][] = [
  ['haprov lint', 'what will go wrong although all is valid; asks no host'],
  ['haprov plan', 'what apply would change; changes nothing'],
  ['haprov apply', 'shows the plan, asks, does it'],
  ['haprov status', 'what works, what is broken, what to do about it'],
];
const help: [string, string] = ['haprov --help', 'all commands'];

/**
 * `haprov` alone: says which inventory is meant, what is in it, whether it is valid, and the next commands. Asks no host, runs no
 * program for a value and no template, and opens no secret.
 */
export async function overview(_: object, context: Context): Promise<ExitCode> {
  const known = await lookOver(
    {
      onFound: ({ file, isOfVariable }) =>
        context.print(visibleLines(`inventory: ${file}${isOfVariable ? ' (HAPROV_INVENTORY)' : ''}\n`)),
    },
    context,
  );
  if (!known) {
    const where = `no inventory yet: there is no ${inventoryNames.join(', ')} in ${resolve('')} or above`;
    await context.print(`${visible(where)}\n\n${commands([...begin, help])}`);
    return ExitCode.done;
  }
  const { faults, isWhole } = known;
  const [first] = faults;
  const rows = [
    contentOf(known),
    first
      ? `not valid: ${count(faults.length, 'fault')}${faults.length > 1 ? ', the first' : ''}: ${describeFault({ ...first, file: relative('', first.file) })}`
      : `valid${isWhole ? '' : ' as far as can be told without the programs and secrets that it names'}; at its playbooks and templates lint looks`,
  ];
  const next = first ? [mend] : goOn;
  await context.print(`${rows.map(visibleLines).join('\n')}\n\n${commands([...next, help])}`);
  return ExitCode.done;
}

/** "2 hosts (fred, ethyl), 1 VIP (10.0.0.9), 1 service (www)". */
function contentOf({ hosts, vips, services, playbooks }: Overview): string {
  const parts: [string, string[]][] = [
    ['host', hosts],
    ['VIP', vips],
    ['service', services],
    ['playbook', playbooks],
  ];
  return parts
    .map(([noun, names]) => {
      const shown = names.length > 5 ? [...names.slice(0, 4), `and ${names.length - 4} more`] : names;
      return `${count(names.length, noun)}${shown.length > 0 ? ` (${shown.join(', ')})` : ''}`;
    })
    .join(', ');
}

function commands(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([command]) => command.length));
  return `next:\n${rows.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}\n`;
}
