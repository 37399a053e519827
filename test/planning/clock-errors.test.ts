import { clockErrors } from '../../src/planning/clocks';

/** [ahead of this machine, measured within], milliseconds. */
test.each([
  [
    'all right',
    [
      [0.4, 1],
      [-0.3, 1],
    ],
    [0, 0],
  ],
  [
    'one of two is wrong: this machine tells',
    [
      [5000, 1],
      [2, 5],
    ],
    [5000 - 2, 0],
  ],
  [
    'this machine is wrong',
    [
      [-60_000, 1],
      [-60_001, 1],
    ],
    [0, 0],
  ],
  [
    'one of three is wrong, and this machine',
    [
      [60_000, 1],
      [60_000, 1],
      [65_000, 1],
    ],
    [0, 0, 5000],
  ],
  ['alone: nobody tells', [[5000, 1]], [0]],
  [
    'measured badly',
    [
      [900, 1000],
      [0, 1],
    ],
    [0, 0],
  ],
])('%s', (_what, differences, errors) => {
  const asked = new Map(
    differences.map(([aheadMs = 0, withinMs = 0], at) => [`h${at}`, { aheadMs, withinMs }]),
  );
  expect([...clockErrors(asked).values()]).toEqual(errors);
});
