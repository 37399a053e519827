import {
  fingerprint,
  hostKeyNames,
  hostKeyType,
  judgeHostKey,
  type KnownKey,
  parseKnownHosts,
} from '../../src/host/host-keys';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIKz1h3sPE2Yi1J3FJ3HXkcNCq3OX6nTfvYHNwBTVLsV4';
const OTHER = 'AAAAC3NzaC1lZDI1NTE5AAAAIHb7C5mKQ8rbyjCEpM2YfYzyRt9QDVUrs2TtiGZyExAm';
const key = Buffer.from(KEY, 'base64');
const known = (more: Partial<KnownKey> = {}): KnownKey => ({
  type: 'ssh-ed25519',
  key: KEY,
  file: 'known_hosts',
  line: 1,
  ...more,
});

test('fingerprint and type of a key', () => {
  expect(fingerprint(key)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  expect(hostKeyType(key)).toBe('ssh-ed25519');
  expect(hostKeyType(Buffer.alloc(2))).toBe('');
});

describe('parseKnownHosts', () => {
  test('of 500 hosts, each looked for, every line is taken apart once; a file that has changed anew', () => {
    const names = Array.from({ length: 500 }, (_, n) => `web${n}`);
    const text = names.map((name) => `${name},10.0.0.1 ssh-ed25519 K`).join('\n');
    const rows = jest.spyOn(String.prototype, 'trim');
    const found = names.map((name) => parseKnownHosts(text, 'many', name).map(({ line }) => line));
    expect(rows).toHaveBeenCalledTimes(500);
    expect(found).toEqual(names.map((_, n) => [n + 1]));
    expect(parseKnownHosts(`${text}\nweb0 ssh-rsa L`, 'many', 'web0').map(({ line }) => line)).toEqual([
      1, 501,
    ]);
    rows.mockRestore();
  });

  const lines = (text: string, name: string): number[] =>
    parseKnownHosts(text, 'f', name).map(({ line }) => line);
  test.each([
    ['plain', 'web ssh-rsa K', 'web', [1]],
    ['list', 'a,web,b ssh-rsa K', 'web', [1]],
    ['upper case in the file', 'WEB ssh-rsa K', 'web', [1]],
    ['other port', 'web ssh-rsa K', '[web]:2222', []],
    ['with port', '[web]:2222 ssh-rsa K', '[web]:2222', [1]],
    ['star', '*.example.org ssh-rsa K', 'web.example.org', [1]],
    ['question mark', 'web? ssh-rsa K', 'web1', [1]],
    ['a dot is a dot', 'a.b ssh-rsa K', 'axb', []],
    ['negated', '*.org,!web.org ssh-rsa K', 'web.org', []],
    ['comment, empty, broken', '# web ssh-rsa K\n\nweb ssh-rsa\nweb ssh-rsa K comment\n', 'web', [4]],
    ['CRLF and tabs', 'web\tssh-rsa\tK\r\n', 'web', [1]],
    ['unknown marker', '@future web ssh-rsa K', 'web', []],
  ])('%s', (_what, text, name, expected) => {
    expect(lines(text, name)).toEqual(expected);
  });

  test('markers', () => {
    const text = '@revoked web ssh-rsa A\n@cert-authority * ssh-rsa B';
    expect(parseKnownHosts(text, 'f', 'web').map(({ marker }) => marker)).toEqual([
      'revoked',
      'cert-authority',
    ]);
  });
});

test.each([
  [{ hostname: 'Web', port: 22 }, { name: 'web' }],
  [
    { hostname: 'web', port: 2222 },
    { name: '[web]:2222', withoutPort: 'web' },
  ],
  [{ hostname: 'web', port: 2222, hostKeyAlias: 'pair' }, { name: 'pair' }],
])('hostKeyNames of %j', (settings, names) => {
  expect(hostKeyNames(settings)).toEqual(names);
});

describe('judgeHostKey', () => {
  test.each<[string, KnownKey[], string]>([
    ['nothing known', [], 'unknown'],
    ['the same key', [known()], 'known'],
    ['the same key, filed without the port', [known({ withoutPort: true })], 'known'],
    ['another key', [known({ key: OTHER })], 'changed'],
    ['another key and the same', [known({ key: OTHER }), known()], 'known'],
    ['another key, filed without the port', [known({ key: OTHER, withoutPort: true })], 'unknown'],
    ['a key of another type only', [known({ type: 'ssh-rsa', key: 'AAAA' })], 'changed'],
    ['revoked', [known({ marker: 'revoked' })], 'revoked'],
    ['known and revoked', [known(), known({ marker: 'revoked' })], 'revoked'],
    ['another key revoked', [known({ key: OTHER, marker: 'revoked' })], 'unknown'],
    ['a CA key is no host key', [known({ marker: 'cert-authority' })], 'unknown'],
  ])('%s', (_what, entries, kind) => {
    expect(judgeHostKey(key, entries).kind).toBe(kind);
  });

  test('the line that speaks against it is of the same type, when there is one', () => {
    const rsa = known({ type: 'ssh-rsa', key: 'AAAA', line: 1 });
    const changed = known({ key: OTHER, line: 2 });
    expect(judgeHostKey(key, [rsa, changed])).toEqual({ kind: 'changed', by: changed });
  });
});
