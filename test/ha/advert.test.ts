import { readAdvert } from '../../src/ha/advert';
import fc from '../support/property';

const read = (hex: string) => readAdvert(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

/** keepalived 2.2.7 with one VIP, as python and tcpdump gave it on a host of the lab (the stand-in). */
const real = '45c0002800190000ff70e108c0a838c9e0000012 212865010001805ac0a838d20000000000000000';

test('what keepalived sends', () => {
  expect(read(real)).toEqual({
    source: '192.168.56.201',
    destination: '224.0.0.18',
    family: 4,
    version: 2,
    virtualRouterId: 40,
    priority: 101,
    addresses: ['192.168.56.210'],
  });
});

test.each([
  [
    'VRRPv3 of IPv4, two addresses',
    '45c0002400010000ff70000ac0a838ccc0a838cb 312e6402006400000a000001 0a000002',
    {
      source: '192.168.56.204',
      destination: '192.168.56.203',
      version: 3,
      virtualRouterId: 46,
      priority: 100,
    },
    ['10.0.0.1', '10.0.0.2'],
  ],
  [
    'VRRPv3 of IPv6',
    `6c000000 0028 70 ff fe80000000000000000000000000000a ff020000000000000000000000000012
     31 2e ff 02 0064 0000 fe800000000000000000000000000001 20010db8000000000000000000000009`,
    { source: 'fe80::a', destination: 'ff02::12', family: 6, version: 3, virtualRouterId: 46, priority: 255 },
    ['fe80::1', '2001:db8::9'],
  ],
  [
    'IP options, and the padding of a short frame',
    '46c00028 00190000ff70e108 c0a838c9e0000012 94040000 21010001 0001 0000 c0a838d2 00000000 000000000000000000000000',
    undefined,
    undefined,
  ],
  [
    'IP options, whole, and padding',
    '46c0002c 00190000ff70e108 c0a838c9e0000012 94040000 21010001 0001 0000 c0a838d2 0000000000000000 ffffffffffff',
    { source: '192.168.56.201', virtualRouterId: 1, priority: 0, version: 2 },
    ['192.168.56.210'],
  ],
])('%s', (_, hex, about, addresses) => {
  const advert = read(hex);
  if (about === undefined) expect(advert).toBeUndefined();
  else expect(advert).toMatchObject({ ...about, addresses });
});

test.each([
  ['nothing', ''],
  ['less than a header', real.slice(0, 30)],
  ['cut off', real.slice(0, 60)],
  ['another protocol', real.replace('ff70', 'ff11')],
  ['another type of VRRP packet', real.replace(' 21', ' 22')],
  ['another version', real.replace(' 21', ' 41')],
  ['no VRID', real.replace(' 2128', ' 2100')],
  // OpenBSD's, which has the same number and the same first byte: vhid 46, advskew 0, authlen 7, and a longer counter and hash.
  [
    'CARP',
    `45100038000140 00ff70 0000 c0a838cce0000012 212e0007 00010000 ${'00112233445566778899aabbccddeeff0011223344556677889900aa'}`,
  ],
])('no advert: %s', (_, hex) => {
  expect(read(hex)).toBeUndefined();
});

test('no packet makes it throw', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(0x45, 0x46, 0x4f, 0x60),
      (bytes, first) => {
        const packet = Buffer.from([first, ...bytes]);
        if (packet.length > 9) packet[first === 0x60 ? 6 : 9] = 112;
        readAdvert(packet);
      },
    ),
    { numRuns: 2000 },
  );
});
