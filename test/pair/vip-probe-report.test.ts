import { describeProbe, type Sample, summarize } from '../../src/pair/vip-probe-report';

const target = { service: 'web', address: '192.0.2.1', port: 80, mode: 'http' } as const;

/** One sample a mark, 50 ms apart, each 10 ms long: "." is served, "x" failed. */
const samples = (marks: string): Sample[] =>
  [...marks].map((mark, index) => {
    const sample = { at: index * 50, ms: 10 };
    return mark === 'x' ? { ...sample, failure: 'ECONNREFUSED' } : sample;
  });

const report = (marks: string) => summarize(target, 'laptop', samples(marks));

test.each([
  ['....', 4, 0, 0],
  ['..x..', 5, 1, 100],
  ['.xxx.', 5, 3, 200],
  ['.x.xx.x.', 8, 4, 150],
  // Not over yet: to the end of the last failure.
  ['..xx', 4, 2, 110],
  // What never worked does not count.
  ['xxx..', 2, 0, 0],
  ['xx.x.', 3, 1, 100],
  ['xxxx', 0, 0, 0],
  ['', 0, 0, 0],
])('%s: %i sent, %i failed, a gap of %i ms', (marks, sent, failed, longestGapMs) => {
  expect(report(marks)).toMatchObject({ sent, failed, longestGapMs });
});

test('samples may come in any order; a slow failure is no gap while others are served', () => {
  const slow = { at: 75, ms: 1000, failure: 'no answer within 1000 ms' };
  const shuffled = [...samples('....').toReversed(), slow];
  expect(summarize(target, 'fred', shuffled)).toMatchObject({ from: 'fred', failed: 1, longestGapMs: 50 });
});

test('the first failure has its time, and 20 failures are enough', () => {
  const found = report(`.${'x'.repeat(30)}.`);
  expect(found).toMatchObject({ failed: 30, firstFailureAt: '1970-01-01T00:00:00.050Z' });
  expect(found.failures).toHaveLength(20);
  expect(found.failures[1]).toEqual({ at: '1970-01-01T00:00:00.100Z', reason: 'ECONNREFUSED' });
  expect(report('...')).not.toHaveProperty('firstFailureAt');
});

test('times are those of the served requests', () => {
  const times = [5, 1, 9.6, 3];
  const served = times.map((ms, index) => ({ at: index, ms }));
  const found = summarize(target, 'laptop', [...served, { at: 9, ms: 1000, failure: 'x' }]);
  expect(found).toMatchObject({ p50Ms: 3, maxMs: 10 });
});

test.each([
  ['....', 'VIP 192.0.2.1:80 (web) from laptop: 4 requests, 0 failed, longest gap 0 ms'],
  ['.', 'VIP 192.0.2.1:80 (web) from laptop: 1 request, 0 failed, longest gap 0 ms'],
  [
    '.x.',
    'VIP 192.0.2.1:80 (web) from laptop: 3 requests, 1 failed, longest gap 100 ms; first failure at 1970-01-01T00:00:00.050Z: ECONNREFUSED',
  ],
  [
    'x..',
    'VIP 192.0.2.1:80 (web) from laptop: 2 requests, 0 failed, longest gap 0 ms (was not served before: counted from the first that was)',
  ],
  ['xx', 'VIP 192.0.2.1:80 (web) from laptop: nothing counted: never served (ECONNREFUSED)'],
  ['', 'VIP 192.0.2.1:80 (web) from laptop: nothing counted: stopped before the first request'],
])('%s reads well', (marks, line) => {
  expect(describeProbe(report(marks))).toBe(line);
});

test('what kept it from counting is said; an IPv6 address has brackets', () => {
  const far = { ...target, address: '2001:db8::1', port: 8080 };
  expect(describeProbe(summarize(far, 'fred', [], { note: 'the connection was lost' }))).toBe(
    'VIP [2001:db8::1]:8080 (web) from fred: nothing counted: the connection was lost',
  );
  expect(describeProbe(summarize(far, 'fred', samples('..'), { note: 'the connection was lost' }))).toBe(
    'VIP [2001:db8::1]:8080 (web) from fred: 2 requests, 0 failed, longest gap 0 ms (the connection was lost)',
  );
});

test('what is only connected to has connections, and no requests', () => {
  const tcp = { ...target, port: 3306, mode: 'tcp' } as const;
  const told = (marks: string) => describeProbe(summarize(tcp, 'laptop', samples(marks)));
  expect(told('..')).toBe('VIP 192.0.2.1:3306 (web) from laptop: 2 connections, 0 failed, longest gap 0 ms');
  expect(told('.')).toContain(': 1 connection, 0 failed');
});

test('a request that hung is not held against a gap that it did not make', () => {
  const hung = { at: 75, ms: 1000, failure: 'no answer within 1000 ms' };
  const found = summarize(target, 'laptop', [...samples('....'), hung]);
  expect(describeProbe(found)).toBe(
    'VIP 192.0.2.1:80 (web) from laptop: 5 requests, 1 failed while others were served, longest gap 50 ms; first failure at 1970-01-01T00:00:00.075Z: no answer within 1000 ms',
  );
});

test('a service that was asked less often than was wished is said to have been', () => {
  const slow = Array.from({ length: 5 }, (_, index) => ({ at: index * 600, ms: 120 }));
  expect(describeProbe(summarize(target, 'laptop', slow, { intervalMs: 50 }))).toBe(
    'VIP 192.0.2.1:80 (web) from laptop: 5 requests (its answers are slow: one each 600 ms), 0 failed, longest gap 0 ms',
  );
  expect(summarize(target, 'laptop', samples('.....'), { intervalMs: 50 })).not.toHaveProperty('askedEachMs');
});
