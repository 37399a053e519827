import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificates } from '../../src/status/findings/certificates';
import { merged } from '../../src/status/merge';
import type { Snapshot } from '../../src/status/snapshot';

const certificate = readFileSync(join(__dirname, '../lint/c.pem'), 'utf8');
const at = (name: string, balances: boolean, reached: boolean) =>
  ({ host: { name }, readiness: { balances }, ...(reached ? { facts: {}, diagnostics: {} } : {}) }) as never;
const seen = (...hosts: Snapshot['hosts']): Snapshot => ({
  inventory: {
    services: ['shop', 'mail'].map((name) => ({ name, tls: { certificates: [{ certificate }] } })),
  } as never,
  hosts,
  laptop: [],
  now: new Date('2100-01-01T00:00:00Z'),
});

test('a certificate that is over is found once a service, which is named with the certificate', () => {
  const found = certificates(
    seen(at('web', false, true), at('fred', true, true), at('ethyl', true, true)),
    [],
  );
  expect(found.map(({ host, service, certificate: name }) => [host, service, name])).toEqual([
    ['fred', 'shop', expect.stringMatching(/^CN=/)],
    ['ethyl', 'shop', expect.stringMatching(/^CN=/)],
    ['fred', 'mail', expect.stringMatching(/^CN=/)],
    ['ethyl', 'mail', expect.stringMatching(/^CN=/)],
  ]);
  expect(merged(found).map(({ message, on, next }) => [message, on, next])).toEqual(
    ['shop', 'mail'].map((name) => [
      expect.stringMatching(`^certificate of ${name} on fred and ethyl: the certificate .* expired on `),
      ['fred', 'ethyl'],
      expect.stringMatching(`^haprov certificates renew INVENTORY ${name} rolls out a new one`),
    ]),
  );
});

test('it is found on the same host while that cannot be reached: it has neither gone nor come elsewhere', () => {
  const found = certificates(seen(at('fred', true, false), at('ethyl', true, true)), []);
  expect(found.map(({ host }) => host)).toEqual(['fred', 'ethyl', 'fred', 'ethyl']);
});
