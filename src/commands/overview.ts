import { relative, resolve } from 'node:path';
import { describeFault, ExitCode, type Fault, InputError } from '../errors';
import { findInventory, inventoryNames } from '../inventory/find';
import { buildInventory, readInventory } from '../inventory/load';
import type { Context } from '../planning/context';
import { count, visible, visibleLines } from '../text/format';

/** What says that a value is not known because no program runs here, and no secret is opened. */
const notAsked = 'not asked';

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
  const found = findInventory(context.env);
  if (!found) {
    const where = `no inventory yet: there is no ${inventoryNames.join(', ')} in ${resolve('')} or above`;
    await context.print(`${visible(where)}\n\n${commands([...begin, help])}`);
    return ExitCode.done;
  }
  const { file, isOfVariable } = found;
  await context.print(visibleLines(`inventory: ${file}${isOfVariable ? ' (HAPROV_INVENTORY)' : ''}\n`));
  const document = readInventory(resolve(file));
  const { faults, isWhole } = faultsOf(document, context);
  const [first] = faults;
  const rows = [
    contentOf(document.value),
    first
      ? `not valid: ${count(faults.length, 'fault')}${faults.length > 1 ? ', the first' : ''}: ${describeFault({ ...first, file: relative('', first.file) })}`
      : `valid${isWhole ? '' : ' as far as can be told without the programs and secrets that it names'}; at its playbooks and templates lint looks`,
  ];
  const next = first ? [mend] : goOn;
  await context.print(`${rows.map(visibleLines).join('\n')}\n\n${commands([...next, help])}`);
  return ExitCode.done;
}

function faultsOf(
  document: ReturnType<typeof readInventory>,
  context: Context,
): { faults: readonly Fault[]; isWhole: boolean } {
  try {
    buildInventory(
      document,
      context.env,
      () => ({ fault: notAsked }),
      (secrets) => context.keepSecret(secrets),
    );
    return { faults: [], isWhole: true };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const faults = error.faults.filter(({ message }) => message !== notAsked);
    return { faults, isWhole: faults.length === error.faults.length };
  }
}

/** What a document says, whether it is valid or not: "2 hosts (fred, ethyl), 1 VIP (10.0.0.9), 1 service (www)". */
function contentOf(value: unknown): string {
  const namesIn = (key: string) => {
    const part = fieldOf(value, key);
    return typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.keys(part) : [];
  };
  const vips = namesIn('vips').map((name) => {
    const address = fieldOf(fieldOf(fieldOf(value, 'vips'), name), 'address');
    return typeof address === 'string' ? address : name;
  });
  const playbooks = fieldOf(value, 'playbooks');
  const parts: [string, string[]][] = [
    ['host', namesIn('hosts')],
    ['VIP', vips],
    ['service', namesIn('services')],
    ['playbook', Array.isArray(playbooks) ? playbooks.filter((one) => typeof one === 'string') : []],
  ];
  return parts
    .map(([noun, names]) => {
      const shown = names.length > 5 ? [...names.slice(0, 4), `and ${names.length - 4} more`] : names;
      return `${count(names.length, noun)}${shown.length > 0 ? ` (${shown.join(', ')})` : ''}`;
    })
    .join(', ');
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

function commands(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([command]) => command.length));
  return `next:\n${rows.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}\n`;
}
