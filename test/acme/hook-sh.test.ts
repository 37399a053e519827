import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHook } from '../../src/acme/hook';
import { scratch } from '../support/scratch';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'haprov-'));
  writeFileSync(
    join(folder, 'hook'),
    '#!/bin/sh\nprintf "%s\\n" "$ZONE" "$@" >called\n[ "$2" = set ] || { echo "no such zone" >&2; exit 7; }\n',
    { mode: 0o755 },
  );
});
afterEach(() => rmSync(folder, { recursive: true }));
const hook = (...words: string[]) =>
  runHook(['./hook', 'its own word'], words, {
    cwd: folder,
    env: { PATH: process.env.PATH, ZONE: 'a zone' },
  });

test('it is given its words, beside the inventory, and no shell reads them', async () => {
  await hook('set', '_acme-challenge.a.example', '$(text)');
  expect(readFileSync(join(folder, 'called'), 'utf8')).toBe(
    'a zone\nits own word\nset\n_acme-challenge.a.example\n$(text)\n',
  );
});

test('one that fails is told with what it says', async () => {
  await expect(hook('remove', '_acme-challenge.a.example', 'x')).rejects.toMatchObject({
    message: 'acme.hook (./hook remove _acme-challenge.a.example) failed with exit code 7: no such zone',
  });
});

test('one that is not there is told, and one that is left ends', async () => {
  await expect(runHook(['./nowhere'], ['set'], { cwd: folder, env: {} })).rejects.toMatchObject({
    message: expect.stringContaining('ENOENT'),
  });
  const left = runHook(['sleep', '600'], [], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    signal: AbortSignal.abort(),
  });
  await expect(left).rejects.toMatchObject({ code: 'failed' });
});
