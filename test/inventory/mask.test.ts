import { Secrets } from '../../src/inventory/secrets';
import { escapeFor } from '../../src/playbook/escape';
import fc from '../support/property';

function maskOf(...values: string[]): (text: string) => string {
  const secrets = new Secrets();
  for (const value of values) secrets.add(value);
  return (text) => secrets.mask(text);
}

const bytes = (text: string) => Buffer.from(text);
const percent = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const allPercent = (text: string) => bytes(text).toString('hex').replace(/../g, '%$&');
const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const html = (text: string) =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? '&#39;');

/** How a secret may be written, with others' text around it; each is undone by whoever reads it. */
const writings: Record<string, (secret: string, before: string) => string> = {
  plain: (secret) => secret,
  'in a URL': percent,
  'in a URL, small letters': (secret) => percent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  'in a URL, every byte': allPercent,
  'in a URL, every other character': (secret) =>
    Array.from(secret, (c, at) => (at % 2 || c === '%' ? allPercent(c) : c)).join(''),
  'in a form': (secret) => percent(secret).replaceAll('%20', '+'),
  'in JSON': (secret) => JSON.stringify(secret),
  'in JSON, all of it escaped': (secret) =>
    Array.from(
      { length: secret.length },
      (_, at) => `\\u${secret.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  'for a shell': shellWord,
  'for a shell, with double quotes': (secret) => `'${secret.replaceAll("'", `'"'"'`)}'`,
  'for a shell, with backslashes': (secret) => secret.replace(/[^A-Za-z0-9\u0080-\uffff]/g, '\\$&'),
  'in HTML': html,
  'in HTML, by number': (secret) =>
    Array.from(secret, (c) => `&#x${c.codePointAt(0)?.toString(16)};`).join(''),
  'in haproxy.cfg': (secret) => escapeFor('haproxy/haproxy.cfg')(secret),
  'in hex': (secret) => bytes(secret).toString('hex'),
  'in HEX': (secret) => bytes(secret).toString('hex').toUpperCase(),
  'in base64, behind others': (secret, before) => bytes(`${before}${secret}:x`).toString('base64'),
  'in base64, alone': (secret) => bytes(secret).toString('base64'),
  'in base64 for URLs': (secret, before) => bytes(`${before}${secret}`).toString('base64url'),
  'in base64 in a URL': (secret) => percent(bytes(secret).toString('base64')),
};

// Printable, and no star, which is what is left.
const secret = fc.string({
  unit: fc
    .integer({ min: 33, max: 0x17e })
    .filter((code) => code !== 42 && (code < 127 || code > 160) && code !== 173)
    .map((code) => String.fromCharCode(code)),
  minLength: 8,
  maxLength: 40,
});

/** The longest run of characters of one that the other has too. */
function longestShared(left: string, form: string): number {
  let longest = 0;
  for (let at = 0; at < form.length; at += 1)
    while (at + longest < form.length && left.includes(form.slice(at, at + longest + 1))) longest += 1;
  return longest;
}

test.each(Object.entries(writings))('%s: nothing is left of it, also broken over lines', (_how, write) => {
  fc.assert(
    fc.property(
      secret,
      fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 5 }),
      fc.integer({ min: 3, max: 80 }),
      (value, before, width) => {
        const written = write(value, before);
        const wrapped = written.replace(new RegExp(`.{${width}}`, 'g'), '$&\n  ');
        const mask = maskOf(value);
        for (const text of [
          `set to (${written}).`,
          `set to (${written}) and (${written})`,
          `set to\n${wrapped}\n+end`,
        ]) {
          const masked = mask(text);
          expect(masked).toContain('***');
          // What stands beside it in base64 is others', and a quote or two is no one's.
          const left = masked.replace(/\s+[+]?/g, '').replace('setto', '');
          const others = _how.includes('base64') ? 8 : 3;
          expect(longestShared(left, written)).toBeLessThanOrEqual(others);
          expect(masked.split('\n')).toHaveLength(text.split('\n').length);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a text without a secret stays as it is, whatever is encoded in it', () => {
  const mask = maskOf('correct horse battery', 'abcdefgh', 'x');
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('%41', '\\n', '&amp;', '\n', "'\\''", 'y', ' ', '+', '\\', '%', '*'),
      }),
      (text) => {
        expect(mask(text)).toBe(text);
      },
    ),
  );
});

test('a short one is masked as a word, in every form, and nowhere else', () => {
  const mask = maskOf('hunter2', 'a"b', 'on');
  expect(mask('pw=hunter2 aHVudGVyMg== 68756e74657232 "a\\"b" a%22b connection')).toBe(
    'pw=*** *** *** "***" *** connection',
  );
  expect(mask('xhunter2x')).toBe('xhunter2x');
});

test('a key on one line, in a file, in a diff, in JSON', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'MIIabcdefgh\nijklmnopqrs\n'.repeat(3)}-----END PRIVATE KEY-----\n`;
  const mask = maskOf(key);
  const shown = [
    key,
    key.replaceAll('\n', '\n+'),
    JSON.stringify(key),
    Buffer.from(key).toString('base64'),
    key.replaceAll('\n', '\r\n'),
    key.replaceAll('\n', ''),
  ];
  for (const text of shown) expect(mask(text)).not.toMatch(/MII|abcdef|klmn|TUlJ/);
});

test('a megabyte is read once for each way to write, not for each place', () => {
  const mask = maskOf(...Array.from({ length: 30 }, (_, at) => `secret number ${at}`));
  const text = 'a line of a file with %41 and \\n and &amp; in it\n'.repeat(20_000);
  expect(mask(text)).toBe(text);
});

test('one with blanks around it is found at the end of a line, too', () => {
  const mask = maskOf('  leading and trailing  ', ' short ');
  expect(mask('+a=  leading and trailing  \n+b= short \n')).not.toMatch(/leading|trailing|short/);
});
