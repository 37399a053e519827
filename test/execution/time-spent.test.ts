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

test('of stages and commits, what is neither packages nor units was spent on files', () => {
  let now = 0;
  const keeper = new TimeKeeper(() => now);
  const at = (ms: number, event: EventBody) => {
    now = ms;
    keeper.hear(event);
  };
  const phase = (name: 'stage' | 'commit' | 'gate', host: string, ms: number): EventBody => ({
    type: 'phase-end',
    host,
    phase: name,
    ok: true,
    ms,
  });
  at(4000, step('stage', 'packages', 3000));
  at(5000, phase('stage', 'fred', 4500));
  at(5500, phase('stage', 'ethyl', 4500));
  at(8000, step('commit', 'units', 1000));
  at(8200, phase('commit', 'fred', 2000));
  at(10_200, phase('gate', 'fred', 2000));
  // Stages from 500 to 5500, the commit from 6200 to 8200.
  expect(keeper.spent).toEqual({ packages: 3000, files: 3000, units: 1000, gates: 2000 });
  expect(Object.keys(keeper.spent)).toEqual(['packages', 'files', 'units', 'gates']);
});
