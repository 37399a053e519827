import {
  chmodSync,
  chownSync,
  lchownSync,
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

describe('who else could have put it there', () => {
  const isRoot = process.getuid?.() === 0;
  const stranger = 4321;
  let file: string;
  let folder: string;
  let owner: number;
  beforeEach(() => {
    write('pair/inventory.json');
    folder = join(top, 'pair');
    file = join(folder, 'inventory.json');
    chmodSync(file, 0o644);
    chmodSync(folder, 0o755);
    if (isRoot) for (const path of [file, folder]) chownSync(path, stranger, stranger);
    owner = statSync(file).uid;
  });
  const by = (user: number, env = {}, start = below) => findInventory(env, start, user)?.file;
  const starts = { below: () => below, 'its folder': () => folder };

  describe.each(Object.entries(starts))('found from %s', (_, start) => {
    test('its owner, and root by his sudo, are given it; another user is not, and is told what to do', () => {
      expect(resolve(by(owner, {}, start()) ?? '')).toBe(file);
      expect(resolve(by(0, { SUDO_UID: String(owner) }, start()) ?? '')).toBe(file);
      for (const [user, env] of [
        [owner + 1, {}],
        [0, {}],
        [owner + 1, { SUDO_UID: String(owner) }],
      ] as const)
        expect(() => by(user, env, start())).toThrow(
          /pair\/inventory\.json belongs to another user, and an inventory can run commands/,
        );
      expect(() => by(owner + 1, {}, start())).toThrow(UsageError);
    });

    test('named, it is taken, whoever has it', () => {
      expect(by(owner + 1, { HAPROV_INVENTORY: file }, start())).toBe(file);
    });

    test.each([
      ['777', false],
      ['1777', false],
      ['757', false],
      ['755', true],
      ['700', true],
    ])('in a folder of mode %s: %p', (mode, isTaken) => {
      chmodSync(folder, Number.parseInt(mode, 8));
      const take = () => resolve(by(owner, {}, start()) ?? '');
      if (isTaken) expect(take()).toBe(file);
      else expect(take).toThrow('inventory.json is in a folder that others can write to');
    });

    test('a file that others can write to is not taken', () => {
      chmodSync(file, 0o646);
      expect(() => by(owner, {}, start())).toThrow('inventory.json is open to others for writing');
    });

    test('a link of somebody else to a file that is trusted is not taken', () => {
      rmSync(file);
      symlinkSync('/etc/passwd', file);
      if (isRoot) lchownSync(file, stranger, stranger);
      expect(() => by(owner + 1, {}, start())).toThrow('inventory.json belongs to another user');
    });
  });

  (isRoot ? test : test.skip)('a group that is not the user’s own may not write; his own may', () => {
    for (const path of [file, folder]) chmodSync(path, 0o775);
    expect(resolve(by(owner) ?? '')).toBe(file);
    chownSync(folder, owner, owner + 1);
    expect(() => by(owner)).toThrow('inventory.json is in a folder that others can write to');
    chownSync(folder, owner, owner);
    chownSync(file, owner, owner + 1);
    expect(() => by(owner)).toThrow('inventory.json is open to others for writing');
  });

  (isRoot ? test : test.skip)('the user’s own inventory in a folder of another user is not taken', () => {
    chownSync(folder, stranger + 1, stranger + 1);
    expect(() => by(owner)).toThrow('inventory.json is in a folder of another user');
    chownSync(folder, 0, 0);
    expect(resolve(by(owner) ?? '')).toBe(file);
  });
});

test('what is copied for an inventory goes beside the one that is found', () => {
  const folderOf = (env = {}) => inventoryFolder(env, below);
  expect(folderOf()).toBe(below);
  write('pair/inventory.json', 'pair/inventory.yml');
  expect(resolve(folderOf())).toBe(join(top, 'pair'));
  expect(folderOf({ HAPROV_INVENTORY: '/etc/lb/inventory.json' })).toBe('/etc/lb');
});
