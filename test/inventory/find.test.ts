import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { UsageError } from '../../src/errors';
import { findInventory, inventoryFolder, requireInventory } from '../../src/inventory/find';

let top: string;
let below: string;
beforeEach(() => {
  top = mkdtempSync(join(realpathSync(tmpdir()), 'haprov-'));
  below = join(top, 'pair/files');
  mkdirSync(below, { recursive: true });
});
afterEach(() => rmSync(top, { recursive: true }));

const write = (...files: string[]) => {
  for (const file of files) writeFileSync(join(top, file), '');
};
const found = (folder = below) => {
  const { file } = findInventory({}, folder) ?? {};
  return file === undefined ? undefined : relative(top, resolve(file));
};

test.each([
  ['pair/files/inventory.json', 'pair/files/inventory.json'],
  ['pair/inventory.yaml', 'pair/inventory.yaml'],
  ['inventory.yml', 'inventory.yml'],
  ['inventory.json pair/inventory.yml', 'pair/inventory.yml'],
  ['pair/hosts.json', undefined],
  ['pair/other/inventory.json', undefined],
])('%s there: from pair/files it is %s', (files, expected) => {
  mkdirSync(join(top, 'pair/other'));
  write(...files.split(' '));
  expect(found()).toBe(expected);
});

test('a folder of that name is none; a link to a file is one, and a link to nothing is not', () => {
  mkdirSync(join(below, 'inventory.json'));
  symlinkSync('nowhere', join(below, 'inventory.yml'));
  write('lb.json');
  symlinkSync('../lb.json', join(top, 'pair/inventory.json'));
  expect(found()).toBe('pair/inventory.json');
});

test('two in one folder: both are named', () => {
  write('pair/inventory.json', 'pair/inventory.yml');
  expect(() => found()).toThrow(
    /which inventory is meant: .*pair\/inventory\.json or .*pair\/inventory\.yml\?/,
  );
  expect(() => found()).toThrow(UsageError);
});

test('the environment is asked first, and an empty one counts for none', () => {
  write('pair/inventory.json', 'pair/inventory.yml');
  expect(findInventory({ HAPROV_INVENTORY: '/x.json' }, below)).toEqual({
    file: '/x.json',
    isOfVariable: true,
  });
  expect(() => findInventory({ HAPROV_INVENTORY: '' }, below)).toThrow(UsageError);
});

test('where there is none, the error says where it was looked for', () => {
  expect(() => requireInventory({}, below)).toThrow(
    `no inventory is named, and there is no inventory.json, inventory.yaml, inventory.yml in ${below} or above`,
  );
});

test('one of another user is taken from this folder only', () => {
  write('pair/inventory.json');
  const file = join(top, 'pair/inventory.json');
  if (process.getuid?.() === 0) chownSync(file, 4321, 4321);
  const owner = statSync(file).uid;
  const by = (user: number, env = {}) => findInventory(env, below, user)?.file;
  expect(resolve(by(owner) ?? '')).toBe(file);
  expect(() => by(owner + 1)).toThrow(
    /pair\/inventory\.json belongs to another user, and an inventory can run commands/,
  );
  expect(() => by(0)).toThrow(UsageError);
  expect(resolve(by(0, { SUDO_UID: String(owner) }) ?? '')).toBe(file);
  expect(() => by(owner + 1, { SUDO_UID: String(owner) })).toThrow(UsageError);
  expect(resolve(findInventory({}, join(top, 'pair'), owner + 1)?.file ?? '')).toBe(file);
});

test('what is copied for an inventory goes beside the one that is found', () => {
  const folderOf = (env = {}) => inventoryFolder(env, below);
  expect(folderOf()).toBe(below);
  write('pair/inventory.json', 'pair/inventory.yml');
  expect(resolve(folderOf())).toBe(join(top, 'pair'));
  expect(folderOf({ HAPROV_INVENTORY: '/etc/lb/inventory.json' })).toBe('/etc/lb');
});
