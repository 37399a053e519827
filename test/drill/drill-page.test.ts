import { renderDrillPage } from '../../src/drill/drill-page';
import type { DrillReport } from '../../src/drill/drill-report';
import { textOf } from '../report/page/text-of';
import { drillReports } from '../support/drill-reports';
import { withEveryText } from '../support/statuses';

const headline = (report: DrillReport) => textOf(/<h1>.*?<\/h1>/.exec(renderDrillPage(report))?.[0] ?? '');

test.each([
  ['passed', 'ok: 3 scenarios passed'],
  ['failed', 'broken: 1 of 3 scenarios failed, 1 skipped'],
  ['interrupted', 'warning: Interrupted after 1 scenario'],
  ['notRestored', 'broken: Not everything is as it was before: hands are needed'],
  ['empty', 'note: No scenario was run'],
] as const)('the headline of %s', (name, words) => {
  expect(headline(drillReports[name])).toBe(words);
});

test('what was interrupted and is not restored needs hands first of all', () => {
  expect(headline({ ...drillReports.interrupted, restored: false })).toContain('hands are needed');
});

test('the table has a row for each scenario', () => {
  const page = renderDrillPage(drillReports.failed);
  const rows = [...page.matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<t[hd].*?<\/t[hd]>/gs)].map(([cell]) => textOf(cell)),
  );
  expect(rows).toEqual([
    ['Scenario', 'Verdict', 'Lost / sent', 'Longest gap', 'Limit', 'New holder', 'Expected'],
    [
      'haproxy-dies HAProxy on fred was killed',
      'ok: passed',
      '93 / 640',
      '2.40 s',
      '4.50 s',
      'ethyl after 2.27 s',
      'gap 2.61 s, new holder after 2.61 s 2 × 1 s + (256 − 100)/256 s',
    ],
    [
      'keepalived-killed keepalived on fred was killed, so that its address stays',
      'broken: failed the longest gap was 6.10 s, and 4.50 s is the limit',
      '125 / 440',
      '6.10 s',
      '4.50 s',
      'ethyl after 3.60 s',
      'gap 3.61 s, new holder after 3.61 s 3 × 1 s + (256 − 100)/256 s',
    ],
    [
      'drain fred was drained, and given its place back',
      'ok: passed',
      '0 / 300',
      '0.00 s',
      '4.50 s',
      'ethyl after 0.04 s',
      'gap 0.00 s, new holder after 1.00 s a planned move loses nothing',
    ],
    [
      'backend-dies the web server on fred is stopped',
      'note: skipped web has only one server: its clients would have none',
      'none',
      'none',
      'none',
      'none',
      'none',
    ],
  ]);
});

test('a timeline for each scenario that was run, the longest gap in each lane that lost something', () => {
  const page = renderDrillPage(drillReports.failed);
  const drawn = [...page.matchAll(/<svg class="timeline".*?<\/svg>/gs)].map(([svg]) => svg);
  expect(drawn.map((svg) => svg.match(/class="gap"/g)?.length ?? 0)).toEqual([2, 1, 0]);
});

test.each(Object.entries(drillReports))(
  '%s stands by itself, and draws nothing that is not a number',
  (_, report) => {
    const page = renderDrillPage(report);
    expect(page).not.toMatch(/<script|(?:src|href)="(?!data:)|url\(|@import|NaN|Infinity|undefined/);
  },
);

test('hostile text stays text', () => {
  const bad = `"'><script>alert(1)</script></style></svg>\u202e\n`;
  const page = renderDrillPage(
    withEveryText(drillReports.notRestored, (text) =>
      /^(?:passed|failed|skipped|not-restored)$/.test(text) ? text : text + bad,
    ),
  );
  expect(page).not.toMatch(/<script|\u202e/);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  expect(page).toContain('&lt;/svg&gt;\\u202e\\n');
});
