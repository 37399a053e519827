import { isAlias, isMap, isScalar, type Pair, parseDocument, type Scalar } from 'yaml';
import { type Fault, InputError } from '../errors';
import type { SecretValues } from './secret-file';
import { isSecretName, secretNames } from './sources';

const head = `# One secret each: its name, a colon, and its text in single quotes (a ' in it is written twice). One of several
# lines stands below "NAME: |", indented. A name that is taken out is gone. Comments are not kept.
`;

/** The secrets as YAML in which each text stands in quotes, or as the lines that it is. */
export const asYaml = (values: SecretValues): string =>
  head + [...values].map(([name, value]) => `${name}: ${written(value)}\n`).join('');

function written(value: string): string {
  // Editors show other characters as nothing, or change them.
  if (/[^\n\P{C}]|[\u2028\u2029\u0085]|\n\s+$|^\s*$/u.test(value)) return inDoubleQuotes(value);
  if (!value.includes('\n')) return `'${value.replaceAll("'", "''")}'`;
  const [indented, kept] = [/^\s/.test(value) ? '2' : '', value.endsWith('\n') ? '' : '-'];
  return `|${indented}${kept}\n${value.replace(/\n$/, '').replace(/^(?=.)/gm, '  ')}`;
}

/** The text on one line, with no character that an editor does not show. */
export const inDoubleQuotes = (value: string): string =>
  JSON.stringify(value).replace(/[\p{C}\p{Z}]/gu, (character) =>
    character === ' '
      ? character
      : character
          .split('')
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
  );

/**
 * The secrets in an edited text. What YAML would take for something else than a part of a text is a fault.
 * @param known names that may be told in messages about what is no YAML
 * @throws InputError, without a word of the text but names, for it may be secret
 */
export function readYaml(text: string, known: ReadonlySet<string>): SecretValues {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  const { contents } = document;
  const pairs = isMap(contents) ? (contents.items as Pair[]) : [];
  const nameAt = (offset: number) =>
    pairs.map(nameOf).findLast((name, index) => startOf(pairs[index]) <= offset && known.has(name)) ?? '';
  const fault = (path: string, message: string, offset: number): Fault => {
    const before = text.slice(0, offset).split('\n');
    const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
    return { file: 'the edited text', path, line, column, message };
  };
  const mistakes = [...document.errors, ...document.warnings].filter(
    ({ code }) => code !== 'TAG_RESOLVE_FAILED',
  );
  // Later ones would be guesses.
  const [first] = mistakes.sort((a, b) => a.pos[0] - b.pos[0]);
  if (first) {
    const { code, pos } = first;
    const what = code === 'DUPLICATE_KEY' ? 'a name that stands there twice' : 'is no YAML from here on';
    throw new InputError([fault(nameAt(pos[0]), what, pos[0])]);
  }
  if (contents === null) return new Map();
  if (!isMap(contents) || contents.anchor || contents.tag)
    throw new InputError([fault('', 'is no list of names, each with its text behind a colon', 0)]);
  const faults = pairs.flatMap((pair): Fault[] => {
    const [name, at] = [nameOf(pair), startOf(pair)];
    if (!isSecretName(name)) return [fault('', `has a name that is none: ${secretNames}`, at)];
    const wrong = wrongWith(pair, text);
    return wrong === undefined ? [] : [fault(name, wrong, at)];
  });
  if (faults.length > 0) throw new InputError(faults);
  return new Map(pairs.map((pair) => [nameOf(pair), String((pair.value as Scalar).value)]));
}

/** Nothing where the name is none as it stands. */
const nameOf = ({ key }: Pair): string => (isScalar(key) && !key.anchor && !key.tag ? String(key.value) : '');
const startOf = (pair: Pair | undefined): number => (isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0);

const quoted = "put the text in quotes, as 'TEXT'";

function wrongWith({ value }: Pair, text: string): string | undefined {
  if (isAlias(value)) return `begins with "*", which has a meaning of its own in YAML: ${quoted}`;
  if (!isScalar(value)) return 'is no text';
  if (value.tag) return `begins with "!", which has a meaning of its own in YAML: ${quoted}`;
  if (value.anchor) return `begins with "&", which has a meaning of its own in YAML: ${quoted}`;
  const [start = 0, end = 0] = value.range ?? [];
  if (value.type === 'PLAIN' && /^[ \t]*#/.test(text.slice(end)))
    return `has a "#", from which on YAML reads a comment: ${quoted}`;
  if (value.value === '') return 'is empty: take its name out too, or give it a text';
  const isBlock = value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED';
  if (!isBlock && text.slice(start, end).includes('\n'))
    return 'has several lines, which YAML would join: write "|" behind the colon, and the lines below, indented';
  return undefined;
}
