import pc from 'picocolors';
import type { Status, StatusFinding, VipAnswer, VipStatus } from '../status/status';
import { cutWords, paragraph } from '../text/fit';
import { count } from '../text/format';
import type { TextOptions } from './change-text';
import { allVisible, marks, paints } from './level';
import { renderHostTable } from './status-hosts-text';
import { renderServices } from './status-services-text';

export interface StatusOptions extends TextOptions {
  /** The terminal's height, into which the text must fit; absent where nothing may be left out. */
  rows?: number;
}

/** How much the text shows, to fit a small terminal. Tighter ones leave out what is well, or less important. */
interface Tightness {
  /** Components that are well everywhere share a line. */
  foldsHosts: boolean;
  /** A service whose servers are all up takes one line. */
  foldsServices: boolean;
  /** How many lines of evidence each finding shows, cut to a row each; all by default. */
  evidence?: number;
  /** Findings after the first show their message only. */
  isBrief: boolean;
  /** How many findings it shows before it counts the others; all by default. */
  findings?: number;
  /** Whether services stand before hosts, which are cut first where not all fits. */
  servicesFirst?: true;
  /** What separates parts, and findings. */
  gaps: [string, string];
}

const [apart, close] = ['\n\n', '\n'];
const tightest: Tightness = {
  foldsHosts: true,
  foldsServices: true,
  evidence: 0,
  isBrief: true,
  gaps: [close, close],
};
const loose: Tightness = { foldsHosts: false, foldsServices: false, isBrief: false, gaps: [apart, apart] };
const tightnesses: readonly Tightness[] = [
  loose,
  { ...loose, foldsHosts: true },
  { ...loose, foldsHosts: true, foldsServices: true },
  { foldsHosts: true, foldsServices: true, evidence: 2, isBrief: false, gaps: [apart, close] },
  { foldsHosts: true, foldsServices: true, evidence: 1, isBrief: false, gaps: [close, close] },
  { foldsHosts: true, foldsServices: true, evidence: 1, isBrief: true, gaps: [close, close] },
  tightest,
  { ...tightest, findings: 8, servicesFirst: true },
];

/**
 * The status on one screen: the first finding and what to do about it, the other findings, the hosts side by side, the VIPs,
 * the servers as each HAProxy reports them. No line is wider than the terminal. No newline at the end. With `rows` it leaves
 * a row for the prompt; `--json` shows what it leaves out.
 */
export function renderStatus(status: Status, options: StatusOptions): string {
  const shown = allVisible(status);
  const { rows = Number.POSITIVE_INFINITY } = options;
  let text = '';
  for (const tightness of tightnesses) {
    text = renderAs(shown, options, tightness);
    if (text.split('\n').length < rows) break;
  }
  return text;
}

function renderAs(status: Status, options: StatusOptions, tightness: Tightness): string {
  const { dim } = pc.createColors(options.color);
  const { foldsHosts, foldsServices, gaps } = tightness;
  const [betweenParts, betweenFindings] = gaps;
  const hosts = renderHostTable(status.hosts, options, foldsHosts);
  const services = [
    ...status.vips.flatMap((vip) => renderVip(vip, options)),
    ...renderServices(status.services, options, foldsServices),
  ];
  const parts = [
    renderFindings(status, options, tightness)
      .map((rows) => rows.join('\n'))
      .join(betweenFindings),
    ...[
      ...(tightness.servicesFirst ? [services, hosts] : [hosts, services]),
      paragraph('', `${status.inventory} at ${status.at.replace(/\.\d+Z$/, 'Z')}`, options.columns).map(dim),
    ].map((rows) => rows.join('\n')),
  ];
  return parts.filter(Boolean).join(betweenParts);
}

/** The findings, the first as the headline; without findings, the headline alone. */
function renderFindings(status: Status, options: TextOptions, tightness: Tightness): string[][] {
  if (status.findings.length > 0) {
    const { findings: most = status.findings.length } = tightness;
    const more = status.findings.length - most;
    return [
      ...status.findings
        .slice(0, most)
        .map((finding, index) =>
          renderStatusFinding(finding, options, { ...tightness, isFirst: index === 0 }),
        ),
      ...(more > 0 ? [[`… ${count(more, 'more finding')}`]] : []),
    ];
  }
  const { bold } = pc.createColors(options.color);
  const paint = paints(options.color)[status.level];
  const rows = paragraph(`${marks[status.level]} `, status.headline, options.columns);
  return [rows.map((row) => bold(paint(row)))];
}

/** A finding: `✗ keepalived on fred …`, its evidence, what to do next. */
function renderStatusFinding(
  { level, message, evidence, next }: StatusFinding,
  options: TextOptions,
  { isFirst, isBrief, evidence: most }: Tightness & { isFirst: boolean },
): string[] {
  const { columns } = options;
  const { bold, dim } = pc.createColors(options.color);
  const paint = paints(options.color)[level];
  const head = paragraph(`${marks[level]} `, message, columns);
  const isCut = isBrief && !isFirst;
  const seen =
    most === undefined
      ? evidence.flatMap((line) => paragraph('  seen: ', line, columns))
      : evidence.slice(0, isCut ? 0 : most).map((line) => cutWords(`  seen: ${line}`, columns));
  const steps = next && !isCut ? paragraph('  next: ', next, columns) : [];
  return [
    ...head.map((row) => (isFirst ? bold(paint(row)) : paint(row))),
    ...seen.map(dim),
    ...steps.map((row) => (isFirst ? bold(row) : row)),
  ];
}

/** `✓ router37 192.168.56.200: on fred, answers` */
function renderVip(vip: VipStatus, { color, columns }: TextOptions): string[] {
  const paint = paints(color)[vip.level];
  const text = `VIP ${vip.vip} ${vip.address}: ${[whereIs(vip), howAnswers(vip)].filter(Boolean).join(', ')}`;
  const [first = '', ...rest] = paragraph(`${marks[vip.level]} `, text, columns);
  if (vip.level === 'ok') return [first.replace(marks.ok, paint), ...rest];
  return [first, ...rest].map(paint);
}

/** Where a VIP is; without preemption, a VIP away from its preferred host is well. */
function whereIs({ holders, members, level }: VipStatus): string {
  const [meant] = members;
  if (holders.length === 0 && level === 'unknown') return 'not on a host that could be asked';
  const where = `on ${holders.join(' and ') || 'nobody'}`;
  return level === 'ok' || meant === undefined || (holders.length === 1 && holders[0] === meant)
    ? where
    : `${where}, ${meant} should hold it`;
}

/** Less than served, and an answer all the same: the service may mean it, and a user who has just put up a first page does not. */
const isRefusal = ({ answers, status = 0 }: VipAnswer) => answers && status >= 400;

function howAnswers({ answers, notAsked }: VipStatus): string {
  const silent = answers.filter((one) => !one.answers);
  if (answers.length === 0) return `not asked whether it answers${notAsked ? `: ${notAsked}` : ''}`;
  if (silent.length === 0) {
    const refusals = answers.filter(isRefusal).map(({ port, status }) => `HTTP ${status} on port ${port}`);
    return refusals.length > 0 ? `answers ${[...new Set(refusals)].join(' and ')}` : 'answers';
  }
  return silent
    .map(({ from, why = '' }) => {
      const where = from === 'laptop' ? 'here' : `on ${from}`;
      // An HTTP error is an answer.
      return why.startsWith('HTTP ')
        ? `answers ${why} ${where}`
        : `does not answer ${where}${why ? ` (${why})` : ''}`;
    })
    .join(', ');
}
