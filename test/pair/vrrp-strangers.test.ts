import type { Advert } from '../../src/ha/advert';
import type { Inventory } from '../../src/inventory/inventory';
import type { Heard } from '../../src/pair/vrrp-listen';
import { strangers, type VrrpListener } from '../../src/pair/vrrp-strangers';
import { withFiles } from '../bad-input/cases';
import { loadInventory } from '../support/load-inventory';

const load = (vip: object = {}): Promise<Inventory> =>
  withFiles(
    {
      files: {
        'inventory.json': JSON.stringify({
          hosts: {
            fred: { address: '10.0.0.1', priority: 101 },
            ethyl: { address: 'ethyl.example.org', priority: 100 },
          },
          vips: { v: { address: '10.0.0.9', virtualRouterId: 46, ...vip } },
          playbooks: ['ha-pair'],
        }),
      },
    },
    (_folder, file) => loadInventory(file, {}),
  );

const advert = (about: Partial<Advert & { interface: string }> = {}): Heard['adverts'][number] => ({
  source: '10.0.0.77',
  destination: '224.0.0.18',
  family: 4,
  version: 2,
  virtualRouterId: 46,
  priority: 90,
  addresses: ['10.0.0.88'],
  interface: 'eth0',
  ...about,
});

const listener = (host: string, addresses: string[], heard?: Partial<Heard>): VrrpListener => ({
  host,
  addresses,
  interfaceOf: () => 'eth0',
  ...(heard ? { heard: { kind: 'listened', adverts: [], answers: [], ...heard } } : {}),
});

const find = async (listeners: VrrpListener[], whole = true, vip: object = {}) =>
  strangers(await load(vip), listeners, { whole, file: 'pair.json' });

test('a stranger: who, with what, heard by whom, and an id that is free', async () => {
  const adverts = [advert(), advert(), advert({ virtualRouterId: 47, source: '10.0.0.78' })];
  const found = await find([
    listener('fred', ['10.0.0.1'], { adverts }),
    listener('ethyl', ['10.0.0.2'], { adverts }),
  ]);
  expect(found).toEqual([
    {
      rule: 'vrid-heard',
      severity: 'error',
      where: 'pair.json:1: vips.v.virtualRouterId',
      message:
        'VRID 46 is spoken already by 10.0.0.77 (priority 90, VRRPv2, for 10.0.0.88), which is no host of this inventory; heard by fred and ethyl on eth0',
      why: expect.any(String),
      fix: expect.stringContaining('such as 48; or'),
    },
  ]);
});

test('where a host was not asked, it may be that one', async () => {
  const [found] = await find([listener('fred', ['10.0.0.1'], { adverts: [advert()] })], false);
  expect(found).toMatchObject({
    severity: 'warning',
    message: expect.stringContaining('it may be one of them'),
  });
});

test.each<[string, Partial<Heard['adverts'][number]>, object]>([
  ['another VRID', { virtualRouterId: 45 }, {}],
  ['another interface', { interface: 'eth1' }, {}],
  ['another family', { family: 6, source: 'fe80::77' }, {}],
  ['an address of the inventory', { source: '10.0.0.1' }, {}],
  ['an address that a host said it has', { source: '10.0.0.2' }, {}],
  ['our adverts are unicast', {}, { unicast: { ethyl: '10.0.0.2' } }],
])('no stranger: %s', async (_, about, vip) => {
  const adverts = [advert(about)];
  expect(await find([listener('fred', [], { adverts }), listener('ethyl', ['10.0.0.2'])], true, vip)).toEqual(
    [],
  );
});

describe('the address', () => {
  const answers = [{ interface: 'eth0', address: '10.0.0.9', mac: '02:42:00:00:00:01' }];

  test('somebody else has it', async () => {
    expect(await find([listener('fred', ['10.0.0.1'], { answers })])).toMatchObject([
      {
        rule: 'address-in-use',
        severity: 'error',
        where: 'pair.json:1: vips.v.address',
        message:
          '10.0.0.9 is in use: 02:42:00:00:00:01 answers for it, and no host of this inventory has it; seen by fred on eth0',
      },
    ]);
  });

  test('one of ours has it, or speaks for it', async () => {
    const holder = listener('ethyl', ['10.0.0.2', '10.0.0.9']);
    expect(await find([listener('fred', ['10.0.0.1'], { answers }), holder])).toEqual([]);
    const adverts = [advert({ source: '10.0.0.1', addresses: ['10.0.0.9'] })];
    expect(await find([listener('ethyl', ['10.0.0.2'], { answers, adverts })], false)).toEqual([]);
  });

  test('not on the network of the VIP, or not asked everywhere', async () => {
    const elsewhere = answers.map((one) => ({ ...one, interface: 'eth1' }));
    expect(await find([listener('fred', ['10.0.0.1'], { answers: elsewhere })])).toEqual([]);
    expect(await find([listener('fred', ['10.0.0.1'], { answers })], false)).toMatchObject([
      { severity: 'warning' },
    ]);
  });
});
