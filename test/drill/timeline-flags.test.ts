import { placeFlags } from '../../src/drill/timeline-flags';
import fc from '../support/property';

const end = 1200;
const wishes = fc.array(
  fc.record({ x: fc.integer({ min: 0, max: end }), width: fc.integer({ min: 10, max: 500 }) }),
  {
    maxLength: 14,
  },
);

test('no words meet other words, and none are cut', () => {
  fc.assert(
    fc.property(wishes, (unsorted) => {
      const sorted = unsorted.toSorted((one, other) => one.x - other.x);
      const flags = placeFlags(sorted, end).map((flag, index) => ({
        ...flag,
        width: sorted[index]?.width ?? 0,
      }));
      for (const [index, one] of flags.entries()) {
        expect(one.left).toBeGreaterThanOrEqual(0);
        expect(one.left + one.width).toBeLessThanOrEqual(end);
        for (const other of flags.slice(index + 1))
          if (one.row === other.row)
            expect(one.left + one.width < other.left || other.left + other.width < one.left).toBe(true);
      }
    }),
  );
});

test('those that follow each other closely stand as stairs, the earliest at the top, so that no line crosses words', () => {
  const flags = placeFlags(
    [0, 10, 20, 600].map((x) => ({ x, width: 200 })),
    end,
  );
  expect(flags).toEqual([
    { left: 4, row: 2 },
    { left: 14, row: 1 },
    { left: 24, row: 0 },
    { left: 604, row: 0 },
  ]);
});

test('at the right end they stand left of their line', () => {
  expect(placeFlags([{ x: 1190, width: 200 }], end)).toEqual([{ left: 986, row: 0 }]);
});
