import { buildTransaction } from '../../src/host/transaction';

const built = (leaseSeconds: number, more = {}) =>
  buildTransaction({ run: 'run1', owner: 'ann@laptop', leaseSeconds, steps: [], ...more });

test('a lease is in the script as the shell counts', () => {
  expect(built(60)).toMatch(/^run=.* lease=60 confirm_within=60$/m);
  expect(built(60, { confirmSeconds: 390 })).toMatch(/^run=.* lease=60 confirm_within=390$/m);
});

// `[ 5 -ge undefined ]` and `[ 5 -ge 7.5 ]` are errors, so the host would never restore itself.
test.each([undefined, Number.NaN, 'x', null, Number.POSITIVE_INFINITY, -1, 0, 7.5])(
  'no lease is %s seconds long: that would never be over',
  (lease) => {
    expect(() => built(lease as number)).toThrow(RangeError);
    if (lease !== undefined) expect(() => built(60, { confirmSeconds: lease })).toThrow(RangeError);
  },
);
