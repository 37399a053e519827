import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { directives, readConfiguration, readSections, type Section } from '../../../src/ha/haproxy/section';
import fc from '../../support/property';
import { anyText, numRuns } from './texts';

interface Case {
  about: string;
  files: string[];
  version?: string;
  variables?: Record<string, string | null>;
  sections: string[];
  problems?: string[];
}

const cases = parse(readFileSync(join(__dirname, 'cases/sections.yaml'), 'utf8')) as Case[];
const called = ({ kind, name }: Section) => `${kind} ${name}`.trim();

test.each(cases.map((one) => [one.about, one] as const))(
  '%s',
  (_, { files, version, variables = {}, ...wanted }) => {
    const sources = files.map((text, index) => ({ file: String(index + 1), text }));
    const values = Object.entries(variables).map(([name, value]) => [name, value ?? undefined] as const);
    const { sections, problems } = readConfiguration(sources, {
      ...(version === undefined ? {} : { version }),
      variables: new Map(values),
    });
    expect(
      sections.map((one) => {
        const rows = one.directives.map(
          ({ words, conditions }) => words.join(' ') + (conditions.length > 0 ? ' ?' : ''),
        );
        const from = one.defaults ? ` < ${called(one.defaults)}` : '';
        return called(one) + from + (rows.length > 0 ? `: ${rows.join('; ')}` : '');
      }),
    ).toEqual(wanted.sections);
    expect(problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)).toEqual(
      (wanted.problems ?? []).map((one) => {
        const [, place, message] = /^(\S+) (.*)$/.exec(one) ?? [];
        return expect.stringMatching(new RegExp(`^${place} .*${message?.replace(/[.$]/g, '\\$&')}`));
      }),
    );
  },
);

test('words: quotes, escapes and comments, as HAProxy reads them', () => {
  const [section] = readSections(
    [
      'listen web # one',
      '\tbind :80 name "a b" # x',
      '  stats realm A\\ B\\x43\'#d\'"e\\"f"g',
      '',
      '# nothing',
      '  option httplog#nothing',
    ].join('\r\n'),
  );
  expect(section).toEqual({
    kind: 'listen',
    name: 'web',
    line: 1,
    column: 1,
    words: ['listen', 'web'],
    columns: [1, 8],
    conditions: [],
    directives: [
      { line: 2, column: 2, words: ['bind', ':80', 'name', 'a b'], columns: [2, 7, 11, 16], conditions: [] },
      { line: 3, column: 3, words: ['stats', 'realm', 'A BC#de"fg'], columns: [3, 9, 15], conditions: [] },
      { line: 6, column: 3, words: ['option', 'httplog'], columns: [3, 10], conditions: [] },
    ],
  });
});

test('defaults: the last before, or the one that is named', () => {
  const sections = readSections(
    'defaults one\n mode http\nlisten a\ndefaults two\n mode tcp\nlisten b\nlisten c from one\n mode health\nbackend d from one',
  );
  const mode = (name: string) => {
    const section = sections.find((one) => one.name === name);
    return section && directives(section, 'mode').map(({ words }) => words[1]);
  };
  expect(['a', 'b', 'c', 'd'].map(mode)).toEqual([['http'], ['tcp'], ['health'], ['http']]);
});

test('what a directive stands under is told, with its line', () => {
  const [section] = readSections('global\n.if feature(A)\n.elif feature(B)\n.if 1\n x\n.endif\n.endif\n');
  expect(section?.directives[0]?.conditions).toEqual([{ line: 3, text: '.elif feature(B)' }]);
});

test('the words of a list all stand where it does', () => {
  const variables = new Map([['A', 'x y']]);
  const [section] = readConfiguration([{ text: 'global\n a "${A[*]}" b\n' }], { variables }).sections;
  expect(section?.directives[0]).toMatchObject({ words: ['a', 'x', 'y', 'b'], columns: [2, 4, 4, 14] });
});

test('blocks within each other: as many as HAProxy takes', () => {
  const nested = (count: number) =>
    readConfiguration([{ text: `global\n${'.if 1\n'.repeat(count)} a\n${'.endif\n'.repeat(count)} b\n` }]);
  expect(nested(99).problems).toEqual([]);
  expect(nested(101).problems).toEqual([
    { line: 101, column: 1, message: 'more than 99 blocks within each other' },
  ]);
  for (const count of [99, 101])
    expect(nested(count).sections[0]?.directives.map(({ words }) => words[0])).toEqual(['a', 'b']);
});

test('a value that would grow beyond any memory is left as it is written', () => {
  const rows = Array.from({ length: 60 }, () => ' setenv A "$A$A"');
  const { sections } = readConfiguration([{ text: `global\n setenv A x\n${rows.join('\n')}\n say "$A"\n` }]);
  expect(sections[0]?.directives.at(-1)?.words[1]).toBe('$A');
});

/** What makes a reader that looks back or ahead slow: each of them would take minutes if the time grew with the square. */
test.each([
  '\n',
  '[',
  '"\n',
  '.if 1\n',
  '.if feature(A)\na\n',
  '.else\n',
  '.if ((((((((((\n',
  'global\nresetenv a b\n',
  'global\nsetenv A "$A$A"\n',
  'defaults a\n',
  'defaults from a\nbackend b\n',
  'listen a\nserver a :1\ndefault-server b\n',
  'bind :1,:2\n',
  'acl -f { -f } map( ',
  'use_backend b\nlisten b\n',
])('two hundred thousand characters of %j', (unit) => {
  const text = `listen x\n.if ${unit.repeat(Math.ceil(200_000 / unit.length))}`;
  expect(readConfiguration([{ text }, { text: text.replace('.if ', '') }]).files).toHaveLength(2);
});

test('no text makes it throw, and every problem has its place', () => {
  fc.assert(
    fc.property(
      fc.array(anyText, { maxLength: 3 }),
      fc.constantFrom(undefined, '1.5.2', '2.4.1'),
      (texts, version) => {
        const sources = texts.map((text, index) => ({ file: String(index), text }));
        const { problems, sections } = readConfiguration(sources, version === undefined ? {} : { version });
        const rowOf = (file = '', line: number) => texts[Number(file)]?.split('\n')[line - 1];
        for (const { file, line, column } of problems)
          expect(column).toBeLessThanOrEqual((rowOf(file, line) ?? '').length + 1);
        for (const { directives, ...heading } of sections)
          for (const { file, line, words, columns } of [heading, ...directives]) {
            expect(columns).toHaveLength(words.length);
            expect(rowOf(file, line)).toBeDefined();
          }
      },
    ),
    { numRuns },
  );
});
