import { ExitCode } from '../../src/errors';
import type { PlannedChange, PlannedHost } from '../../src/plan/plan';
import { expectedAfter, rollOutStages, stagesOf } from '../../src/rollout/stages';

const change = (target: string, stage: number, about: Partial<PlannedChange> = {}): PlannedChange => ({
  id: target,
  host: '',
  task: 'task',
  type: 'file',
  target,
  action: 'update',
  attributes: [],
  fingerprint: '',
  notify: [{ reload: 'x' }],
  raw: { from: 'secret', to: 'secrets' },
  stage,
  step: {
    phase: 'commit',
    check: 'check',
    stage: 'stage',
    validate: 'validate',
    run: 'run',
    verify: 'verify',
    undo: 'undo',
  },
  ...about,
});
const service = (target: string, stage: number, action: PlannedChange['action']) =>
  change(target, stage, {
    type: 'service',
    unit: target,
    action,
    step: { phase: 'service', check: '', stage: 'save', run: 'run', undo: 'undo' },
  });
const host = (name: string, changes: PlannedChange[]): PlannedHost => ({
  host: name,
  address: '',
  os: '',
  changes,
});
const two = [{ how: 'rolling' as const }, { how: 'together' as const }];

test('one stage is the plan itself', () => {
  const hosts = [host('fred', [change('a', 1)]), host('ethyl', [])];
  const [only, ...more] = stagesOf({ hosts, stages: [{ how: 'together' }] }, 'run');
  expect(more).toEqual([]);
  expect(only).toMatchObject({ run: 'run', together: true, isLast: true, hosts: [hosts[0]] });
  expect(stagesOf({ hosts }, 'run')).toMatchObject([{ together: false }]);
});

test('what comes later is staged and validated at first, and left as it is', () => {
  const hosts = [host('fred', [change('a', 1), change('b', 2), service('keepalived', 2, 'reload')])];
  const [first, last] = stagesOf({ hosts, stages: two }, 'run');
  expect(first?.hosts[0]?.changes.map(({ type, target, step }) => [type, target, step])).toEqual([
    ['file', 'a', hosts[0]?.changes[0]?.step],
    [
      'rehearsal',
      'b',
      { phase: 'commit', check: 'check', stage: 'stage', validate: 'validate', run: 'undo', undo: 'undo' },
    ],
  ]);
  expect(last).toMatchObject({ run: 'run-2', together: true, isLast: true });
  expect(last?.hosts[0]?.changes).toEqual(hosts[0]?.changes.slice(1));
});

test('a unit that a later stage starts is not waited for before', () => {
  const hosts = [host('fred', [change('a', 1), service('keepalived', 2, 'start')])];
  const [first, last] = stagesOf({ hosts, stages: two }, 'run');
  const readiness = new Map([['fred', { units: ['haproxy', 'keepalived'], ports: [80], balances: true }]]);
  expect(first && expectedAfter(first, readiness).get('fred')).toEqual({
    units: ['haproxy'],
    ports: [80],
    balances: true,
  });
  expect(last && expectedAfter(last, readiness)).toEqual(readiness);
});

describe('one stage after the other', () => {
  const stages = stagesOf({ hosts: [host('fred', [change('a', 1), change('b', 2)])], stages: two }, 'run');
  const done = { exitCode: ExitCode.done, changed: 1, failed: 0, message: 'done' };
  const wrong = { exitCode: ExitCode.failed, changed: 0, failed: 1, message: 'wrong' };

  test.each([
    ['all', [done, done], 0, 2, 2, 'stage 1 of 2: done; stage 2 of 2: done'],
    ['the first fails', [wrong], 1, 0, 0, 'stage 1 of 2: wrong'],
    [
      'the second fails',
      [done, wrong],
      1,
      1,
      1,
      'stage 1 of 2: done; stage 2 of 2: wrong; what was done before is kept: apply again to go on',
    ],
  ])('%s', async (_, results, exitCode, changed, kept, message) => {
    const left = [...results];
    const result = await rollOutStages(
      stages,
      async () => left.shift() ?? wrong,
      () => false,
    );
    expect(result).toMatchObject({ exitCode, changed, kept, message });
    expect(left).toEqual([]);
  });

  test('stopped between two', async () => {
    const runs: string[] = [];
    const result = await rollOutStages(
      stages,
      async ({ run }) => {
        runs.push(run);
        return done;
      },
      () => true,
    );
    expect(runs).toEqual(['run']);
    expect(result).toMatchObject({
      exitCode: 1,
      changed: 1,
      kept: 1,
      message: expect.stringContaining('stage 2 of 2: stopped'),
    });
  });
});
