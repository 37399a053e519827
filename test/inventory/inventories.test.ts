import { readDocument } from '../../src/document/document';
import { inventorySchema } from '../../src/inventory/schema';
import { resolveSecrets } from '../../src/inventory/secrets';
import { environment, inventories, inventoryOf, renderInventory } from '../support/inventories';
import { allUses, usesOf } from './schema-uses';

const rawOf = (name: string) => resolveSecrets(readDocument(inventoryOf(name)), environment).value;

test('together they use every option, each choice of it, and each kind of value', () => {
  const used = new Set(inventories.flatMap((name) => usesOf(inventorySchema, rawOf(name))));
  expect(allUses(inventorySchema).filter((use) => !used.has(use))).toEqual([]);
});

test('none of them is left out', () => expect(inventories.length).toBeGreaterThanOrEqual(30));

test.each(inventories)('%s is right, and every host of every EL would have whole files', (name) => {
  for (const major of name === 'tls-1.3-only' ? [8, 9, 10] : [6, 7, 8, 9, 10])
    for (const { files } of renderInventory(name, major))
      for (const { path, content } of files)
        expect([path, content.toString()]).toEqual([path, expect.stringMatching(/\n$/)]);
});

test('HAProxy 1.5 has no TLS 1.3: the template says so, and what to do', () => {
  expect(() => renderInventory('tls-1.3-only', 7)).toThrow(
    /haproxy.cfg.ejs:\d+: services.imaps.tls.minVersion is 1.3, which HAProxy before 1.8 cannot speak: "1.2", or a newer EL on a/,
  );
});

test('what counts as a use', () => {
  expect(allUses(inventorySchema)).toEqual(
    expect.arrayContaining([
      'hosts.*.address',
      'groups.*|0.*',
      'groups.*|1.ssh.sudo|1=auto',
      'services.*.redirects.*.code=308',
      'vips.*.unicast|1.*|1',
      'services.*.check.type=command',
      'vips.*.preempt=false',
    ]),
  );
  expect(usesOf(inventorySchema, { hosts: { a: { address: 'b' } }, groups: { g: ['a'] } })).toEqual([
    '',
    'hosts',
    'hosts.*',
    'hosts.*.address',
    'groups',
    'groups.*|0',
    'groups.*|0.*',
  ]);
});
