import fc from 'fast-check';
import { withFiles } from '../bad-input/cases';
import { faultsOf, loadAll } from '../bad-input/check-all';

/** An inventory that uses every string there is; each is worth attacking. */
const inventory = {
  name: 'pairname',
  ssh: { user: 'sshuser', password: 'sshpassword', identityFiles: ['idfile'], knownHostsFile: 'knownfile' },
  vars: { httpd_port: 'varvalue' },
  hosts: {
    hostone: { address: 'addressone', priority: 2, vars: { own: 'hostvar' } },
    hosttwo: { address: 'addresstwo', priority: 1 },
  },
  groups: { balancers: ['hostone', 'hosttwo'], web: { hosts: ['hostone'], vars: { g: 'groupvar' } } },
  sysctl: { 'net.core.somaxconn': 'sysctlvalue' },
  vips: {
    vipname: {
      address: '10.0.0.9',
      virtualRouterId: 1,
      group: 'balancers',
      interface: 'ifname',
      auth: 'authword',
    },
  },
  services: {
    svcname: {
      port: 80,
      vips: ['vipname'],
      backends: { group: 'web', port: 8080 },
      cookie: 'cookiename',
      check: { type: 'http', path: '/checkpath', host: 'checkhost' },
    },
  },
  stats: { user: 'statsuser', password: 'statspassword', realm: 'statsrealm', uri: '/statsuri' },
  playbooks: ['ha-pair'],
};
const words = [
  'pairname',
  'sshuser',
  'sshpassword',
  'idfile',
  'varvalue',
  'addressone',
  'hostvar',
  'groupvar',
  'sysctlvalue',
  '10.0.0.9',
  'ifname',
  'authword',
  'cookiename',
  '/checkpath',
  'checkhost',
  'statsuser',
  'statspassword',
  'statsrealm',
  '/statsuri',
  // Names: keys, and wherever they are referred to.
  'hostone',
  'web',
  'vipname',
  'svcname',
];

const pieces = [
  '\n',
  '\r\n',
  '\u2028',
  '\u0085',
  '\0',
  '\t',
  ' ',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '#',
  '!',
  '$(reboot)',
  '`id`',
  '${HOME}',
  '$HOME',
  '%>',
  '<%= 1 %>',
  '; rm -rf /',
  '@',
  '~',
  '-x',
  'ünïcødé',
  '日本語',
  'עברית',
  '\u202e',
  'bind *:22',
  'include /etc/shadow',
  'x',
  '0',
  'x'.repeat(10_000),
];
const hostile = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''));

/** The inventory with `word` replaced, as a value and as a key. */
function attacked(word: string, by: string): string {
  return JSON.stringify(inventory).replaceAll(JSON.stringify(word), () => JSON.stringify(by));
}

/** How many words each line of a configuration has, as its program reads it. */
function structure(path: string, text: string): number[] {
  const isHaproxy = path.endsWith('haproxy.cfg');
  return text.split(/[\n\r]/).map((row) => (isHaproxy ? haproxyWords(row) : keepalivedWords(row)));
}

/** HAProxy, "Quoting and escaping": a backslash takes the next character; quotes group; # starts a comment. */
function haproxyWords(row: string): number {
  const plain = row.replace(/\\[\s\S]/g, 'x').replace(/'[^']*'|"[^"]*"/g, 'x');
  if (/["'$]/.test(plain.replace(/#.*/, ''))) return Number.NaN;
  return plain
    .replace(/#.*/, '')
    .split(/[ \t]+/)
    .filter(Boolean).length;
}

/** keepalived: # and ! start a comment, braces are words, quotes group, $ and ~ and @ are macros. */
function keepalivedWords(row: string): number {
  const plain = row.replace(/"[^"{}$]*"/g, 'x').replace(/[#!].*/, '');
  if (/["'$~@\\]/.test(plain)) return Number.NaN;
  return plain.replace(/[{}]/g, ' $& ').split(/\s+/).filter(Boolean).length;
}

type Outcome = { refused: boolean[] } | { structures: Record<string, number[]> };

const outcomeOf = (text: string): Promise<Outcome> =>
  withFiles({ files: { 'inventory.json': text } }, (_folder, file): Outcome => {
    let structures: Record<string, number[]> = {};
    const faults = faultsOf(() => {
      const { resources } = loadAll(file);
      const files = [...resources.values()].flat().filter(({ renderContent }) => renderContent);
      structures = Object.fromEntries(
        files.map(({ id, renderContent }) => [
          id,
          structure(
            id,
            renderContent?.({ interfaceOf: (vip) => vip.interface ?? 'eth0', major: 9 }).toString() ?? '',
          ),
        ]),
      );
      for (const { spec } of [...resources.values()].flat()) {
        const { line, values } = spec as { line?: string; values?: Record<string, string | number> };
        for (const text of [line, ...Object.values(values ?? {})])
          expect(String(text ?? '')).not.toMatch(/[\n\r\0\u2028]/);
      }
    });
    if (faults.length === 0) return { structures };
    return { refused: faults.map(({ path, line }) => path !== '' || line !== undefined) };
  });

test('the inventory to be attacked is good, and every word is in it', async () => {
  const outcome = await outcomeOf(JSON.stringify(inventory));
  expect(outcome).toHaveProperty('structures');
  for (const word of words) expect(JSON.stringify(inventory)).toContain(JSON.stringify(word));
});

test.each(words)('hostile text for %s is refused with its place, or stays one inert word', async (word) => {
  const good = await outcomeOf(JSON.stringify(inventory));
  if (!('structures' in good)) throw new Error('the good inventory was refused');
  await fc.assert(
    fc.asyncProperty(hostile, async (by) => {
      const outcome = await outcomeOf(attacked(word, by));
      if ('refused' in outcome) expect(outcome.refused).not.toContain(false);
      else expect(outcome.structures).toEqual(good.structures);
    }),
    { numRuns: 25 },
  );
});

describe('the check itself sees', () => {
  test.each([
    ['haproxy.cfg', 'stats auth a:b', 'stats auth a:b c'],
    ['haproxy.cfg', 'stats realm a', 'stats realm a\n  bind *:22'],
    ['haproxy.cfg', 'stats realm a', 'stats realm #a'],
    ['haproxy.cfg', 'stats realm a', 'stats realm $HOME'],
    ['haproxy.cfg', 'stats realm a', "stats realm 'a"],
    ['keepalived.conf', 'auth_pass a', 'auth_pass a }'],
    ['keepalived.conf', 'auth_pass a', 'auth_pass !a'],
    ['keepalived.conf', 'auth_pass a', 'auth_pass $a'],
  ])('in %s that "%s" has become %j', (path, good, bad) => {
    expect(structure(path, bad)).not.toEqual(structure(path, good));
  });

  test.each([
    ['haproxy.cfg', 'stats realm a\\ b\\#\\"\\$'],
    ['keepalived.conf', 'auth_pass a%b&c'],
  ])('in %s that %s is one word', (path, text) => {
    expect(structure(path, text)).toEqual([text.startsWith('stats') ? 3 : 2]);
  });
});
