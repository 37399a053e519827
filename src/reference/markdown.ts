import { type CommandData, type Term, withAllBelow } from './command-data';
import { type Key, toldOnce } from './keys';

/** The documents of docs/reference. */

const made = (by: string) => `Written by \`npm run reference\` from ${by}; do not edit it.`;

/** All commands with their arguments and options. */
export function commandsDocument(program: CommandData): string {
  const commands = withAllBelow(program).filter((command) => command !== program);
  const shared = sharedGroups(commands);
  const sections = commands.map((command) =>
    [
      `## ${command.name}`,
      `${sentence(command.about)}`,
      ...(command.commands.length > 0 ? [] : [`\`\`\`text\n${command.name} ${command.usage}\n\`\`\``]),
      ...(command.commands.length > 0 ? [below(command)] : []),
      ...(command.arguments.length > 0 ? [table('argument', command.arguments)] : []),
      ...command.options
        .map((group) => ({ ...group, terms: group.terms.filter(({ term }) => term !== '-h, --help') }))
        .filter(({ title, terms }) => terms.length > 0 && !isShared(shared, title, terms))
        .map(({ title, terms }) => table(title === 'Options' ? 'option' : `option (${title})`, terms)),
      ...seeShared(command, shared),
      ...command.after.split('\n\n').flatMap((text) => (text ? [cell(text.replaceAll('\n', ' '))] : [])),
    ].join('\n\n'),
  );
  const common = shared.map(({ title, terms }) => `### ${title}\n\n${table('option', terms)}`);
  return `# Commands

${made('the command line itself, as `--help` says it')}

${below(program)}

${sections.join('\n\n')}

## Options of several commands

${common.join('\n\n')}
`;
}

type Group = CommandData['options'][number];

/** Groups of options that three commands or more have alike, one of each title: they are told once. */
function sharedGroups(commands: readonly CommandData[]): Group[] {
  const all = commands.flatMap(({ options }) => options).filter(({ title }) => title !== 'Options');
  return all.filter(
    (group, index) =>
      all.filter((other) => isSame(group, other)).length > 2 &&
      all.findIndex(({ title }) => title === group.title) === index,
  );
}

const isSame = (one: Group, other: Group) => JSON.stringify(one) === JSON.stringify(other);
const isShared = (shared: readonly Group[], title: string, terms: readonly Term[]) =>
  shared.some((group) => isSame(group, { title, terms: [...terms] }));

function seeShared(command: CommandData, shared: readonly Group[]): string[] {
  const titles = command.options
    .filter((group) => shared.some((other) => isSame(group, other)))
    .map(({ title }) => `[${title}](#${title.toLowerCase()})`);
  return titles.length > 0 ? [`Also those of ${titles.join(', ')}.`] : [];
}

const anchor = (name: string) => name.replaceAll(' ', '-');
const below = (command: CommandData) =>
  list(command.commands.map(({ name, about }) => `[\`${name}\`](#${anchor(name)}): ${about}`));
const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');

function table(heading: string, terms: readonly Term[]): string {
  const rows = terms.map(({ term, about }) => `| ${code(term)} | ${cell(about)} |`);
  return [`| ${heading} | |`, '|---|---|', ...rows].join('\n');
}

/** All keys of an inventory or a playbook. */
export function keysDocument(kind: 'inventory' | 'playbook', keys: readonly Key[]): string {
  const told = toldOnce(keys);
  const headings = new Set(told.map(({ path }) => headOf(kind, keys, path)));
  const sections = [...headings].map((heading) => {
    const rows = told.filter(({ path }) => headOf(kind, keys, path) === heading);
    const lines = rows.map(
      ({ path, about, values, fallback, isNeeded, like }) =>
        `| ${code(path)} | ${cell(about)}${like ? ` The keys below it are those below ${code(like)}.` : ''} | ${cell(values)} | ${isNeeded ? '**needed**' : fallback === undefined ? '' : code(fallback)} |`,
    );
    return [
      `## ${heading}`,
      ['| key | what it says | what it may be | default |', '|---|---|---|---|', ...lines].join('\n'),
    ].join('\n\n');
  });
  return `# Keys of ${kind === 'inventory' ? 'an inventory' : 'a playbook'}

${made(`\`schema/${kind}.schema.json\``)}
${intro[kind]} \`haprov explain KEY\` says the same, with an example.

${sections.join('\n\n')}
`;
}

const intro = {
  inventory:
    'NAME is a name of your choice, and [] each item of a list. Any text may be `{ "env": NAME }`, `{ "file": PATH }`, `{ "command": […] }` or `{ "secret": NAME }` ([the inventory](../inventory.md)).',
  playbook:
    'Keys of a resource begin with its type. Any value of a resource may be `{ "var": NAME }` or a text with `<%= … %>` ([playbooks](../playbooks.md)).',
};

/** A section for each key of the first level that has some below it; for each type of resource. */
function headOf(kind: string, keys: readonly Key[], path: string): string {
  const [first = ''] = path.split(/[.[]/);
  if (!keys.some((key) => key.path === first)) return `The resource ${code(first)}`;
  const hasMore = keys.some((key) => key.path.startsWith(`${first}.`) || key.path.startsWith(`${first}[`));
  return hasMore ? code(first) : `The ${kind}`;
}

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');
