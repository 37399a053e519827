import type { Event, Phase } from '../../src/events/events';
import { advance, newProgress, viewFinal, viewRunning } from '../../src/report/progress';
import { at, failure, stepEnd } from './events';

type HostEvent = Parameters<typeof advance>[1];
const start = (phase: Phase, second = 0) => at({ type: 'phase-start', host: 'fred', phase }, second);
const end = (phase: Phase, ok = true, message?: string) =>
  at({ type: 'phase-end', host: 'fred', phase, ok, ms: 1000, message });
const step = at(
  { type: 'step-start', host: 'fred', phase: 'stage', index: 3, total: 12, title: 'write /a' },
  5,
);
const progressOf = (events: Event[]) =>
  events.reduce((progress, event) => advance(progress, event as HostEvent), newProgress('fred'));

const running: [string, Event[], object][] = [
  ['nothing yet', [], { title: 'fred   not at work' }],
  ['a phase', [start('gate', 2)], { title: 'fred   gate 8.0s' }],
  ['a step', [start('stage'), step], { title: 'fred   stage 3/12 write /a 5.0s' }],
  ['a step without its phase', [step], { title: 'fred   stage 3/12 write /a 5.0s' }],
  ['between phases', [start('stage'), end('stage')], { title: 'fred   waiting', summary: 'stage 1.0s' }],
  [
    'after its turn, while others have theirs',
    [end('commit'), end('undrain'), end('probe')],
    { title: 'fred   back in service', summary: 'commit 1.0s, undrain 1.0s, probe 1.0s' },
  ],
  [
    'restoring after a failure',
    [start('stage'), stepEnd('fred', 'stage', 'write /a', failure), end('stage', false), start('restore', 9)],
    {
      title: 'fred   restore 1.0s',
      summary: 'stage failed 1 step 1.0s',
      failure: 'failed: stage 3/12 write /a: exit code 1',
    },
  ],
];
test.each(running)('at work: %s', (_, events, expected) => {
  expect(viewRunning(progressOf(events), 10_000, 5)).toEqual(expected);
});

const final: [string, Event[], boolean, string, string][] = [
  ['nothing', [], false, 'left', 'not touched'],
  ['staged only', [start('stage'), end('stage'), end('unlock')], false, 'done', 'staged in 2.0s'],
  [
    'committed',
    [start('commit'), stepEnd('fred', 'commit', 'a'), end('commit')],
    false,
    'done',
    'committed, 1 step in 1.0s',
  ],
  ['checked', [end('commit'), end('gate')], false, 'done', 'committed and checked in 2.0s'],
  [
    'looked at again after its turn',
    [end('commit'), end('undrain'), end('connect'), end('probe')],
    false,
    'done',
    'back in service in 4.0s',
  ],
  ['looked at only', [end('connect'), end('probe')], false, 'done', 'probed in 2.0s'],
  ['put back, though it did not fail', [end('commit'), end('restore')], false, 'left', 'restored in 2.0s'],
  ['a phase that failed', [end('gate', false, 'no answer')], false, 'failed', 'failed: gate'],
  ['failed and restored', [end('gate', false), end('restore')], false, 'failed', 'failed: gate; restored'],
  [
    'failed twice',
    [end('gate', false), end('restore', false)],
    false,
    'failed',
    'failed: gate; NOT RESTORED',
  ],
  ['interrupted in a step', [start('stage'), step], true, 'left', 'left at stage 3/12 write /a 5.0s'],
  ['interrupted between phases', [end('stage')], true, 'left', 'left after stage'],
];
test('who had nothing to do when all went well has not been left out; who was only staged is not restored', () => {
  const seen = { now: 10_000, hostWidth: 4, interrupted: false };
  expect(viewFinal(progressOf([]), { ...seen, isWell: true })).toMatchObject({
    state: 'done',
    title: 'fred  nothing to do',
  });
  expect(viewFinal(progressOf([end('stage'), end('restore')]), seen)).toMatchObject({
    state: 'left',
    title: 'fred  not changed: what was staged is taken away again',
  });
});

test.each(final)('in the end: %s', (_, events, interrupted, state, text) => {
  const view = viewFinal(progressOf(events), { now: 10_000, hostWidth: 4, interrupted });
  expect(view).toMatchObject({ state, title: `fred  ${text}` });
});

test('titles from a playbook cannot drive the terminal', () => {
  const view = viewRunning(progressOf([{ ...step, title: '\x1b[2J\n' } as Event]), 5_000, 4);
  expect(view.title).toBe('fred  stage 3/12 ^[[2J\\n 0.0s');
});
