import { join } from 'node:path';
import { didYouMean } from '../document/suggest';
import { ExitCode, UsageError } from '../errors';
import type { Context } from '../planning/context';
import { installation } from '../playbook/playbook';
import { exampleOf } from '../reference/examples';
import { allExplained, type Explained, explainedAs, type Kind, kinds } from '../reference/explained';
import { plain } from '../reference/inline';

export interface ExplainOptions {
  /** What to explain; without it, everything that can be is listed. */
  word?: string;
}

/** How many keys of one ending are explained at once; of more, only the paths are told. */
const mostAtOnce = 3;

/** `haprov explain`: says what the documents and schemas say of one word. */
export async function explain({ word }: ExplainOptions, context: Context): Promise<ExitCode> {
  const all = allExplained();
  if (word === undefined) {
    await context.print(listing(all));
    return ExitCode.done;
  }
  const found = explainedAs(word, all);
  if (found.length === 0) {
    const names = all.flatMap(({ name, key }) => (key ? [name, name.split('.').at(-1) ?? ''] : [name]));
    throw new UsageError(
      `haprov takes and prints no "${word}"${didYouMean(word, [...new Set(names)])}`,
      'haprov explain without a word lists all of them',
    );
  }
  const isFew = found.length <= mostAtOnce;
  await context.print(
    isFew
      ? found.map((one) => explanation(one, all)).join('\n\n')
      : `${found.length} are called so; say which:\n${found.map(({ name, text }) => `  ${name}: ${text}`).join('\n')}`,
  );
  return ExitCode.done;
}

function explanation(one: Explained, all: readonly Explained[]): string {
  const { kind, name, text, document, key } = one;
  const rows = key ? ofKey(one, all) : [];
  return [
    `${name}: ${kinds[kind]}`,
    '',
    inTerminal(text),
    '',
    ...rows.flatMap(([title, value]) => (value === undefined ? [] : [`  ${title.padEnd(10)}${value}`])),
    `  ${'more'.padEnd(10)}${join(installation, document)}`,
  ].join('\n');
}

function ofKey(
  { kind, name, key }: Explained,
  all: readonly Explained[],
): [title: string, value: string | undefined][] {
  const leaf = name.split('.').at(-1) ?? '';
  const example = key && exampleOf(kind === 'playbook' ? 'playbook' : 'inventory', key, installation);
  const below = all
    .filter((other) => other.kind === kind && parentOf(other.name) === name)
    .map((other) => other.name);
  return [
    ['may be', `${key?.values}${key?.isNeeded ? '; it is needed' : ''}`],
    ['default', key?.fallback],
    ['example', example && (example.startsWith('{"type"') ? example : `${JSON.stringify(leaf)}: ${example}`)],
    ['below it', below.length > 0 ? below.map((path) => path.split('.').at(-1)).join(', ') : undefined],
  ];
}

/** The key that a key stands below, be it in a list or below a name of the user's. */
const parentOf = (path: string) =>
  path
    .split('.')
    .slice(0, -1)
    .join('.')
    .replace(/(?:\.NAME|\[\])+$/, '');

/** Paragraphs without marks, and code blocks as they are, indented. */
function inTerminal(markdown: string): string {
  return markdown
    .split(/^```\w*\n([\s\S]*?)^```\n?/m)
    .map((part, index) =>
      index % 2 === 1
        ? part.trimEnd().replaceAll(/^(?=.)/gm, '  ')
        : part
            .trim()
            .split('\n\n')
            .map((text) => plain(text.replace(/^\*\*(\w+)\*\* /, '$1: ').replaceAll(/\n(?![-|])/g, ' ')))
            .join('\n\n'),
    )
    .filter((part) => part !== '')
    .join('\n\n');
}

function listing(all: readonly Explained[]): string {
  const titles: Record<Kind, string> = {
    inventory: 'keys of the inventory, and those below them',
    playbook: 'keys of a playbook, and types of resources',
    rule: 'rules of lint',
    finding: 'findings of status',
    level: 'levels of findings',
    check: 'how HAProxy’s check of a server ends',
    metric: 'metrics for Prometheus',
    event: 'what hooks are told of',
    disruption: 'what clients notice of a change',
    phase: 'what a run is at',
    result: 'how a run ends on a host',
    rollback: 'warnings of a rollback',
    code: 'exit codes',
    word: 'words',
    command: 'commands',
    option: 'options',
  };
  const groups = (Object.keys(kinds) as Kind[]).map((kind) => {
    const names = all
      .filter((one) => one.kind === kind)
      .map(({ name, key }) => (key ? (name.split(/[.[]/)[0] ?? '') : name));
    return `${titles[kind]}:\n  ${[...new Set(names)].join(', ')}`;
  });
  return `${groups.join('\n\n')}\n\nhaprov explain WORD says what one means. The documents are in ${join(installation, 'docs')}`;
}
