import { count, cutToWidth, displayWidth, formatElapsed, visible, visibleLines } from '../../src/text/format';
import fc from '../support/property';

test.each([
  ['\x1b[2J', '^[[2J'],
  ['a\r\nb\tc', 'a^M\\nb\\tc'],
  ['\x00\x07\x7f\x9b', '^@^G^?\\x9b'],
  ['admin\u202etxt', 'admin\\u202etxt'],
  ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
  ['half \ud800', 'half \\ud800'],
  ['\u{e0041}', '\\u{e0041}'],
  ['grün, 日本語, → …', 'grün, 日本語, → …'],
])('visible(%j)', (text, expected) => {
  expect(visible(text)).toBe(expected);
});

test('nothing that drives a terminal gets through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(visibleLines(text).replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
  );
});

test.each([
  ['fred', 4],
  ['日本語', 6],
  ['e\u0301', 1],
  ['✔', 1],
  ['🚀', 2],
  ['', 0],
])('displayWidth(%j) is %d', (text, expected) => {
  expect(displayWidth(text)).toBe(expected);
});

test.each([
  ['write /etc/haproxy/haproxy.cfg', 20, 'write /etc/h…oxy.cfg'],
  ['short', 20, 'short'],
  ['日本語日本語', 7, '日本…語'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('cutToWidth(%j, %d)', (text, width, expected) => {
  expect(cutToWidth(text, width)).toBe(expected);
});

test('a cut text never takes more than the width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, width) => {
      expect(displayWidth(cutToWidth(text, width))).toBeLessThanOrEqual(width);
    }),
  );
});

test.each([
  [0, '0.0s'],
  [-5, '0.0s'],
  [240, '0.2s'],
  [9_949, '9.9s'],
  [9_950, '10s'],
  [59_600, '1m 00s'],
  [185_000, '3m 05s'],
  [3_720_000, '1h 02m'],
])('formatElapsed(%d) is %s', (ms, expected) => {
  expect(formatElapsed(ms)).toBe(expected);
});

test.each([
  [1, 'file', '1 file'],
  [2, 'file', '2 files'],
  [0, 'change', '0 changes'],
  [2, 'directory', '2 directories'],
  [2, 'key', '2 keys'],
  [2, 'sysctl', '2 sysctls'],
  [2, 'patch', '2 patches'],
])('count(%d, %s) is %s', (number, noun, expected) => {
  expect(count(number, noun)).toBe(expected);
});
