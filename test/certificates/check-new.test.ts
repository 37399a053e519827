import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chainIn, keyIn, problemsOfNew } from '../../src/certificates/check-new';

const read = (name: string) => readFileSync(`test/inventories/tls/${name}`, 'utf8');
const www = { certificate: read('only-for-tests.crt'), key: read('only-for-tests.key') };
const api = { certificate: read('only-for-tests-chain.crt'), key: read('only-for-tests-ec.key') };
const old = readFileSync('test/lint/c.pem', 'utf8');
const late = readFileSync('test/lint/late.pem', 'utf8');
const now = new Date('2026-11-26T12:00:00Z');

test.each<[string, { certificate: string; key: string }, string | undefined, string[]]>([
  ['the first one', www, undefined, []],
  ['the same once more', www, www.certificate, []],
  ['none', { ...www, certificate: 'nothing' }, undefined, ['has no certificate that can be read']],
  ['another’s key', { ...www, key: api.key }, undefined, ['has a key that is not its own']],
  [
    'no key',
    { ...www, key: '' },
    undefined,
    ['has no key: name its file (--key), or put it into the same one'],
  ],
  [
    'a key with a passphrase',
    {
      ...www,
      key: createPrivateKey(www.key)
        .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
    },
    undefined,
    [expect.stringMatching(/^has a key with a passphrase, for which HAProxy asks nobody /)],
  ],
  [
    'the other way round',
    { ...www, certificate: `${api.certificate}\n${www.certificate}` },
    api.certificate,
    ['begins with the one that signed it: the server’s own must stand first'],
  ],
  [
    'one of other names',
    www,
    api.certificate,
    [
      'is not for api.test.example, as the one before it is',
      'ends on 2126-10-30, not after the one before it (2126-10-30)',
    ],
  ],
  [
    'one that ends earlier',
    www,
    late,
    expect.arrayContaining(['ends on 2126-10-30, not after the one before it (2245-12-08)']),
  ],
  [
    'one that is over',
    { certificate: old, key: www.key },
    undefined,
    expect.arrayContaining(['expired on 2025-09-01']),
  ],
])('%s', (_, fresh, before, problems) => {
  expect(problemsOfNew(fresh, before, now).map(({ says }) => says)).toEqual(problems);
});

test('one that is not valid yet', () => {
  expect(problemsOfNew(www, undefined, new Date('2020-01-01T00:00:00Z'))).toEqual([
    {
      kind: 'early',
      says: expect.stringMatching(
        /^is not valid before 20\d\d-\d\d-\d\dT\d\d:\d\dZ, and this machine’s clock says 2020-01-01T00:00Z$/,
      ),
    },
  ]);
});

test('a file that has all of it', () => {
  const all = `${www.key}${api.certificate}`;
  expect(keyIn(all)).toBe(www.key.trim());
  expect(chainIn(all)).toBe(api.certificate.trim());
  expect(keyIn(www.certificate)).toBeUndefined();
});
