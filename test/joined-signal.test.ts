import { joinedSignal } from '../src/joined-signal';

const two = () => [new AbortController(), new AbortController()] as const;

test.each([0, 1] as const)('the first that aborts aborts it: number %d', (which) => {
  const sources = two();
  const { signal } = joinedSignal([undefined, ...sources.map((one) => one.signal)]);
  expect(signal.aborted).toBe(false);
  sources[which].abort();
  expect(signal.aborted).toBe(true);
});

test('it is aborted where one was before', () => {
  expect(joinedSignal([AbortSignal.abort()]).signal.aborted).toBe(true);
});

test('what was left aborts it no more, and it can be ended without any', () => {
  const [one] = two();
  const { signal, end, leave } = joinedSignal([one.signal]);
  leave();
  one.abort();
  expect(signal.aborted).toBe(false);
  end();
  expect(signal.aborted).toBe(true);
});
