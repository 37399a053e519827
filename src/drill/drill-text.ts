import pc from 'picocolors';
import type { TextOptions } from '../report/change-text';
import { padTo, paragraph } from '../text/fit';
import { count, displayWidth, formatElapsed, visible } from '../text/format';
import type { DrillReport, PlannedScenario, ScenarioResult } from './drill-report';

/** What a drill will do, what clients will notice by the formula, and how long it takes. No newline at the end. */
export function renderDrillPlan(planned: readonly PlannedScenario[], options: TextOptions): string {
  const { bold, dim } = pc.createColors(options.color);
  const line = (text: string) => paragraph('  ', visible(text), options.columns, 2);
  const rows = planned.flatMap(({ scenario, plan, skipped, expected, limitMs, lastsMs, clients }) => [
    skipped ? dim(scenario) : bold(scenario) + dim(`, about ${formatElapsed(lastsMs)}`),
    ...line(skipped ? `skipped: ${plan}` : plan),
    ...(clients === undefined ? [] : line(`clients: ${clients}`)),
    ...(expected
      ? line(
          `expected: ${gapText(expected.gapMs)}${limitMs === undefined ? '' : `, at most ${seconds(limitMs)}`} (${expected.formula})`,
        )
      : []),
  ]);
  const all = planned.reduce((sum, { lastsMs, skipped }) => sum + (skipped ? 0 : lastsMs), 0);
  const begun = planned.filter(({ skipped }) => !skipped).length;
  const end = paragraph(
    '',
    `${count(begun, 'scenario')}, about ${formatElapsed(all)}. Each is repaired before the next, also when haprov is killed: then by the host itself.`,
    options.columns,
  );
  return [...rows, '', ...end].join('\n');
}

const gapText = (ms: number) => (ms === 0 ? 'no gap' : `a gap of ${seconds(ms)}`);

/** Two digits below 10 s, because the probe sends a request every 0.05 s. */
const seconds = (ms: number) => `${Number((ms / 1000).toFixed(ms < 10_000 ? 2 : 0))} s`;

/** The result of a drill: a table where it fits, otherwise a paragraph for each scenario; then what failed, and why. */
export function renderDrillReport(report: DrillReport, options: TextOptions): string {
  const table = tableOf(report.results);
  const fits = table.every((row) => displayWidth(row.text) <= options.columns);
  const paint = painter(options.color);
  const rows = fits
    ? table.map(({ text, status }) =>
        status ? paint(status, text) : pc.createColors(options.color).bold(text),
      )
    : report.results.flatMap((result) => stacked(result, options));
  const reasons = report.results.flatMap(({ scenario, status, reason }) =>
    reason === undefined
      ? []
      : paragraph(
          `${scenario} ${status === 'skipped' ? 'skipped' : status.replace('-', ' ')}: `,
          visible(reason),
          options.columns,
          2,
        ),
  );
  return [
    ...rows,
    ...(fits && reasons.length > 0 ? ['', ...reasons] : []),
    '',
    ...verdict(report, options),
  ].join('\n');
}

const marks: Record<ScenarioResult['status'], string> = {
  passed: '✓',
  failed: '✗',
  skipped: '-',
  'not-restored': '✗',
};

function painter(color: boolean): (status: ScenarioResult['status'], text: string) => string {
  const { green, red, dim, inverse } = pc.createColors(color);
  const paints = {
    passed: green,
    failed: red,
    skipped: dim,
    'not-restored': (text: string) => inverse(red(text)),
  };
  // Colours the mark only, because red rows are hard to read.
  return (status, text) => text.replace(marks[status], (mark) => paints[status](mark));
}

const heads = ['  scenario', 'lost/sent', 'longest gap', 'new holder after', 'expected', 'at most'];

function tableOf(results: readonly ScenarioResult[]): { text: string; status?: ScenarioResult['status'] }[] {
  const cells = results.map((result) => [`${marks[result.status]} ${result.scenario}`, ...cellsOf(result)]);
  const widths = heads.map((head, column) =>
    Math.max(displayWidth(head), ...cells.map((row) => displayWidth(row[column] ?? ''))),
  );
  const lay = (row: readonly string[]) =>
    row
      .map((cell, column) => padTo(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    { text: lay(heads) },
    ...results.map(({ status }, index) => ({ text: lay(cells[index] ?? []), status })),
  ];
}

function cellsOf({ status, sent, lost, longestGapMs, expected, limitMs, ...rest }: ScenarioResult): string[] {
  if (status === 'skipped') return ['skipped'];
  return [
    `${lost}/${sent}`,
    lost === 0 ? 'none' : seconds(longestGapMs),
    holderText(rest) ?? '-',
    expected ? seconds(expected.gapMs) : '-',
    seconds(limitMs),
  ];
}

const holderText = ({ newHolder, takeoverMs }: Pick<ScenarioResult, 'newHolder' | 'takeoverMs'>) =>
  newHolder === undefined || takeoverMs === null ? undefined : `${visible(newHolder)} ${seconds(takeoverMs)}`;

/** A scenario as lines, for a narrow terminal. */
function stacked(result: ScenarioResult, { color, columns }: TextOptions): string[] {
  const { status, scenario, sent, lost, longestGapMs, limitMs, reason } = result;
  const head = painter(color)(status, `${marks[status]} ${scenario}: ${status.replace('-', ' ')}`);
  const taken = holderText(result);
  const about =
    status === 'skipped'
      ? []
      : [
          `${lost} of ${sent} lost, longest gap ${lost === 0 ? 'none' : seconds(longestGapMs)} (at most ${seconds(limitMs)})`,
          ...(taken ? [`new holder: ${taken}`] : []),
        ];
  return [
    head,
    ...[...about, ...(reason ? [reason] : [])].flatMap((text) => paragraph('  ', visible(text), columns, 2)),
  ];
}

function verdict(
  { passed, restored, interrupted, results }: DrillReport,
  { color, columns }: TextOptions,
): string[] {
  const { green, red, bold } = pc.createColors(color);
  const of = (status: ScenarioResult['status']) =>
    results.filter((result) => result.status === status).length;
  const counts = (['passed', 'failed', 'not-restored', 'skipped'] as const)
    .filter((status) => of(status) > 0)
    .map((status) => `${of(status)} ${status.replace('-', ' ')}`)
    .join(', ');
  const state = restored
    ? 'Everything is as it was before.'
    : 'NOT RESTORED, hands needed: haprov status says what is broken, haprov log what was done.';
  const word = passed ? green('passed') : red(interrupted ? 'interrupted' : 'failed');
  const text = `: ${counts}. ${state}`;
  const [first = '', ...rest] = paragraph(
    passed ? 'passed' : interrupted ? 'interrupted' : 'failed',
    text,
    columns,
    0,
  );
  return [first.replace(/^\w+/, () => bold(word)), ...rest];
}
