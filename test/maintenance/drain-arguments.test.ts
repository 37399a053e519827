import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../src/errors';
import { inventoryAndHost } from '../../src/maintenance/drain-arguments';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const found = (files: string[], words: string[], env: NodeJS.ProcessEnv = {}) => {
  for (const file of files) writeFileSync(join(folder, file), '');
  const { inventory, host } = inventoryAndHost(words, env, folder);
  return `${host} of ${inventory}`;
};

test.each<[string, string[], string[], NodeJS.ProcessEnv, string]>([
  ['inventory and host', ['a.json'], ['a.json', 'lucy'], {}, 'lucy of a.json'],
  ['the other way round', ['a.json'], ['lucy', 'a.json'], {}, 'lucy of a.json'],
  ['an inventory that is not there', [], ['a.json', 'lucy'], {}, 'lucy of a.json'],
  ['two files', ['a.json', 'lucy'], ['a.json', 'lucy'], {}, 'lucy of a.json'],
  [
    'named inventory before the environment',
    ['a.json'],
    ['a.json', 'lucy'],
    { HAPROV_INVENTORY: 'b' },
    'lucy of a.json',
  ],
  ['the environment', ['inventory.json'], ['lucy'], { HAPROV_INVENTORY: 'b.yaml' }, 'lucy of b.yaml'],
  [
    'an environment that is empty',
    ['inventory.json'],
    ['lucy'],
    { HAPROV_INVENTORY: '' },
    'lucy of inventory.json',
  ],
  ['JSON before YAML', ['inventory.json', 'inventory.yaml'], ['lucy'], {}, 'lucy of inventory.json'],
  ['YAML', ['inventory.yaml'], ['lucy'], {}, 'lucy of inventory.yaml'],
])('%s', (_, files, words, env, expected) => {
  expect(found(files, words, env)).toBe(expected);
});

test.each<[string, string[], string[], RegExp]>([
  ['nothing', [], [], /no host is named/],
  ['a host without an inventory', [], ['lucy'], /in which inventory is the host lucy\?/],
  ['an inventory without a host', ['a.json'], ['a.json'], /a\.json is a file: which host is meant\?/],
])('%s is refused', (_, files, words, message) => {
  expect(() => found(files, words)).toThrow(UsageError);
  expect(() => found(files, words)).toThrow(message);
});
