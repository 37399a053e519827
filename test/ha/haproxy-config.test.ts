import { collide, directives, readSections, showSocket, socketsOf } from '../../src/ha/haproxy-config';
import fc from '../support/property';

test('words: quotes, escapes and comments, as HAProxy reads them', () => {
  const [section] = readSections(
    [
      'listen web # one',
      '\tbind :80 name "a b" # x',
      '  stats realm A\\ B\\x43\'#d\'"e\\"f"g',
      '',
      '# nothing',
      '  option httplog#nothing',
    ].join('\r\n'),
  );
  expect(section).toEqual({
    kind: 'listen',
    name: 'web',
    line: 1,
    directives: [
      { line: 2, words: ['bind', ':80', 'name', 'a b'] },
      { line: 3, words: ['stats', 'realm', 'A BC#de"fg'] },
      { line: 6, words: ['option', 'httplog'] },
    ],
  });
});

test('defaults: the last before, or the one that is named', () => {
  const sections = readSections(
    'defaults one\n mode http\nlisten a\ndefaults two\n mode tcp\nlisten b\nlisten c from one\n mode health\nbackend d from one',
  );
  const mode = (name: string) => {
    const section = sections.find((one) => one.name === name);
    return section && directives(section, 'mode').map(({ words }) => words[1]);
  };
  expect(['a', 'b', 'c', 'd'].map(mode)).toEqual([['http'], ['tcp'], ['health'], ['http']]);
});

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

test('no text makes it throw', () => {
  const piece = fc.constantFrom(
    'listen ',
    'defaults ',
    'from ',
    '\n',
    ' ',
    '"',
    "'",
    '\\',
    '\\x4',
    '#',
    'bind :1',
    '$',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
      for (const section of readSections(pieces.join('')))
        for (const { words } of section.directives) socketsOf(words[1] ?? '', words);
    }),
  );
});
