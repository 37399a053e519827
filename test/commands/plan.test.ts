import { join } from 'node:path';
import { plan } from '../../src/commands/plan';
import { withFiles } from '../bad-input/cases';
import { recorder } from './recorder';

test.each([
  ['nowhere/x', /: there is no folder .*nowhere$/, /^make it first: mkdir -p .*nowhere$/],
  ['inventory.json/x', /: there is no folder .*inventory\.json$/, /^make it first/],
  ['folder', /: it is a folder$/, /^name a file in it$/],
])('a plan that could not be saved at %s: nobody is asked for one', (out, message, hint) =>
  withFiles({ files: { 'inventory.json': '{}', 'folder/x': '' } }, async (folder) => {
    const options = { inventory: join(folder, 'inventory.json'), inventories: [], exitCode: false } as never;
    await expect(
      plan(Object.assign(options, { out: join(folder, out) }), recorder().context),
    ).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  }),
);
