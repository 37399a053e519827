import {
  type Address,
  addressesOf,
  addressOf,
  collide,
  showSocket,
  socketsOf,
} from '../../../src/ha/haproxy/socket';

test.each([
  ['*:80', [], ['*:80']],
  [':80', [], ['*:80']],
  ['0.0.0.0:80', [], ['*:80']],
  ['10.0.0.1:80-82,10.0.0.2:443', [], ['10.0.0.1:80-82', '10.0.0.2:443']],
  ['ipv4@10.0.0.1:80', [], ['10.0.0.1:80']],
  ['2001:DB8:0::1:80', [], ['[2001:db8::1]:80']],
  ['[2001:db8::1]:80', [], ['[2001:db8::1]:80']],
  [':::80', ['v6only'], ['[::]:80']],
  ['www.example.org:80', [], ['www.example.org:80']],
  ['/run/x.sock', [], []],
  ['unix@/run/x.sock', [], []],
  ['abns@x', [], []],
  ['fd@3', [], []],
  ['quic4@:443', [], []],
  ['${ADDRESS}:80', [], []],
  ['10.0.0.1', [], []],
])('sockets of %s', (address, options, shown) => {
  expect(socketsOf(addressesOf(address), options.includes('v6only')).map(showSocket)).toEqual(shown);
});

test.each([
  ['*:80', '10.0.0.1:80', true],
  ['10.0.0.1:80', '10.0.0.1:70-90', true],
  ['10.0.0.1:80', '10.0.0.2:80', false],
  ['10.0.0.1:80', '10.0.0.1:81', false],
  ['*:80', '[2001:db8::1]:80', false],
  [':::80', '10.0.0.1:80', true],
])('%s and %s: %s', (a, b, expected) => {
  const [one] = socketsOf(addressesOf(a));
  const [other] = socketsOf(addressesOf(b));
  expect(one && other && collide(one, other)).toBe(expected);
  expect(one && other && collide(other, one)).toBe(expected);
});

test('IPv6 alone leaves IPv4 free', () => {
  const [six] = socketsOf(addressesOf(':::80'), true);
  const [four] = socketsOf(addressesOf('*:80'));
  expect(six && four && collide(six, four)).toBe(false);
});

test.each<[string, Partial<Extract<Address, { kind: 'ip' }>> | Address]>([
  [':80', { transport: 'tcp', host: '', port: { from: 80, to: 80 } }],
  ['tcp4@1.2.3.4:80', { transport: 'tcp', families: 4, host: '1.2.3.4' }],
  ['mptcp6@[::1]:80', { transport: 'tcp', families: 6, host: '::1' }],
  ['ip@host', { transport: 'tcp', host: 'host' }],
  ['quic4@:443', { transport: 'quic', families: 4, host: '' }],
  ['quic+10.0.0.1:443', { transport: 'quic', host: '10.0.0.1' }],
  ['udp@1.1.1.1:53', { transport: 'udp', host: '1.1.1.1' }],
  ['dgram+[::]:514', { transport: 'udp', host: '::' }],
  ['host:+100', { host: 'host', offset: 100 }],
  ['host:-1', { host: 'host', offset: -1 }],
  // As HAProxy reads it: the last colon is before the port.
  ['::1', { host: ':', port: { from: 1, to: 1 } }],
  ['/run/a', { kind: 'unix', value: '/run/a' }],
  ['uxst@/run/a', { kind: 'unix', value: '/run/a' }],
  ['stream+/run/a', { kind: 'unix', value: '/run/a' }],
  ['abns@a', { kind: 'abns', value: 'a' }],
  ['abnsz@a', { kind: 'abns', value: 'a' }],
  ['fd@3', { kind: 'fd', value: '3' }],
  ['sockpair@4', { kind: 'sockpair', value: '4' }],
  ['rhttp@be/srv', { kind: 'rhttp', value: 'be/srv' }],
  ['10.0.0.1:http', { kind: 'unknown' }],
  ['10.0.0.0/24:80', { kind: 'unknown' }],
  ['what@1.2.3.4:80', { kind: 'unknown' }],
  ['$HOST:80', { kind: 'unknown' }],
])('the address %s', (text, expected) => {
  expect(addressOf(text)).toMatchObject(expected);
});
