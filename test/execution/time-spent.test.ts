import type { EventBody } from '../../src/events/events';
import { TimeKeeper } from '../../src/execution/time-spent';

/** A step that ended on a host at a time, after so many milliseconds. */
const step = (phase: 'stage' | 'commit', work: 'packages' | 'units' | undefined, ms: number): EventBody => ({
  type: 'step-end',
  host: 'fred',
  phase,
  index: 1,
  total: 1,
  title: 'any',
  status: 'ok',
  ms,
  ...(work ? { work } : {}),
});

test('what several hosts did at the same time is counted once', () => {
  let now = 0;
  const keeper = new TimeKeeper(() => now);
  const at = (ms: number, event: EventBody) => {
    now = ms;
    keeper.hear(event);
  };
  at(4000, step('stage', 'packages', 3000));
  at(5000, step('stage', 'packages', 3500));
  at(5100, step('stage', 'units', 100));
  at(5200, step('commit', undefined, 100));
  at(7000, step('commit', 'units', 1000));
  at(9000, step('commit', 'units', 1000));
  at(12_000, { type: 'phase-end', host: 'fred', phase: 'gate', ok: true, ms: 3000 });
  at(12_000, { type: 'phase-end', host: 'ethyl', phase: 'gate', ok: true, ms: 3000 });
  expect(keeper.spent).toEqual({ packages: 4000, units: 2000, gates: 3000 });
});
