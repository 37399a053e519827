import { dialect15, isWord, modern, tokenize } from '../../../src/ha/haproxy/token';
import { Secrets } from '../../../src/inventory/secrets';
import { type Word, writingFor } from '../../../src/playbook/haproxy/writing';
import fc, { type Arbitrary } from '../../support/property';

/** Whatever a line is written of, HAProxy of every version reads those words again, and no secret is seen. */

const bytes = fc
  .array(fc.constantFrom(...' \t\r\n"\'\\#${}%[]()x0nrté日😀\u0001\u001f'.split('')), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text === Buffer.from(text).toString());
const inert = bytes.map((text) => text.replace(/[\u0000-\u0008\u000a-\u001f]/g, 'x'));
const word: Arbitrary<Word> = fc.oneof(
  inert,
  fc.nat(),
  fc.array(bytes, { minLength: 1, maxLength: 3 }).map((wire) => ({ wire })),
);
const meant = (one: Word) => (typeof one === 'object' ? one.wire.join('') : String(one));
const writing = (version: number, secrets = new Secrets()) => writingFor('fred', version, secrets);

test.each([
  ['today’s', 20400, modern],
  ['1.5', 10500, dialect15],
] as const)('%s HAProxy reads the words that were written', (_, version, dialect) => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      const { tokens, faults } = tokenize(writing(version).line('keyword', ...words), dialect);
      expect(faults).toEqual([]);
      expect(tokens.filter(isWord).map(({ text }) => text)).toEqual(['keyword', ...words.map(meant)]);
    }),
  );
});

test('a secret among what a check sends is masked as it is written', () => {
  fc.assert(
    fc.property(bytes, (text) => {
      const secret = `begin ${text} end`;
      const secrets = new Secrets();
      secrets.add(secret);
      const line = writing(20400, secrets).line('tcp-check', 'send', { wire: ['AUTH ', secret, '\r\n'] });
      expect(secrets.mask(line)).toMatch(/^tcp-check send AUTH\\ \*\*\*\\r\\n$/);
    }),
  );
});

test.each(['\n', '\r', '\u0000', '\u2028', '\u0085'])('a word that is none, by %j, is not written', (bad) => {
  expect(() => writing(20400).line('realm', `a${bad}b`)).toThrow(RangeError);
});

test('nor is a NUL that a check would send', () => {
  expect(() => writing(20400).line('tcp-check', 'send', { wire: ['\0'] })).toThrow('cannot hold a NUL');
});

test.each([
  ['1.8', 10500, true],
  ['1.8', 10800, false],
  ['2.2', 20000, true],
  ['2.2', 30200, false],
])('what needs %s, on %i', (since, version, isError) => {
  const ask = () => writing(version).need(since, { key: 'services.a.b', does: 'does c', instead: 'd' });
  if (isError)
    expect(ask).toThrow(
      `services.a.b does c, which HAProxy before ${since} cannot: d, or a newer EL on fred`,
    );
  else expect(ask).not.toThrow();
});
