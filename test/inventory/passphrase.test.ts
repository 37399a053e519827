import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { openSecrets } from '../../src/inventory/secret-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Three folders, as of three inventories, whose secrets the same key opens; it has a passphrase. */
async function threeFolders(passphrase: string): Promise<string[]> {
  const identity = await generateX25519Identity();
  const lock = new Encrypter();
  lock.setPassphrase(passphrase);
  lock.setScryptWorkFactor(4);
  writeFileSync(join(folder, 'id.txt'), await lock.encrypt(identity));
  const forKey = new Encrypter();
  forKey.addRecipient(await identityToRecipient(identity));
  const sealed = await forKey.encrypt('{"a": "1"}');
  return ['x', 'y', 'z'].map((name) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'secrets.age'), sealed);
    return join(folder, name);
  });
}

function person(...answers: (string | undefined)[]) {
  const asked: string[] = [];
  return {
    asked,
    env: { HAPROV_AGE_IDENTITY: join(folder, 'id.txt') },
    async askSecret({ text }: { text: string }) {
      asked.push(text.replace(folder, ''));
      if (answers.length === 0) throw new Error(`asked once more: ${text}`);
      return answers.shift();
    },
  };
}

const question = 'Passphrase for /id.txt:';
const again = `That passphrase does not open it.\n${question}`;

test.each([
  ['right at once', ['right'], [question]],
  ['right at last', ['wrong', 'false', 'right'], [question, again, again]],
])('the passphrase of a key is asked once for all inventories: %s', async (_, answers, questions) => {
  const folders = await threeFolders('right');
  const asker = person(...answers);
  const all = await Promise.all(folders.map((one) => openSecrets(one, asker)));
  expect(all.map((one) => one?.values.get('a'))).toEqual(['1', '1', '1']);
  expect(asker.asked).toEqual(questions);
  expect((await openSecrets(folders[0] ?? '', asker))?.values.get('a')).toBe('1');
  expect(asker.asked).toEqual(questions);
});

test.each([
  ['wrong three times', ['one', 'two', 'three'], 3, 'is not opened by that passphrase'],
  ['no answer', [undefined], 1, 'is encrypted with a passphrase, and there is nobody to ask for it'],
])('%s: it is said of each, and who comes later is asked anew', async (_, answers, times, message) => {
  const folders = await threeFolders('right');
  const asker = person(...answers, 'right');
  const all = await Promise.allSettled(folders.map((one) => openSecrets(one, asker)));
  for (const one of all)
    expect(one).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining(message) },
    });
  expect(asker.asked.length).toBe(times);
  expect((await openSecrets(folders[0] ?? '', asker))?.values.get('a')).toBe('1');
});
