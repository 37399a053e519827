import { parseText } from '../../src/document/document';
import { InputError } from '../../src/errors';
import { buildInventory } from '../../src/inventory/load';
import type { Reference } from '../../src/inventory/sources';

/** What an authority makes is not there before it was asked for the first time: then nobody else is to put it there. */

const faults = (acme: object | undefined, absent: object) => {
  const value = {
    hosts: { a: { address: '192.0.2.1' } },
    ...(acme ? { acme: { directory: 'https://acme.example/', key: { secret: 'account' } } } : {}),
    services: {
      shop: {
        port: 443,
        backends: { port: 8080 },
        tls: { certificate: { secret: 'new.pem' }, key: { secret: 'new.key' }, ...(acme ? { acme } : {}) },
      },
    },
    playbooks: ['ha-pair'],
  };
  const said = (reference: Reference) =>
    'secret' in reference ? { fault: `no ${reference.secret}: set it`, ...absent } : undefined;
  try {
    buildInventory(parseText('inventory.json', JSON.stringify(value)), {}, said);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults
      .filter(({ path }) => /key|certificate/.test(path))
      .map((one) => `${one.path}: ${one.message}`);
  }
  return [];
};
const acme = { names: ['shop.example'], challenge: 'dns-01' };

test('what is not made yet: the command that makes it', () => {
  expect(faults(acme, { isAbsent: true })).toEqual([
    'acme.key: the secret account of secrets.age is not made yet: haprov certificates renew inventory.json makes it',
    'services.shop.tls.certificate: the secret new.pem of secrets.age is not made yet: haprov certificates renew inventory.json shop makes it',
    'services.shop.tls.key: the secret new.key of secrets.age is not made yet: haprov certificates renew inventory.json shop makes it',
  ]);
});

test.each([
  ['who cannot read it', acme, {}],
  ['who buys certificates', undefined, { isAbsent: true }],
])('%s is told as of any other', (_who, how, absent) => {
  expect(faults(how, absent)).toContain('services.shop.tls.certificate: no new.pem: set it');
});
