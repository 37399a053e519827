import { readFileSync } from 'node:fs';
import { certificateIn, coversName } from '../../src/certificates/certificate';

const read = (name: string) => readFileSync(`test/inventories/tls/${name}`, 'utf8');
const now = new Date('2026-11-26T12:00:00Z');

test('a certificate as people speak of it', () => {
  expect(certificateIn(read('only-for-tests.crt'), now)).toMatchObject({
    subject: 'CN=www.test.example',
    names: ['www.test.example'],
    issuer: 'CN=www.test.example',
    validUntil: '2126-10-30T00:38:24.000Z',
    key: expect.stringMatching(/^RSA \d{4}$/),
    fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    chain: 'self-signed',
  });
});

test('days are whole, and negative where it is over', () => {
  const old = readFileSync('test/lint/c.pem', 'utf8');
  expect(certificateIn(old, new Date('2025-08-31T12:00:00Z'))?.days).toBe(0);
  expect(certificateIn(old, new Date('2025-09-01T00:00:01Z'))?.days).toBe(-1);
});

test('a text without a certificate is none', () => {
  expect(certificateIn('-----BEGIN PRIVATE KEY-----', now)).toBeUndefined();
  expect(
    certificateIn('-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----', now),
  ).toBeUndefined();
});

describe('the chain', () => {
  const whole = read('only-for-tests-chain.crt');
  const [leaf = '', authority = ''] = whole.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [];
  test.each([
    ['ends with a root that stands in it', whole, 'complete'],
    ['has its issuer nowhere', leaf, 'unknown'],
    ['has another between', leaf + read('only-for-tests.crt') + authority, 'broken'],
  ])('%s: %s', (_, pem, chain) => {
    expect(certificateIn(pem, now)?.chain).toBe(chain);
  });
});

test.each([
  ['a.example', ['a.example'], true],
  ['b.a.example', ['*.a.example'], true],
  ['c.b.a.example', ['*.a.example'], false],
  ['a.example', ['*.a.example'], false],
  ['example', ['*.'], false],
])('%s is covered by %j: %j', (name, names, isCovered) => {
  expect(coversName(names, name)).toBe(isCovered);
});
