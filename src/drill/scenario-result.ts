import type { Vip } from '../inventory/inventory';
import { authority } from '../pair/vip-probe-report';
import type { Movement } from './address-watch';
import type { DrillProbe, Moment, ScenarioResult } from './drill-report';
import { seconds, sharedVip } from './expectation';
import type { Measurements } from './measurements';

/** The result of an experiment, with all times as milliseconds since its beginning. */
export function resultOf(seen: Measurements): ScenarioResult {
  const { experiment, startedAt, endedAt, vips, movements, marks } = seen;
  const since = (at: number) => Math.round(Math.min(Math.max(at, startedAt), endedAt) - startedAt);
  const probes = probesOf(seen);
  const takenOver = takeoverOf(seen);
  const result = {
    scenario: experiment.scenario,
    title: experiment.title,
    host: experiment.host,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Math.round(endedAt - startedAt),
    sent: sum(probes.map(({ sent }) => sent)),
    lost: sum(probes.map(({ lost }) => lost)),
    longestGapMs: Math.max(0, ...probes.map(({ longestGapMs }) => longestGapMs)),
    takeoverMs: takenOver && marks.made !== undefined ? Math.round(takenOver.at - marks.made) : null,
    ...(takenOver ? { newHolder: takenOver.host } : {}),
    expected: experiment.expected,
    limitMs: experiment.limitMs,
    holders: spansOf(movements, vips, since, since(endedAt)),
    moments: momentsOf(seen, since),
    probes,
  };
  return { ...result, ...verdictOf(seen, result) };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

function probesOf({ recorded, startedAt }: Measurements): DrillProbe[] {
  return recorded.map(({ report, samples }) => ({
    target: `${report.target.service} at ${authority(report.target)}`,
    from: report.from,
    sent: report.sent,
    lost: report.failed,
    longestGapMs: report.longestGapMs,
    samples: samples
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, ms, failure }) => ({
        atMs: Math.round(at - startedAt),
        ms: Math.round(ms),
        ...(failure === undefined ? {} : { failure }),
      })),
  }));
}

/** The first movement after the fault in which another host gets the shared VIP. */
function takeoverOf({ experiment, vips, movements, marks }: Measurements): Movement | undefined {
  const vip = sharedVip({ vips: [...vips] });
  const { made } = marks;
  if (!vip || made === undefined) return undefined;
  return inOrder(movements).find(
    ({ host, address, has, at }) => has && address === vip.address && host !== experiment.host && at >= made,
  );
}

const inOrder = (movements: readonly Movement[]) => movements.toSorted((a, b) => a.at - b.at);

function spansOf(
  movements: readonly Movement[],
  vips: readonly Vip[],
  since: (at: number) => number,
  end: number,
): ScenarioResult['holders'] {
  const open = new Map<string, ScenarioResult['holders'][number]>();
  const spans: ScenarioResult['holders'] = [];
  for (const { host, address, at, has } of inOrder(movements)) {
    const vip = vips.find((one) => one.address === address)?.name;
    if (vip === undefined) continue;
    const key = `${vip} ${host}`;
    if (has) {
      const span = { vip, host, fromMs: since(at), toMs: end };
      open.set(key, span);
      spans.push(span);
    } else {
      const span = open.get(key);
      if (span) span.toMs = since(at);
      open.delete(key);
    }
  }
  return spans;
}

function momentsOf(
  { experiment, marks, movements, vips, wellAt }: Measurements,
  since: (at: number) => number,
): Moment[] {
  const names = new Map(vips.map(({ address, name }) => [address, name]));
  // Leaves out the addresses that hosts had before the fault.
  const moved = movements.filter(({ at }) => marks.made !== undefined && at >= marks.made);
  const moments = moved.map(({ host, address, has, at }) => ({
    at,
    host,
    text: `${has ? 'has' : 'gives up'} ${names.get(address) ?? address}`,
  }));
  const known: { at: number | undefined; host?: string; text: string }[] = [
    ...moments,
    { at: marks.made, host: experiment.host, text: experiment.title },
    { at: marks.returned, host: experiment.host, text: 'came back by itself' },
    { at: marks.repaired, host: experiment.host, text: 'repaired' },
    { at: marks.made === undefined ? undefined : wellAt, text: 'all is as before' },
  ];
  return known
    .flatMap(({ at, ...moment }) => (at === undefined ? [] : [{ atMs: since(at), ...moment }]))
    .sort((a, b) => a.atMs - b.atMs);
}

type Judged = Pick<ScenarioResult, 'status' | 'reason'>;

function verdictOf(
  { experiment, made, repaired, unwell, recorded, interrupted, marks }: Measurements,
  { longestGapMs, takeoverMs }: Pick<ScenarioResult, 'longestGapMs' | 'takeoverMs'>,
): Judged {
  const reasons: string[] = [];
  if (made && made.status !== 'ok') reasons.push(made.reason ?? 'the fault could not be made');
  if (interrupted) reasons.push('interrupted, and repaired at once');
  if (repaired.status === 'not-restored')
    return { status: 'not-restored', reason: repaired.reason ?? `${experiment.host} could not be repaired` };
  if (unwell !== undefined) {
    const unreached =
      repaired.status === 'ok' ? '' : `${repaired.reason ?? `${experiment.host} was not repaired`}; `;
    return { status: 'not-restored', reason: `${unreached}not as before after a minute: ${unwell}` };
  }
  if (made?.status === 'ok' && !interrupted) {
    const { expected, limitMs } = experiment;
    if (marks.made === undefined) reasons.push('the host does not say when the fault was made');
    const silent = recorded.find(({ report }) => report.sent === 0);
    if (silent)
      reasons.push(
        `${authority(silent.report.target)} was not counted: ${silent.report.reason ?? 'no answer'}`,
      );
    if (longestGapMs > limitMs)
      reasons.push(`no answer for ${seconds(longestGapMs)}, more than ${seconds(limitMs)}`);
    if (expected.takeoverMs !== undefined && takeoverMs === null)
      reasons.push(
        `no other host took the address, which was expected after ${seconds(expected.takeoverMs)}`,
      );
  }
  if (made === undefined && !interrupted) reasons.push('nothing was done');
  return reasons.length === 0 ? { status: 'passed' } : { status: 'failed', reason: reasons.join('; ') };
}
