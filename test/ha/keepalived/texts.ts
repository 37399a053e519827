import fc, { type Arbitrary } from '../../support/property';

/** How many texts each property is tried with. */
export const numRuns = Number(process.env.HAPROV_MODEL_RUNS ?? 500);

export const versions = ['1.2.13', '1.3.5', '1.4.0', '2.0.10', '2.1.5', '2.2.8', '2.3.4', '2.4.3', undefined];

const pieces = [
  ...['vrrp_instance', 'global_defs', 'virtual_ipaddress', 'script', 'notify_master', 'include', 'includea'],
  ...[
    '{',
    '}',
    '{}',
    '"',
    '"a b"',
    "'",
    '\\',
    '\\\n',
    '\\"',
    '#',
    '!',
    '\\#',
    '# }\n',
    '\n',
    '\r',
    '\r\n',
    '\t',
  ],
  ...[
    '$A=1',
    '$A=',
    '$A= \\\n',
    '$A',
    '${A}',
    '${A',
    '${_RANDOM 1 2}',
    '$_PWD',
    '${_HASH}',
    '@',
    '@me',
    '@^me ',
  ],
  ...[
    '~SEQ(I, 1, 3)',
    '~SEQx(I,9)',
    '~LST({A,B},{1,2})',
    '~SEQ(',
    '${I}',
    'a.conf',
    '*',
    '/x/',
    '::1/64',
    '\0',
    ' ',
  ],
];

/** Text of any kind, and text of the words that keepalived's reader knows, in any order. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
);

const blank = fc.constantFrom(' ', '\t', '  ');
const lineEnd = fc.constantFrom('\n', '\r\n', ' \n', ' # a } "\n', '\t! {\n', '\n\n');
const opening = fc.constantFrom(' {', '{', '\n{', '\r\n\t{');
const word = fc.oneof(
  fc.stringMatching(/^[a-z0-9_./:-]{1,12}$/),
  fc.stringMatching(/^[a-z0-9 #!{}]{0,12}$/).map((text) => `"${text}"`),
);

/** Words that a statement is made of, and what it holds. */
export interface Wish {
  words: string[];
  children?: Wish[];
}

/** A configuration that is well formed, in any layout, and what stands in it. */
export const anyConfiguration: Arbitrary<{ text: string; wishes: Wish[] }> = fc
  .array(wishOf(3), { maxLength: 5 })
  .chain((wishes) =>
    fc
      .tuple(
        fc.array(blank, { minLength: 4 }),
        fc.array(lineEnd, { minLength: 4 }),
        fc.array(opening, { minLength: 4 }),
      )
      .map(([blanks, ends, openings]) => {
        let count = 0;
        const next = (several: string[]) => several[count++ % several.length] ?? '';
        const write = (each: Wish[]): string =>
          each
            .map(({ words, children }) => {
              const line = next(blanks) + words.join(next(blanks));
              const block = children ? `${next(openings)}${next(ends)}${write(children)}}` : '';
              return line + block + next(ends);
            })
            .join('');
        return { wishes, text: write(wishes) };
      }),
  );

function wishOf(depth: number): Arbitrary<Wish> {
  const words = fc
    .array(word, { minLength: 1, maxLength: 4 })
    .filter(([first]) => !/^(?:"|include)/.test(first ?? ''));
  if (depth === 0) return words.map((each) => ({ words: each }));
  return fc.oneof(
    words.map((each) => ({ words: each })),
    fc.record({ words, children: fc.array(wishOf(depth - 1), { maxLength: 3 }) }),
  );
}
