import { scenarios } from '../../src/drill/drill-report';
import { renderDrillPlan, renderDrillReport } from '../../src/drill/drill-text';
import { type Experiment, experimentOf } from '../../src/drill/experiments';
import { displayWidth } from '../../src/text/format';
import { drillReports } from '../support/drill-reports';
import { knownOf, pairOf } from './pair';

const plain = (columns = 80) => ({ color: false, columns });
const known = knownOf(pairOf());
const planned = scenarios.map((scenario) => {
  const { host, plan, expected, limitMs, holdMs, clients } = experimentOf(
    scenario,
    'fred',
    known,
  ) as Experiment;
  return {
    scenario,
    host,
    plan,
    skipped: false,
    expected,
    limitMs,
    lastsMs: holdMs,
    ...(clients ? { clients } : {}),
  };
});

test('the plan says what is done to whom, what is expected, and how long it takes', () => {
  const text = renderDrillPlan(
    [
      ...planned.slice(0, 1),
      { scenario: 'drain', host: '', plan: 'fred runs no keepalived', skipped: true, lastsMs: 0 },
    ],
    plain(100),
  );
  expect(text).toBe(`haproxy-dies, about 4.6s
  kill HAProxy on fred, all of its processes at once; then start it
  expected: a gap of 2.61 s, at most 3.61 s (2 × 1 s + (256 − 100)/256 s = 2.6 s)
drain
  skipped: fred runs no keepalived

1 scenario, about 4.6s. Each is repaired before the next, also when haprov is killed: then by the
host itself.`);
});

const every = Object.entries(drillReports);

test.each(every)('%s has a row a scenario, and ends with what came of it', (_, report) => {
  const rows = renderDrillReport(report, plain()).split('\n');
  for (const { scenario, status } of report.results)
    expect(rows).toContainEqual(
      expect.stringMatching(
        new RegExp(`^${{ passed: '✓', failed: '✗', 'not-restored': '✗', skipped: '-' }[status]} ${scenario}`),
      ),
    );
  const word = report.passed ? 'passed' : report.interrupted ? 'interrupted' : 'failed';
  expect(rows.findLast((row) => row.startsWith(`${word}: `))).toBeDefined();
  expect(rows.join(' ').includes('NOT RESTORED, hands needed')).toBe(!report.restored);
});

test.each(every)('%s fits 80, 60 and 40 columns, and says why in each', (_, report) => {
  for (const columns of [80, 60, 40]) {
    const text = renderDrillReport(report, plain(columns));
    for (const row of text.split('\n')) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
    const words = text.replace(/\s+/g, ' ');
    for (const { reason } of report.results)
      if (reason && !/\S{30}/.test(reason)) expect(words).toContain(reason.split(' ').slice(0, 3).join(' '));
  }
});

test('what hosts are called does not drive the terminal', () => {
  const [report] = Object.values(drillReports);
  if (!report) throw new Error('no report');
  const results = report.results.map((result) => ({
    ...result,
    newHolder: '\u001b[2Jfred',
    takeoverMs: 10,
    reason: 'a\u001b[31m',
  }));
  expect(renderDrillReport({ ...report, results }, plain())).not.toContain('\u001b');
});
