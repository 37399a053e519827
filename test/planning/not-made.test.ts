import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/errors';
import { render } from '../../src/library/render';
import { makePlan } from '../../src/planning/planning';
import { recorder } from '../commands/recorder';
import { scratch } from '../support/scratch';

/** A pair whose certificate the authority has refused to make the first time, or that nobody has asked for yet. */

const folder = mkdtempSync(join(scratch, 'haprov-not-made-'));
const file = join(folder, 'pair.json');
const options = { inventory: file, json: false };
const backends = { group: 'all', port: 8080 };
const tls = {
  certificate: { file: 'new.pem' },
  key: { file: 'new.key' },
  acme: { names: ['shop.example'] },
};

beforeAll(() =>
  writeFileSync(
    file,
    JSON.stringify({
      hosts: {
        fred: { address: '192.0.2.1', priority: 101 },
        ethyl: { address: '192.0.2.2', priority: 100 },
      },
      vips: { front: { address: '192.0.2.10', virtualRouterId: 7, group: 'all' } },
      acme: { key: { file: 'account.key' } },
      services: {
        plain: { port: 80, vips: ['front'], redirects: [{ scheme: 'https' }] },
        shop: { port: 443, vips: ['front'], backends, tls },
      },
      groups: { balancers: ['fred', 'ethyl'], web: ['fred', 'ethyl'] },
      playbooks: ['ha-pair'],
    }),
  ),
);
afterAll(() => rmSync(folder, { recursive: true }));

test('what hosts are to have is told but for what is not made, with one warning', async () => {
  const { context, said } = recorder();
  const { hosts } = await render({ ...options, el: 9, showSecrets: true }, context);
  expect(said).toEqual([expect.stringMatching(/^warning: the certificate of shop is not made yet: haprov /)]);
  const files = hosts[0]?.resources.flatMap((one) => ('content' in one ? [one] : [])) ?? [];
  expect(files.map(({ path }) => path)).not.toContain('/etc/haproxy/shop.pem');
  const cfg = files.find(({ path }) => path === '/etc/haproxy/haproxy.cfg')?.content.toString();
  expect(cfg).toContain('ssl crt /etc/haproxy/shop.pem');
  expect(cfg).not.toContain('acme-challenge');
});

test('no plan is made of it, and no host asked', async () => {
  const { context } = recorder();
  const plan = makePlan(options, context);
  await expect(plan).rejects.toThrow(InputError);
  await expect(plan).rejects.toThrow(
    /tls\.certificate: the file new\.pem is not made yet: haprov certificates renew \S*pair\.json shop makes it/,
  );
});
