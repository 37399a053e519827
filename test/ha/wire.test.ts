import { addressInHex, wireOf } from '../../src/ha/wire';

const conf = (rows: string, globals = '') =>
  `global_defs {\n${globals}\n}\nvrrp_instance a {\n interface eth0\n virtual_router_id 37\n priority 100\n${rows}\n}\n`;
const vips = 'virtual_ipaddress {\n 192.168.56.210/24\n 192.168.56.200/24 dev eth0\n}';

test.each<[string, string, string[]]>([
  [
    'version 2 without a secret',
    conf(`advert_int 1\n${vips}`),
    ['25 0001 c0a838c8,c0a838d2 0000000000000000'],
  ],
  [
    'with one, which is cut after 8 characters',
    conf(`advert_int 3\nauthentication {\n auth_type PASS\n auth_pass abcdefghij\n}\n${vips}`),
    ['25 0103 c0a838c8,c0a838d2 6162636465666768'],
  ],
  [
    'version 3, in hundredths',
    conf(`advert_int 0.5\n${vips}`, 'vrrp_version 3'),
    ['25 0032 c0a838c8,c0a838d2 -'],
  ],
  ['IPv6', conf('virtual_ipaddress {\n 2001:db8::9/64\n}'), ['25 0064 20010db8000000000000000000000009 -']],
  ['nothing', '', []],
])('%s', (_, text, rows) => {
  expect(wireOf(text)?.rows).toEqual(rows);
});

test('what is not all of it says nothing', () => {
  expect(wireOf(conf(`include /etc/more\n${vips}`))).toBeUndefined();
  expect(wireOf('vrrp_instance a {')).toBeUndefined();
});

test.each([
  ['192.168.56.200', 'c0a838c8'],
  ['::1', '00000000000000000000000000000001'],
  ['fe80::42:c0ff:fea8:38c9', 'fe800000000000000042c0fffea838c9'],
])('%s', (address, hex) => {
  expect(addressInHex(address)).toBe(hex);
});
