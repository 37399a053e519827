import { canRedraw, wantsColor } from '../../src/report/output';

test.each([
  ['a terminal', {}, true, true],
  ['a pipe', {}, false, false],
  ['NO_COLOR', { NO_COLOR: '1' }, true, false],
  ['an empty NO_COLOR counts for nothing', { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR into a pipe', { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR without a value', { FORCE_COLOR: '' }, false, true],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, false],
  ['NO_COLOR wins over FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['a dumb terminal', { TERM: 'dumb' }, true, false],
])('wantsColor: %s', (_, env, isTTY, expected) => {
  expect(wantsColor(env, { isTTY })).toBe(expected);
});

test.each([
  ['a terminal', {}, { columns: 80, rows: 24 }, true, true],
  ['a terminal of 0 columns', {}, { columns: 0, rows: 0 }, true, false],
  ['a terminal without a size', {}, {}, true, false],
  ['a dumb terminal', { TERM: 'dumb' }, { columns: 80, rows: 24 }, true, false],
  ['a pipe', {}, { columns: 80 }, false, false],
])('canRedraw: %s', (_, env, size, isTTY, expected) => {
  expect(canRedraw(env, { write: () => {}, ...size }, isTTY)).toBe(expected);
});
