import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plain } from './inline';

/** What a document says of one word. */
export interface Entry {
  name: string;
  /** Markdown: paragraphs and code blocks. */
  text: string;
  /** Where it stands: `docs/lint.md`. */
  document: string;
}

/** A document that came with haprov. @param folder the installation */
const read = (folder: string, document: string) => readFileSync(join(folder, document), 'utf8');

/** What docs/lint.md says of each rule of `lint`. */
export function rules(folder: string): Entry[] {
  const document = 'docs/lint.md';
  return read(folder, document)
    .split(/^(?=#)/m)
    .flatMap((section) => {
      const [, name, text = ''] = /^### `([a-z-]+)`\n([\s\S]*)$/.exec(section) ?? [];
      return name === undefined ? [] : [{ name, text: withoutMark(text.trim()), document }];
    });
}

/** Most rules are marked as those that need no inventory. */
function withoutMark(text: string): string {
  const [mark = '', rest = text] = /^\*\*files\*\*(?: ·)?\s+([\s\S]*)$/.exec(text) ?? [];
  return mark === '' ? text : `${rest}\n\nIt holds for files without an inventory, too.`;
}

/** What docs/status.md says of each finding of `status`. */
export function findings(folder: string): Entry[] {
  return rows(
    folder,
    'docs/status.md',
    'finding',
    (component = '', means = '') => `${sentence(means)}\n\nIt is about: ${component}.`,
  );
}

/** What docs/monitoring.md says of each metric for Prometheus. */
export const metrics = (folder: string): Entry[] =>
  rows(folder, 'docs/monitoring.md', 'metric', (labels = '', value = '') =>
    [sentence(value), `Its labels: \`inventory\`${labels && `, ${labels}`}.`].join('\n\n'),
  );

/** What docs/hooks.md says of each event that a hook can be told of. */
export const hookEvents = (folder: string): Entry[] =>
  rows(folder, 'docs/hooks.md', '`on`', (when = '') => sentence(when.replace(/\.$/, '')));

/** What docs/command-line.md says of each code with which haprov exits. */
export const exitCodes = (folder: string): Entry[] =>
  rows(folder, 'docs/command-line.md', 'exit code', (means = '') => sentence(means));

/** What docs/glossary.md says of each word that haprov uses. */
export const words = (folder: string): Entry[] =>
  rows(folder, 'docs/glossary.md', 'word', (means = '') => sentence(means));

/** What docs/runs.md says of each result that a run has on a host. */
export const results = (folder: string): Entry[] =>
  rows(folder, 'docs/runs.md', 'result', (means = '') => sentence(means));

/** What docs/plan-format.md says of each class of disruption. */
export const disruptions = (folder: string): Entry[] =>
  rows(folder, 'docs/plan-format.md', '`class`', (means = '') => sentence(means));

/** What docs/status.md says of each level of a finding, and docs/lint.md of those of its own. */
export const levels = (folder: string): Entry[] => [
  ...rows(folder, 'docs/status.md', 'level', (means = '') => sentence(means)),
  ...rows(folder, 'docs/lint.md', 'severity', (means = '') => sentence(means)),
];

/** What docs/runs.md says of what a host is at, and of each part of a step. */
export const phases = (folder: string): Entry[] =>
  ['phase', 'part of a step'].flatMap((heading) =>
    rows(folder, 'docs/runs.md', heading, (means = '') => sentence(means)),
  );

/** What docs/runs.md says of each warning of a rollback's plan. */
export const rollbackWarnings = (folder: string): Entry[] =>
  rows(folder, 'docs/runs.md', 'warning of a rollback', (means = '') => sentence(means));

/** What docs/status.md says of each word of HAProxy's for the end of a server's check. */
export const checkWords = (folder: string): Entry[] =>
  rows(folder, 'docs/status.md', 'check', (means = '') => sentence(means));

const reference = 'docs/reference/commands.md';

/** What docs/reference/commands.md says of each command. */
export const commands = (folder: string): Entry[] =>
  [...read(folder, reference).matchAll(/^- \[`haprov ([a-z -]+)`\]\(.*?\): (.+)$/gm)].map(
    ([, name = '', about = '']) => ({
      name,
      text: `${sentence(about)}\n\nIts options: \`haprov ${name} --help\`.`,
      document: reference,
    }),
  );

/** What docs/reference/commands.md says of each option, and of which commands; its name is without dashes. */
export function options(folder: string): Entry[] {
  const told = new Map<string, Map<string, string[]>>();
  for (const section of read(folder, reference).split(/^(?=## )/m)) {
    const [title = ''] = section.slice(3).split('\n');
    for (const [, name = '', about = ''] of section.matchAll(
      /^\| `(?:-\w, )?--([a-z-]+).*?` \| (.+) \|$/gm,
    )) {
      const texts = told.get(name) ?? new Map<string, string[]>();
      texts.set(about, [...(texts.get(about) ?? []), title]);
      told.set(name, texts);
    }
  }
  return [...told].map(([name, texts]) => ({
    name,
    text: [...texts].map(([about, titles]) => `${titles.join(', ')}: ${about}.`).join('\n\n'),
    document: reference,
  }));
}

const sentence = (text: string) => `${text.replace(/^\**[a-z]/, (begin) => begin.toUpperCase())}.`;

/** The rows of the table whose first column is headed so; each name in the first cell has an entry of its own. */
function rows(
  folder: string,
  document: string,
  heading: string,
  say: (...cells: string[]) => string,
): Entry[] {
  const [, table = ''] =
    new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(read(folder, document)) ?? [];
  if (table === '') throw new Error(`${document} has no table whose first column is headed "${heading}"`);
  return table
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [names = '', ...cells] = row
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      return names
        .split(', ')
        .map((name) => ({ name: plain(name).replace(/ \(.*\)$/, ''), text: say(...cells), document }));
    });
}
