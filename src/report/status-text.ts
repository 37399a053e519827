import pc from 'picocolors';
import type { Status, StatusFinding, VipStatus } from '../ha/status/status';
import type { TextOptions } from './change-text';
import { paragraph } from './fit';
import { allVisible, marks, paints } from './level';
import { renderHostTable } from './status-hosts-text';
import { renderServices } from './status-services-text';

/**
 * How the whole is, on one screen: what is broken first and what to do about it, the other findings, the hosts side
 * by side, the VIPs, the servers as each HAProxy sees them. No line is wider than the columns, no newline at the end.
 */
export function renderStatus(status: Status, options: TextOptions): string {
  const shown = allVisible(status);
  const { dim } = pc.createColors(options.color);
  const sections = [
    ...renderFindings(shown, options),
    renderHostTable(shown.hosts, options),
    [...shown.vips.flatMap((vip) => renderVip(vip, options)), ...renderServices(shown.services, options)],
    paragraph('', `${shown.inventory} at ${shown.at.replace(/\.\d+Z$/, 'Z')}`, options.columns).map(dim),
  ];
  return sections
    .filter((rows) => rows.length > 0)
    .map((rows) => rows.join('\n'))
    .join('\n\n');
}

/** The first is the headline; without any it is a line of its own. */
function renderFindings(status: Status, options: TextOptions): string[][] {
  if (status.findings.length > 0)
    return status.findings.map((finding, index) => renderStatusFinding(finding, options, index === 0));
  const { bold } = pc.createColors(options.color);
  const paint = paints(options.color)[status.level];
  const rows = paragraph(`${marks[status.level]} `, status.headline, options.columns);
  return [rows.map((row) => bold(paint(row)))];
}

/** `✗ keepalived on fred: …`, what was seen, what to do next. */
function renderStatusFinding(finding: StatusFinding, options: TextOptions, isFirst: boolean): string[] {
  const { level, component, host, message, evidence, next } = finding;
  const { bold, dim } = pc.createColors(options.color);
  const paint = paints(options.color)[level];
  const place = `${component} on ${host}`;
  const isSaid = message.toLowerCase().includes(place.toLowerCase());
  const head = paragraph(`${marks[level]} `, isSaid ? message : `${place}: ${message}`, options.columns);
  const steps = next ? paragraph('  next: ', next, options.columns) : [];
  return [
    ...head.map((row) => (isFirst ? bold(paint(row)) : paint(row))),
    ...evidence.flatMap((line) => paragraph('  seen: ', line, options.columns)).map(dim),
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

/** One that stays where it is (preempt: false) may be elsewhere than first wanted, and all is well. */
function whereIs({ holders, members, level }: VipStatus): string {
  const [meant] = members;
  if (holders.length === 0 && level === 'unknown') return 'not on a host that could be asked';
  const where = `on ${holders.join(' and ') || 'nobody'}`;
  return level === 'ok' || meant === undefined || (holders.length === 1 && holders[0] === meant)
    ? where
    : `${where}, ${meant} is to hold it`;
}

function howAnswers({ answers }: VipStatus): string {
  const silent = answers.filter((one) => !one.answers);
  if (answers.length === 0) return 'not asked whether it answers';
  if (silent.length === 0) return 'answers';
  return silent
    .map(
      ({ from, why }) =>
        `does not answer ${from === 'laptop' ? 'here' : `on ${from}`}${why ? ` (${why})` : ''}`,
    )
    .join(', ');
}
