import { collide, showSocket, socketsOf } from '../../../src/ha/haproxy/socket';

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
  expect(socketsOf(address, options).map(showSocket)).toEqual(shown);
});

test.each([
  ['*:80', '10.0.0.1:80', true],
  ['10.0.0.1:80', '10.0.0.1:70-90', true],
  ['10.0.0.1:80', '10.0.0.2:80', false],
  ['10.0.0.1:80', '10.0.0.1:81', false],
  ['*:80', '[2001:db8::1]:80', false],
  [':::80', '10.0.0.1:80', true],
])('%s and %s: %s', (a, b, expected) => {
  const [one] = socketsOf(a);
  const [other] = socketsOf(b);
  expect(one && other && collide(one, other)).toBe(expected);
  expect(one && other && collide(other, one)).toBe(expected);
});

test('IPv6 alone leaves IPv4 free', () => {
  const [six] = socketsOf(':::80', ['v6only']);
  const [four] = socketsOf('*:80');
  expect(six && four && collide(six, four)).toBe(false);
});
