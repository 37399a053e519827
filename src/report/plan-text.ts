import pc from 'picocolors';
import { altersOf, brokenIn, endsOf, worstOf } from '../plan/disruption';
import type { Change, Finding, HostPlan, Plan } from '../plan/plan';
import { count, hang, indent, visible, visibleLines } from '../text/format';
import { markOf, nameOf, nameOfDisruption, renderChange, type TextOptions } from './change-text';
import { folded } from './fold-findings';

/** Changes that are the same on all of `hosts`. */
interface Block {
  hosts: HostPlan[];
  changes: Change[];
  /** Whether the hosts have changes in an earlier block. */
  isMore?: boolean;
}

/**
 * The whole plan as text: what changes on which host, what touches running services, the findings. Changes that are the
 * same on several hosts are shown once, where that is shorter. No newline at the end.
 */
export function renderPlan(plan: Plan, options: TextOptions): string {
  const planned = plan.hosts.filter((host) => host.error === undefined);
  const failed = plan.hosts.filter((host) => host.error !== undefined);
  const changing = planned.filter((host) => host.changes.length > 0);
  const sections = [
    ...shorter(
      changing.map((host) => renderBlock({ hosts: [host], changes: host.changes }, options)),
      sharedBlocks(changing).map((block) => renderBlock(block, options)),
    ),
    ...failed.map((host) => renderFailed(host, options)),
    ...folded(plan.warnings).map(([first, ...others]) => renderFinding(first, options, others)),
    renderRisks(changing, options),
    renderStages(plan, options),
    renderDisruptionOf(plan, options) + summaryOf(plan.hosts, options),
  ];
  return sections.filter(Boolean).join('\n\n');
}

function shorter(separate: string[], shared: string[]): string[] {
  return shared.join('\n').length < separate.join('\n').length ? shared : separate;
}

/** Groups changes by their hosts, those of the most hosts first. */
function sharedBlocks(hosts: HostPlan[]): Block[] {
  const sharers = new Map<string, { hosts: HostPlan[]; change: Change }>();
  for (const host of hosts) {
    const seen = new Map<string, number>();
    for (const change of host.changes) {
      const content = contentOf(change);
      const nth = (seen.get(content) ?? 0) + 1;
      seen.set(content, nth);
      const key = `${nth} ${content}`;
      sharers.set(key, { change, hosts: [...(sharers.get(key)?.hosts ?? []), host] });
    }
  }
  const blocks = new Map<string, Block>();
  for (const { hosts: sharing, change } of sharers.values()) {
    const name = JSON.stringify(sharing.map(nameOfHost));
    const block = blocks.get(name) ?? { hosts: sharing, changes: [] };
    block.changes.push(change);
    blocks.set(name, block);
  }
  const mostShared = [...blocks.values()].sort((a, b) => b.hosts.length - a.hosts.length);
  const shown = new Set<HostPlan>();
  return mostShared.map((block) => {
    const isMore = block.hosts.every((host) => shown.has(host));
    for (const host of block.hosts) shown.add(host);
    return { ...block, isMore };
  });
}

/** All of a change that the text shows; without its id and host. */
function contentOf(change: Change): string {
  const { task, type, target, action, attributes, text, reason, notes, disruption } = change;
  return JSON.stringify([task, type, target, action, attributes, text, reason, notes, disruption]);
}

function renderBlock(block: Block, options: TextOptions): string {
  const { bold } = pc.createColors(options.color);
  const names = block.hosts.map(block.isMore ? nameOfHost : describeHost);
  const each = block.hosts.length > 1 ? ' on each' : '';
  const rows = [
    `${bold(names.join(', '))}: ${count(block.changes.length, block.isMore ? 'more change' : 'change')}${each}`,
  ];
  let task: string | undefined;
  for (const change of block.changes) {
    if (change.task !== task) rows.push(`  ${bold(visible(change.task))}`);
    task = change.task;
    rows.push(indent(renderChange(change, options), '    '));
  }
  return rows.join('\n');
}

function describeHost(host: HostPlan): string {
  const about = [host.address, host.os].filter(Boolean).join(', ');
  return visible(about ? `${host.host} (${about})` : host.host);
}

function renderFailed(host: HostPlan, options: TextOptions): string {
  const { red, bold } = pc.createColors(options.color);
  return `${bold(describeHost(host))}: ${red('not planned:')} ${hang(visibleLines(host.error ?? ''), '  ')}`;
}

/**
 * A lint finding as text: what is wrong, why it matters, what to do.
 * @param others the same at other places
 */
export function renderFinding(
  finding: Finding,
  options: { color: boolean },
  others: readonly Finding[] = [],
): string {
  const { red, yellow, dim } = pc.createColors(options.color);
  const label = finding.severity === 'error' ? red('error') : yellow('warning');
  const rows = [
    `${label} ${visible(finding.where)}: ${visible(finding.message)} ${dim(`[${visible(finding.rule)}]`)}`,
  ];
  if (others.length > 0) rows.push(`  also: ${others.map(({ where }) => visible(where)).join(', ')}`);
  if (finding.why) rows.push(`  why: ${visible(finding.why)}`);
  rows.push(`  fix: ${visible(finding.fix)}`);
  return rows.join('\n');
}

/** A summary of what changes running services, for an operator who does not read the diffs. */
function renderRisks(hosts: HostPlan[], options: TextOptions): string {
  const { red, magenta } = pc.createColors(options.color);
  const hostsOf = new Map<string, string[]>();
  for (const host of hosts) {
    for (const change of host.changes) {
      const mark = markOf(change);
      if (mark !== '!' && mark !== '-') continue;
      const row = (mark === '-' ? red : magenta)(`${mark} ${nameOf(change)}`);
      const names = hostsOf.get(row) ?? [];
      if (!names.includes(host.host)) hostsOf.set(row, [...names, host.host]);
    }
  }
  if (hostsOf.size === 0) return '';
  const rows = Array.from(hostsOf, ([row, names]) => `  ${row} on ${visible(names.join(', '))}`);
  return ['Look twice at:', ...rows].join('\n');
}

/** The plan's stages, where there are several. */
function renderStages({ stages = [], hosts }: Plan, options: TextOptions): string {
  if (stages.length < 2) return '';
  const { bold } = pc.createColors(options.color);
  const rows = stages.map((stage, index) => {
    const own = hosts.flatMap((host) => host.changes.filter((one) => one.stage === index + 1));
    const names = [...new Set(own.map(({ host }) => visible(host)))];
    const how =
      stage.how === 'rolling'
        ? `one host after the other: ${count(own.length, 'change')}`
        : `on ${names.join(', ')} at once: ${[...new Set(own.map(nameOf))].join(', ')}`;
    return `  ${index + 1}. ${how} [${nameOfDisruption(stage)}]`;
  });
  return [`${bold(`In ${stages.length} stages`)}, each a run of its own:`, ...rows].join('\n');
}

/** A line about the worst disruption, and the option that allows it. */
function renderDisruptionOf(plan: Plan, options: TextOptions): string {
  const { bold, red, yellow } = pc.createColors(options.color);
  const worst = worstOf(plan);
  if (!worst) return '';
  const [broken] = brokenIn(plan);
  const how = broken ? `mend ${visible(broken.where)} first` : 'it is made only with --allow-outage';
  const isStaged = plan.stages !== undefined && plan.stages.length > 1;
  const said = {
    none:
      worst.seconds === null
        ? 'none that is known: what a command does to services cannot be told'
        : 'none: clients notice nothing',
    rolling: `${nameOfDisruption(worst)} expected, one host after the other`,
    'pair-synchronous': isStaged
      ? `${nameOfDisruption(worst)} expected, in ${plan.stages?.length} stages`
      : `${nameOfDisruption(worst)} expected, the hosts of a VIP at once`,
    outage: red(`${nameOfDisruption(worst)}; ${how}`),
  }[worst.class];
  const rows = (head: string, found: readonly string[], paint: (text: string) => string) =>
    found.length > 0 ? `${head}:\n${found.map((one) => `  ${paint(visible(one))}\n`).join('')}` : '';
  const ends = rows(`${bold('Outage for good')}; ${how}`, endsOf(plan), red);
  const alters = rows(`${bold('Otherwise for some clients')}, as the inventory asks`, altersOf(plan), yellow);
  return `${ends}${alters}${bold(ends ? 'Disruption of all else:' : 'Disruption:')} ${said}\n`;
}

/** How many changes on which host, in a sentence. */
export function summaryOf(hosts: HostPlan[], options: Pick<TextOptions, 'color'>): string {
  const { bold, green, red } = pc.createColors(options.color);
  const failed = hosts.filter((host) => host.error !== undefined);
  const planned = hosts.filter((host) => host.error === undefined);
  const changes = planned.flatMap((host) => host.changes);
  const missing = failed.length > 0 ? ` ${red(`Not planned: ${failed.map(nameOfHost).join(', ')}.`)}` : '';
  const left = leftToApply(hosts);
  if (changes.length === 0 && left)
    return `${bold('Nothing to change')} on ${planned.map(nameOfHost).join(', ')}; ${left}.${missing}`;
  if (changes.length === 0) {
    const said = planned.length === 1 ? 'host is' : 'hosts are';
    return planned.length === 0 && missing !== ''
      ? missing.trim()
      : `${green('No changes:')} ${planned.length} ${said} as the inventory says.${missing}`;
  }
  const perHost = planned.map((host, index) => {
    const number = index === 0 ? count(host.changes.length, 'change') : host.changes.length || 'none';
    return `${number} on ${visible(host.host)}`;
  });
  return `${bold('Plan:')} ${perHost.join(', ')} (${countTypes(changes)})${left ? `; ${left}` : ''}.${missing}`;
}

/** What a plan of some resources only leaves for `apply`, in a sentence; empty where that is nothing. */
export function leftToApply(hosts: readonly HostPlan[]): string {
  const left = hosts.reduce((sum, host) => sum + (host.left ?? 0), 0);
  const unknown = hosts.filter((host) => host.left === null && host.error === undefined).map(nameOfHost);
  return [
    ...(left > 0 ? [`${count(left, 'change')} ${left === 1 ? 'is' : 'are'} left for haprov apply`] : []),
    ...(unknown.length > 0
      ? [`what is left for haprov apply on ${unknown.join(', ')} cannot be told: haprov plan says why`]
      : []),
  ].join('; ');
}

function nameOfHost(host: HostPlan): string {
  return visible(host.host);
}

function countTypes(changes: Change[]): string {
  const counts = new Map<string, number>();
  for (const { type } of changes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Array.from(counts, ([type, number]) => count(number, visible(type))).join(', ');
}
