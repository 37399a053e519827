import { longestGap } from '../../src/drill/timeline';

/** A letter for each request, 50 ms apart: `.` is served in 2 ms, `x` is lost after 10 ms. */
const said = (letters: string) =>
  [...letters].map((letter, index) => ({
    atMs: index * 50,
    ms: letter === '.' ? 2 : 10,
    ...(letter === 'x' ? { failure: 'refused' } : {}),
  }));

test.each([
  ['nothing lost', '....', undefined],
  ['from the last served to the next served', '..xx..', { fromMs: 50, toMs: 200 }],
  ['the longest of two', '.x..xxx.', { fromMs: 150, toMs: 350 }],
  ['to the last loss, where none is served any more', '..xx', { fromMs: 50, toMs: 160 }],
  ['what is lost before the first is served does not count', 'xxxx..x.', { fromMs: 250, toMs: 350 }],
  ['none is served', 'xxx', undefined],
  ['none is sent', '', undefined],
])('the longest gap: %s', (_, letters, gap) => {
  expect(longestGap(said(letters))).toEqual(gap);
});
