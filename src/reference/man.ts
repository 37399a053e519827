import { type CommandData, type Term, withAllBelow } from './command-data';
import type { Entry } from './documents';
import { spansOf } from './inline';
import { type Key, toldOnce } from './keys';

/** What all manual pages have in common. */
export interface Edition {
  version: string;
  /** ISO 8601, the day. */
  date: string;
  exitCodes: readonly Entry[];
}

/** A manual page: its file's name, and its text in the language of man(7). */
export type ManPage = readonly [file: string, text: string];

/** haprov(1) and a page for each of its commands; the words of one that has commands of its own stand in its page. */
export function commandPages(program: CommandData, edition: Edition): ManPage[] {
  return [program, ...program.commands].map((command) => {
    const isProgram = command === program;
    const below = isProgram ? [] : withAllBelow(command).slice(1);
    const lines = [
      head(command.name.replaceAll(' ', '-'), 1, edition),
      ...name(command.name, command.about),
      '.SH SYNOPSIS',
      ...(below.length > 0 ? below : [command]).flatMap(synopsis).slice(1),
      '.SH DESCRIPTION',
      ...paragraph(sentence(command.about)),
      ...command.after.split('\n\n').flatMap((text) => (text ? ['.PP', ...paragraph(text)] : [])),
      ...(isProgram ? ['.SH COMMANDS', ...program.commands.flatMap(commandLine)] : []),
      ...termsOf(command),
      ...below.flatMap((one) => [
        `.SH ${roff(one.name.toUpperCase())}`,
        ...paragraph(sentence(one.about)),
        ...termsOf(one, '.PP'),
      ]),
      '.SH EXIT STATUS',
      ...edition.exitCodes.flatMap(({ name: code, text }) => item(code, text)),
      '.SH SEE ALSO',
      ...seeAlso(isProgram ? program.commands.map((one) => page(one.name, 1)) : [page('haprov', 1)]),
    ];
    return [`${command.name.replaceAll(' ', '-')}.1`, ended(lines)];
  });
}

/** haprov-inventory(5) or haprov-playbook(5). */
export function keysPage(kind: 'inventory' | 'playbook', keys: readonly Key[], edition: Edition): ManPage {
  const what = { inventory: 'the hosts, VIPs and services of a pair', playbook: 'what hosts must have' }[
    kind
  ];
  const other = { inventory: 'playbook', playbook: 'inventory' }[kind];
  const lines = [
    head(`haprov-${kind}`, 5, edition),
    ...name(`haprov-${kind}`, what),
    '.SH DESCRIPTION',
    ...paragraph(`JSON, or YAML where the file ends in .yaml or .yml. ${intro[kind]}`),
    '.SH KEYS',
    ...toldOnce(keys).flatMap(({ path, about, values, fallback, isNeeded, like }) =>
      item(
        path,
        [
          about,
          `(${values}${isNeeded ? '; needed' : ''}${fallback === undefined ? '' : `; ${fallback} where it is not said`})`,
          ...(like === undefined ? [] : [`The keys below it are those below \`${like}\`.`]),
        ].join(' '),
      ),
    ),
    '.SH SEE ALSO',
    ...seeAlso([page('haprov', 1), page('haprov explain', 1), page(`haprov ${other}`, 5)]),
  ];
  return [`haprov-${kind}.5`, ended(lines)];
}

const intro = {
  inventory:
    'NAME is a name of your choice, and [] each item of a list. Any text may stand elsewhere: `{ "env": NAME }`, `{ "file": PATH }`, `{ "command": […] }` or `{ "secret": NAME }`.',
  playbook:
    'Keys of a resource begin with its type. Any value of a resource may be `{ "var": NAME }`, or a text with `<%= … %>`.',
};

const head = (title: string, section: number, { version, date }: Edition) =>
  `.TH ${roff(title.toUpperCase())} ${section} "${date}" "haprov ${version}" "haprov"`;
const name = (title: string, about: string) => [
  '.SH NAME',
  ...folded(`${roff(title.replaceAll(' ', '-'))} \\- ${roff(about)}`),
];
const synopsis = ({ name, usage }: CommandData) => ['.PP', `.B ${roff(name)}`, roff(usage)];
const commandLine = (command: CommandData) =>
  item(`${command.name} ${command.usage}`, `${sentence(command.about)}`);
const page = (title: string, section: number) => `\\fB${roff(title.replaceAll(' ', '-'))}\\fR(${section})`;
const seeAlso = (pages: readonly string[]) =>
  pages.map((one, index) => `${one}${index < pages.length - 1 ? ',' : ''}`);

function termsOf({ arguments: words, options }: CommandData, heading = '.SH'): string[] {
  const groups = [{ title: 'Arguments', terms: words }, ...options].filter(({ terms }) => terms.length > 0);
  return groups.flatMap(({ title, terms }) => [
    ...(heading === '.SH' ? [`.SH ${roff(title.toUpperCase())}`] : []),
    ...terms.flatMap((term: Term) => item(term.term, term.about)),
  ]);
}

const item = (term: string, about: string) => ['.TP', `.B ${roff(term)}`, ...paragraph(about || '.')];

/** Markdown's marks become fonts. A sentence ends its line, as the language wants it. */
function paragraph(markdown: string): string[] {
  const text = spansOf(markdown.replaceAll(/\s+/g, ' ').trim())
    .map(({ kind, text }) => (kind === 'code' || kind === 'strong' ? `\\fB${roff(text)}\\fR` : roff(text)))
    .join('');
  return text.split(/(?<=[.?!:]) (?=[A-Z])/).flatMap(folded);
}

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

/** A text in which nothing is a command of the language; only ASCII, so that every reader shows it. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(
      /[^\0-\x7f]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

/** Lines of at most 80 letters, where the words allow it. */
const folded = (text: string) => (text.match(/\S.{0,75}\S(?=\s|$)|\S+/g) ?? []).map(guarded);

/** A dot or a quote that begins a line would be a command. */
const guarded = (line: string) => (/^[.']/.test(line) ? `\\&${line}` : line);
const ended = (lines: readonly string[]) => `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
