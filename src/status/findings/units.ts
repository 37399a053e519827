import { hasPort, portsOf as portsOfEndpoints } from '../../inventory/endpoints';
import type { ProcessState, UnitState } from '../diagnostics';
import {
  blames,
  type FindingRule,
  type Found,
  foundOn,
  list,
  type Reached,
  reached,
  type Sentence,
} from '../snapshot';
import type { Component } from '../status';
import { isComing, unlikeFiles } from './drift';
import { blocking, rulesAboutPort } from './firewall';
import { foreignFile } from './foreign-file';
import { isOpen } from './proxies';

export const componentOfUnit = (unit: string): Component =>
  unit === 'haproxy' || unit === 'keepalived' ? unit : 'service';

const titles: Record<string, string> = { haproxy: 'HAProxy' };
export const titleOf = (unit: string): string => titles[unit] ?? unit;

/** Units that are to run and do not, or that somebody has stopped in their tracks, or that do not do their work. */
export const units: FindingRule = (snapshot, before) =>
  reached(snapshot).flatMap((one) =>
    one.readiness.units.flatMap((unit) => {
      const detail = one.diagnostics.details.find((found) => found.unit === unit);
      // Without its package there is nothing that could run.
      if (detail?.load === 'not-found' && blames(before, one.host.name, 'packages')) return [];
      const found =
        down(unit, detail, one, snapshot.inventory.vips) ??
        paused(unit, one) ??
        (unit === 'haproxy' ? foreignFile(one) : undefined) ??
        deaf(unit, one, snapshot, before);
      return found ? [found] : [];
    }),
  );

type Vips = Parameters<FindingRule>[0]['inventory']['vips'];

function finding(
  unit: string,
  { host }: Reached,
  rest: Pick<Found, 'rule' | 'brief' | 'evidence' | 'vips'> & { message: Sentence; next: Sentence },
): Found {
  return foundOn(host.name, { component: componentOfUnit(unit), unit, ...rest });
}

function down(unit: string, detail: UnitState | undefined, one: Reached, vips: Vips): Found | undefined {
  const state = one.diagnostics.units[unit];
  if (state === 'active' || state === 'reloading') return undefined;
  const name = one.host.name;
  const how = endOf(detail, state ?? 'unknown');
  const orphans =
    unit === 'keepalived' ? vips.filter(({ address }) => one.diagnostics.addresses.includes(address)) : [];
  const words = (detail?.words ?? []).filter(Boolean).slice(-4);
  const start = `systemctl start ${unit}`;
  const unlike = unlikeFiles(unit, one);
  const applyFirst = `haprov apply: ${start} would start it with ${list(unlike)} as it is, not as the inventory says`;
  if (orphans.length > 0) {
    const those = list(orphans.map((vip) => `${vip.name} (${vip.address})`));
    return finding(unit, one, {
      rule: 'orphan-vip',
      vips: orphans.map((vip) => vip.name),
      brief: `${how}, VIP left behind`,
      message: (on) =>
        `keepalived on ${on} ${how}, and left VIP ${those} behind: an orphan that nobody there will give away`,
      evidence: [`${name} has the address, and no keepalived`, ...words],
      next: (on) =>
        unlike.length > 0
          ? applyFirst
          : `${start} on ${on}: it takes the address under its rule again, or gives it up`,
    });
  }
  return finding(unit, one, {
    rule: 'unit-down',
    brief: how,
    message: (on) => `${titleOf(unit)} on ${on} ${how}`,
    evidence: words,
    next: (on) =>
      detail?.load === 'not-found'
        ? `install on ${on} what brings ${unit} (a package in the playbook), or put its name right there`
        : detail?.load === 'masked'
          ? `systemctl unmask ${unit} on ${on} if that is no longer meant, then ${start}`
          : unlike.length > 0
            ? applyFirst
            : `${start} on ${on}; journalctl -u ${unit} says why it ended`,
  });
}

function endOf(detail: UnitState | undefined, state: string): string {
  if (detail?.load === 'not-found') return 'is not known to the init system';
  if (detail?.load === 'masked') return 'is masked, and does not run';
  if (state === 'failed')
    return detail?.result === 'signal' || detail?.result === 'core-dump'
      ? 'was killed'
      : `failed (${detail?.result})`;
  if (state === 'activating') return 'is starting still, or again and again';
  return 'does not run';
}

/** Stopped by a signal: systemd calls it active, and it does nothing. */
function paused(unit: string, one: Reached): Found | undefined {
  const stopped = one.diagnostics.processes.filter(
    (process) => process.unit === unit && /^[Tt]/.test(process.state),
  );
  const [first] = stopped;
  if (!first) return undefined;
  return finding(unit, one, {
    rule: 'unit-paused',
    brief: 'is paused',
    message: (on) => `${titleOf(unit)} on ${on} is paused: it is there, and does nothing`,
    evidence: stopped
      .slice(0, 4)
      .map(({ pid, name: program }) => `process ${pid} (${program}) was stopped by a signal`),
    next: (on) =>
      `kill -CONT ${stopped.map(({ pid }) => pid).join(' ')} on ${on}, or systemctl restart ${unit}`,
  });
}

/** It runs, and does not do what it is there for. */
function deaf(
  unit: string,
  one: Reached,
  snapshot: Parameters<FindingRule>[0],
  before: readonly Found[],
): Found | undefined {
  const { diagnostics, readiness } = one;
  if (
    unit === 'haproxy' &&
    readiness.healthPort !== undefined &&
    !diagnostics.listening.includes(readiness.healthPort) &&
    !isComing(readiness.healthPort, one, before)
  )
    return unheard(one, readiness.healthPort);
  const { healthPort } = snapshot.inventory.haproxy;
  const rules = unit === 'haproxy' && diagnostics.unasked === 'silent' ? rulesAboutPort(one, healthPort) : [];
  if (rules.length > 0) return blocking(one, rules, `port ${healthPort}, where HAProxy is asked`);
  if (unit === 'haproxy' && diagnostics.unasked === 'silent' && diagnostics.servers)
    return unheard(one, healthPort);
  if (unit === 'haproxy' && !diagnostics.servers && (diagnostics.unasked ?? 'silent') === 'silent')
    return finding(unit, one, {
      rule: 'haproxy-hangs',
      brief: 'runs and does not answer',
      message: (on) => `HAProxy on ${on} runs and does not answer`,
      evidence: [
        'it took a connection on loopback or its socket, and said nothing within 2 s',
        ...describe(diagnostics.processes, unit),
      ],
      next: (on) => `look at it on ${on}: top -p $(pgrep -d, haproxy); systemctl restart haproxy ends it`,
    });
  const others = readiness.units.filter((name) => componentOfUnit(name) === 'service');
  const ports = portsOf(unit, one, snapshot).filter(
    (port) =>
      !diagnostics.listening.includes(port) &&
      !isComing(port, one, before) &&
      !isDisabled(port, one, snapshot),
  );
  const isTheOne = unit === 'haproxy' || others[0] === unit;
  if (ports.length === 0 || unit === 'keepalived' || !isTheOne) return undefined;
  const where = `port ${list(ports.map(String))}`;
  return finding(unit, one, {
    rule: 'not-listening',
    brief: `not on ${where}`,
    message: (on) => `${titleOf(unit)} on ${on} does not listen on ${where}`,
    evidence: [`it listens on ${list(diagnostics.listening.map(String)) || 'nothing'}`],
    next: (on) => `compare its configuration with haprov plan, and look at journalctl -u ${unit} on ${on}`,
  });
}

/** Somebody told HAProxy to take no clients there, which is told by itself. */
const isDisabled = (
  port: number,
  { diagnostics }: Reached,
  { inventory }: Parameters<FindingRule>[0],
): boolean =>
  inventory.services.some(
    (service) =>
      service.endpoints.some((endpoint) => hasPort(endpoint, port)) &&
      diagnostics.frontends?.some(({ name, status }) => name === service.name && !isOpen(status)),
  );

/** What it runs lacks haprov’s listener, which the file that it is to have has. */
function unheard(one: Reached, port: number): Found {
  return finding('haproxy', one, {
    rule: 'health-listener-closed',
    brief: `not on 127.0.0.1:${port}`,
    message: (on) =>
      one.diagnostics.unasked === 'silent'
        ? `HAProxy on ${on} runs, and nobody answers on 127.0.0.1:${port}, where keepalived’s check and haprov ask it`
        : `HAProxy on ${on} runs without the listener on 127.0.0.1:${port}, where keepalived’s check and haprov ask it`,
    evidence: [one.diagnostics.servers ? 'its stats socket answers' : 'its servers could not be asked for'],
    next: (on) =>
      `haprov plan shows whether its file was changed, haprov apply puts it right; else systemctl reload haproxy on ${on}`,
  });
}

/** The ports of HAProxy, or of what is behind it. */
function portsOf(unit: string, { readiness }: Reached, { inventory }: Parameters<FindingRule>[0]): number[] {
  const fronts = readiness.balances
    ? portsOfEndpoints(inventory.services.flatMap(({ endpoints }) => endpoints))
    : [];
  return readiness.ports.filter((port) => fronts.includes(port) === (unit === 'haproxy'));
}

const describe = (processes: readonly ProcessState[], unit: string) =>
  processes
    .filter((process) => process.unit === unit)
    .slice(0, 3)
    .map(({ pid, state, name }) => `process ${pid} (${name}) is in state ${state}`);
