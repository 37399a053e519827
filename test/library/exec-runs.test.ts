import type { NotedExec } from '../../src/ask/exec-notes';
import { withExecs } from '../../src/library/exec-runs';
import type { LoggedRun } from '../../src/report/log-text';

const run = (name: string, startedAt: string): LoggedRun => ({
  ...{ run: name, startedAt, owner: 'me@laptop', command: 'apply', inventory: 'i.json', hosts: [] },
});
const noted = (id: string, startedAt: string, code?: number): NotedExec => ({
  ...{ id, startedAt, owner: 'me@laptop', inventory: 'i.json', command: 'uptime' },
  ...(code === undefined ? {} : { ended: { code, ms: 5 } }),
});

test('what people had hosts run has its place among the runs by time, once for all hosts', () => {
  const runs = [run('new', '2026-01-03'), run('old', '2026-01-01')];
  const all = withExecs(runs, [
    ['fred', [noted('first', '2025-01-01', 0), noted('between', '2026-01-02', 0)]],
    ['ethyl', [noted('between', '2026-01-02', 7), noted('last', '2026-01-04')]],
  ]);
  expect(all.map((one) => one.run)).toEqual(['last', 'new', 'between', 'old', 'first']);
  expect(
    all[2]?.hosts.map(({ host, result, steps }) => [host, result, steps[0]?.status, steps[0]?.failure?.code]),
  ).toEqual([
    ['fred', 'finished', 'done', undefined],
    ['ethyl', 'finished', 'failed', 7],
  ]);
  expect(all[0]?.hosts.map(({ result, steps }) => [result, steps[0]?.status])).toEqual([
    ['unfinished', 'under way'],
  ]);
});
