import { parseText } from '../../src/document/document';
import { InputError } from '../../src/errors';
import { buildInventory } from '../../src/inventory/load';
import { requireMade, tellUnmade } from '../../src/inventory/made-by-authority';
import type { Reference } from '../../src/inventory/sources';

/** What an authority makes is not there before it was asked for the first time: then nobody else is to put it there. */

const tls = (acme: object | undefined) => ({
  certificate: { secret: 'new.pem' },
  key: { secret: 'new.key' },
  ...(acme ? { acme } : {}),
});
function inventoryWith(acme: object | undefined, absent: object, more: object = {}) {
  const value = {
    hosts: { a: { address: '192.0.2.1' } },
    ...(acme ? { acme: { directory: 'https://acme.example/', key: { secret: 'account' } } } : {}),
    services: { shop: { port: 443, backends: { port: 8080 }, tls: tls(acme) }, ...more },
    playbooks: ['ha-pair'],
  };
  const said = (reference: Reference) =>
    'secret' in reference ? { fault: `no ${reference.secret}: set it`, ...absent } : undefined;
  return buildInventory(parseText('inventory.json', JSON.stringify(value)), {}, said);
}
function faultsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults.map((one) => `${one.path}: ${one.message}`);
  }
  return [];
}
const acme = { names: ['shop.example'], challenge: 'dns-01' };
const hook = 'acme.hook: is missing';
const isNot = [
  'acme.key: the secret account of secrets.age is not made yet: haprov certificates renew inventory.json makes it',
  'services.shop.tls.certificate: the secret new.pem of secrets.age is not made yet: haprov certificates renew inventory.json shop makes it',
  'services.shop.tls.key: the secret new.key of secrets.age is not made yet: haprov certificates renew inventory.json shop makes it',
];
const absent = { isAbsent: true };

const plain = { port: 80, redirects: [{ scheme: 'https' }] };
const http = { names: ['shop.example'] };

test('what is not made yet keeps nobody from looking at hosts, and is told with the command that makes it', () => {
  const inventory = inventoryWith(http, absent, { plain });
  expect(faultsOf(() => requireMade(inventory))).toEqual(isNot);
  expect(tellUnmade(inventory)).toBe(
    'the certificate of shop is not made yet: haprov certificates renew inventory.json shop makes it; until then plan, apply, push and replace refuse',
  );
});

test('of several services at once', () => {
  const web = { port: 8443, backends: { port: 8080 }, tls: tls(http) };
  expect(tellUnmade(inventoryWith(http, absent, { plain, web }))).toMatch(
    /^the certificates of shop, web are not made yet: haprov certificates renew inventory\.json makes them;/,
  );
});

test('of an account alone', () => {
  const { file, unmade } = inventoryWith(http, absent, { plain });
  expect(tellUnmade({ file, unmade: unmade.slice(0, 1) })).toMatch(
    /^the key of the account at the authority \(acme\.key\) is not made yet: haprov certificates renew inventory\.json makes it;/,
  );
  expect(tellUnmade({ file, unmade: [] })).toBeUndefined();
});

test('beside other faults it is told as one of them', () => {
  const faults = faultsOf(() => inventoryWith(acme, absent));
  expect(faults).toEqual(expect.arrayContaining(isNot));
  expect(faults).toHaveLength(isNot.length + 1);
  expect(faults.join('\n')).toContain(hook);
});

test.each([
  ['who cannot read it', acme, {}],
  ['who buys certificates', undefined, absent],
])('%s is told as of any other', (_who, how, isAbsent) => {
  expect(faultsOf(() => inventoryWith(how, isAbsent))).toContain(
    'services.shop.tls.certificate: no new.pem: set it',
  );
});
