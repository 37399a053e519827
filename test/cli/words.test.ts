import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Beside, hostsMeant, sortWords } from '../../src/cli/words';
import { UsageError } from '../../src/errors';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** "OTHER of INVENTORY" as the words, parted by spaces, mean it where these files are. */
function meant(beside: Beside | undefined, files: string, words: string, env: NodeJS.ProcessEnv = {}) {
  const parts = (text: string) => text.split(' ').filter(Boolean);
  for (const file of parts(files)) writeFileSync(join(folder, file), '');
  const { inventory, found, ...other } = sortWords(parts(words), beside, env, folder);
  const [said = '-'] = Object.values(other);
  expect(Object.keys(other)).toEqual(said === '-' ? [] : [beside]);
  return `${said} of ${found ? `found ${basename(inventory)}` : inventory}`;
}

const named = { HAPROV_INVENTORY: 'b.yaml' };

/** Files that are there, words, and what they mean to plan (-), to drain, to log, to secret; "!" is refused. */
test.each<[string, string, NodeJS.ProcessEnv, Partial<Record<Beside | 'none', string>>]>([
  [
    'inventory.json',
    '',
    {},
    { none: '- of found inventory.json', host: '!', run: '- of found inventory.json' },
  ],
  ['', '', named, { none: '- of found b.yaml', host: '!', run: '- of found b.yaml' }],
  ['', '', {}, { none: '!', host: '!', run: '!' }],
  ['a.json', 'a.json', {}, { none: '- of a.json', host: '!', run: '- of a.json', name: '!' }],
  ['inventory.json', 'a.json', {}, { none: '- of a.json', host: '!', run: '- of a.json' }],
  ['', 'x/lb.YML', named, { none: '- of x/lb.YML', host: '!', run: '- of x/lb.YML' }],
  ['hosts', 'hosts', named, { none: '- of hosts', host: '!', run: '- of hosts' }],
  [
    'inventory.json',
    'lucy',
    {},
    {
      none: '- of lucy',
      host: 'lucy of found inventory.json',
      run: 'lucy of found inventory.json',
      name: 'lucy of found inventory.json',
    },
  ],
  [
    'inventory.yml',
    'lucy',
    { HAPROV_INVENTORY: '' },
    {
      host: 'lucy of found inventory.yml',
      run: 'lucy of found inventory.yml',
      name: 'lucy of found inventory.yml',
    },
  ],
  [
    'inventory.json',
    'lucy',
    named,
    { host: 'lucy of found b.yaml', run: 'lucy of found b.yaml', name: 'lucy of found b.yaml' },
  ],
  ['inventory.json', 'fred,ethyl', {}, { hosts: 'fred,ethyl of found inventory.json' }],
  ['inventory.json', 'fred ethyl', {}, { hosts: '!' }],
  ['inventory.json', 'db.json', {}, { name: 'db.json of found inventory.json' }],
  ['', 'lucy', {}, { none: '- of lucy', host: '!', run: '!', name: '!' }],
  ['inventory.json inventory.yaml', 'lucy', {}, { none: '- of lucy', host: '!', run: '!', name: '!' }],
  ['a.json', 'a.json lucy', named, { host: 'lucy of a.json', run: 'lucy of a.json', name: 'lucy of a.json' }],
  ['a.json', 'lucy a.json', named, { host: 'lucy of a.json', run: 'lucy of a.json', name: 'lucy of a.json' }],
  ['', 'a.json lucy', {}, { host: 'lucy of a.json', run: 'lucy of a.json', name: 'lucy of a.json' }],
  ['', 'lucy a.yaml', {}, { host: 'lucy of a.yaml', run: 'lucy of a.yaml', name: 'lucy of a.yaml' }],
  ['hosts', 'hosts lucy', {}, { host: 'lucy of hosts', run: 'lucy of hosts', name: 'lucy of hosts' }],
  ['hosts', 'lucy hosts', {}, { host: 'lucy of hosts', run: 'lucy of hosts', name: 'lucy of hosts' }],
  [
    'a.json b.json',
    'a.json b.json',
    {},
    { host: 'b.json of a.json', run: 'b.json of a.json', name: 'a.json of b.json' },
  ],
  ['', 'pair lucy', {}, { host: 'lucy of pair', run: 'lucy of pair', name: 'pair of lucy' }],
])('%j there, "%s" said, %j', (files, words, env, expected) => {
  for (const [beside, meaning] of Object.entries(expected)) {
    const say = () => meant(beside === 'none' ? undefined : (beside as Beside), files, words, env);
    if (meaning === '!') expect(say).toThrow(UsageError);
    else expect(`${beside}: ${say()}`).toBe(`${beside}: ${meaning}`);
  }
});

test.each([
  ['', '', /no host is named/],
  ['a.json', 'a.json', /a\.json is taken for the inventory: which host is meant\?/],
  ['', 'lucy', /no inventory is named, and there is no inventory\.json, inventory\.yaml, inventory\.yml in /],
])('drain, %j there, "%s" said: %s', (files, words, message) => {
  expect(() => meant('host', files, words)).toThrow(message);
});

test('what is found is told, and whether the environment names it', () => {
  writeFileSync(join(folder, 'inventory.json'), '');
  expect(sortWords([], undefined, {}, folder).found).toMatch(/^inventory: .*inventory\.json$/);
  expect(sortWords([], undefined, named, folder).found).toBe('inventory: b.yaml (HAPROV_INVENTORY)');
  expect(sortWords(['a.json'], undefined, {}, folder).found).toBeUndefined();
});

test('hosts are named by --limit or by a word, and by both not: all would be booted, or none of one', () => {
  expect(hostsMeant(undefined, undefined)).toBeUndefined();
  expect(hostsMeant(['web', '!fred'], undefined)).toEqual(['web', '!fred']);
  expect(hostsMeant(undefined, 'ethyl')).toEqual(['ethyl']);
  expect(() => hostsMeant(['fred'], 'ethyl')).toThrow('hosts are named twice: ethyl, and --limit fred');
});
