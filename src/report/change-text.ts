import pc from 'picocolors';
import type { Disruption } from '../plan/disruption-class';
import type { Change } from '../plan/plan';
import { displayWidth, indent, visible } from '../text/format';
import { renderDiff } from './diff';

/** Whether to colour, and the terminal's width in columns. */
export interface TextOptions {
  color: boolean;
  columns: number;
}

type Mark = '+' | '~' | '-' | '!';

const MARKS: Record<Change['action'], Mark> = {
  create: '+',
  install: '+',
  enable: '+',
  update: '~',
  remove: '-',
  start: '!',
  reload: '!',
  restart: '!',
  run: '!',
};

/** A change's mark: `+` adds, `~` alters, `-` removes, `!` touches what is running. */
export function markOf(change: Change): Mark {
  return MARKS[change.action];
}

/** `restart service haproxy` */
export function nameOf(change: Change): string {
  return visible(`${change.action} ${change.type} ${change.target}`);
}

/** Renders one change: its line, its values old → new, its diff, its notes. Not indented. */
export function renderChange(change: Change, options: TextOptions): string {
  const colors = pc.createColors(options.color);
  const paint = { '+': colors.green, '~': colors.yellow, '-': colors.red, '!': colors.magenta }[
    markOf(change)
  ];
  const reason = change.reason ? visible(change.reason) : '';
  const head = `${markOf(change)} ${nameOf(change)}${reason && `, ${reason}`}`;
  const painted = paint(`${markOf(change)} ${nameOf(change)}`) + (reason && `, ${reason}`);

  const values = renderValues(change.attributes);
  const [only] = values;
  const inline = values.length === 1 && only && displayWidth(`${head}: ${only}`) <= options.columns - 4;
  const rows = [inline ? `${painted}: ${only}` : painted];
  const disruption = renderDisruption(change, options);
  const beside = inline ? `${head}: ${only}` : head;
  if (disruption && displayWidth(`${beside} ${disruption.plain}`) <= options.columns - 4)
    rows[0] += ` ${disruption.painted}`;
  else if (disruption) rows.push(indent(disruption.painted, '    '));
  if (!inline) rows.push(...values.map((value) => `    ${value}`));
  if (change.text) rows.push(indent(renderDiff({ path: change.target, ...change.text }, options), '    '));
  for (const end of change.disruption?.ends ?? [])
    rows.push(`    ${colors.red(`outage for good: ${visible(end)}`)}`);
  for (const one of change.disruption?.alters ?? [])
    rows.push(`    ${colors.yellow(`for some clients: ${visible(one)}`)}`);
  for (const note of change.notes ?? []) rows.push(`    ${colors.cyan('note:')} ${visible(note)}`);
  return rows.join('\n');
}

/** `rolling, 0 s`, `OUTAGE ~3.8 s`, or `OUTAGE of unknown length` where nobody has measured the time. */
export function nameOfDisruption({ class: kind, seconds }: Pick<Disruption, 'class' | 'seconds'>): string {
  if (kind !== 'outage') return seconds === null ? `${kind}, time unknown` : `${kind}, ${seconds} s`;
  return seconds === null ? 'OUTAGE of unknown length' : `OUTAGE ~${seconds} s`;
}

/** The change's disruption in brackets, in lines that fit; undefined for one that clients do not notice. */
function renderDisruption(
  { disruption }: Change,
  options: TextOptions,
): { plain: string; painted: string } | undefined {
  if (!disruption || disruption.class === 'none') return undefined;
  const plain = `[${nameOfDisruption(disruption)}: ${visible(disruption.why)}]`;
  const colors = pc.createColors(options.color);
  const paint = { outage: colors.red, 'pair-synchronous': colors.yellow, rolling: colors.dim }[
    disruption.class
  ];
  return { plain, painted: paint(plain) };
}

/** Each value on a row, old → new. */
export function renderValues(attributes: Change['attributes']): string[] {
  const width = attributes.length > 1 ? Math.max(...attributes.map(({ name }) => displayWidth(name))) : 0;
  return attributes.map(({ name, from, to }) => `${visible(name).padEnd(width)} ${transition(from, to)}`);
}

function transition(from: string | null, to: string | null): string {
  if (from === null) return quote(to ?? '');
  return `${quote(from)} → ${to === null ? '(none)' : quote(to)}`;
}

/** Quotes a value whose leading or trailing spaces could not be seen otherwise. */
function quote(value: string): string {
  return value === '' || value !== value.trim() ? `"${visible(value)}"` : visible(value);
}
