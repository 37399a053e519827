import fc from '../../support/property';

/** Pieces of haproxy.cfg, whole and broken. */
const piece = fc.constantFrom(
  ...['global', 'defaults', 'listen', 'frontend', 'backend', 'userlist', 'peers', 'from', 'a', 'b'],
  ...[
    '.if',
    '.elif',
    '.else',
    '.endif',
    '.notice',
    'feature(OPENSSL)',
    'streq("$A",b)',
    '!',
    '&&',
    '||',
    '(',
  ],
  ...['bind', ':80', '10.0.0.1:80-90,/run/a', 'fd@3', 'server', 'server-template', '1-3', 'default-server'],
  ...['ssl crt /etc/a.pem', 'use_backend', 'default_backend', '%[path,map(/a)]', 'stats socket /run/b'],
  ...['setenv A "b c"', 'resetenv', 'no', 'option', 'httpchk', 'check', 'user', 'lua-load', 'errorfile 503'],
  ...['\n', '\n', '\r\n', '\r', ' ', ' ', '\t', '\v', '\0', '"', "'", '\\', '\\x', '\\x41', '#', '[', ']'],
  ...[
    '"$A"',
    '"${A',
    '"${A-b}"',
    '"${A[*]}"',
    '$',
    '{',
    '}',
    '"${.LINE}"',
    '\ufeff',
    '\u00a0',
    'é',
    '\ud800',
  ],
);

/** Any text, and such as looks like a configuration. */
export const anyText = fc
  .array(fc.oneof({ weight: 8, arbitrary: piece }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(''));

const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/);
const quoted = fc.oneof(
  word,
  word.map((text) => `"${text} ${text}"`),
  word.map((text) => `'${text}#'`),
  word.map((text) => `${text}\\ ${text}`),
  word.map((text) => `"\${${text.replace(/\W/g, '_')}-${text}}"`),
);
const row = fc
  .tuple(fc.constantFrom('  ', '\t', ''), fc.array(quoted, { minLength: 1, maxLength: 6 }), fc.boolean())
  .map(([indent, words, isTold]) => `${indent}${words.join('  ')}${isTold ? ' # told' : ''}`);
const heading = fc
  .tuple(fc.constantFrom('global', 'defaults', 'frontend', 'backend', 'listen', 'resolvers', 'ring'), word)
  .map(([kind, name]) => `${kind} ${name}`);

/** A configuration that HAProxy's syntax allows, with both line ends. */
export const anyConfiguration = fc
  .tuple(
    fc.array(
      fc.oneof({ weight: 1, arbitrary: heading }, { weight: 4, arbitrary: row }, fc.constantFrom('', '# -')),
    ),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([rows, ending]) => rows.map((one) => one + ending).join(''));

/** More cases by HAPROV_MODEL_RUNS. */
export const numRuns = Number(process.env.HAPROV_MODEL_RUNS ?? 300);
