import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyFile } from '../../src/host/key-files';
import { readUserFile } from '../../src/host/read-file';
import { newKey } from '../support/ssh-server';

/** What a login reads is kept for the other logins of the same caller, and goes with him: private keys are among it. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const target = (env: NodeJS.ProcessEnv) => ({ name: 'fred', address: 'fred', sudo: false, env });

test('a key is read once for all hosts of a caller, and for no other caller', async () => {
  const path = join(folder, 'key');
  writeFileSync(path, newKey().private);
  const read = async (env: NodeJS.ProcessEnv) =>
    (await readKeyFile(path, target(env), undefined, []))?.publicKey;
  const [one, other] = [{}, {}];
  const key = await read(one);
  expect(key).toBeDefined();
  expect(await read(one)).toBe(key);
  expect(await read(other)).not.toBe(key);
});

test('a file that was written meanwhile is read again', async () => {
  const path = join(folder, 'config');
  const env = {};
  writeFileSync(path, 'one');
  expect(await readUserFile(path, env)).toBe('one');
  writeFileSync(path, 'two');
  utimesSync(path, 1, 1);
  expect(await readUserFile(path, env)).toBe('two');
});
