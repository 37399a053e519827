import type { Component, Status } from '../status/status';
import { formatElapsed } from '../text/format';

/** What a host's inventory does not say, by its names: `SELinux` → `Enforcing`, `net.ipv4.ip_forward` → `1`. */
export interface Surroundings {
  values: ReadonlyMap<string, string>;
  /** The services that run, and whether something starts them at boot. */
  services: ReadonlyMap<string, boolean>;
  /** Those that the host has left out since its boot, because a condition of their unit is not met. */
  skipped: ReadonlySet<string>;
  /** How far the host's clock is ahead of this machine's, in milliseconds. */
  clockMs: number;
}

/** Reads what `tell_surroundings` printed. */
export function readSurroundings(output: string, now = Date.now()): Surroundings {
  const rows = output.split('\n').flatMap((row): [string, string][] => {
    const at = row.indexOf('=');
    return at < 0 ? [] : [[row.slice(0, at), row.slice(at + 1)]];
  });
  const service = /^service (.*?)(?:\.service)?$/;
  const units = rows.flatMap(([name, value]): [string, string][] => {
    const [, unit] = service.exec(name) ?? [];
    return unit === undefined ? [] : [[unit, value]];
  });
  const services = new Map(
    units.flatMap(([unit, value]) => (value === 'skipped' ? [] : [[unit, value === 'yes'] as const])),
  );
  const skipped = new Set(units.flatMap(([unit, value]) => (value === 'skipped' ? [unit] : [])));
  const values = new Map(rows.filter(([name]) => !service.test(name)));
  const clockMs = Number(values.get('clock')) * 1000 - now;
  values.delete('clock');
  return { values, services, skipped, clockMs };
}

/** So far a clock may have gone away: the answers take time to come. */
const apartMs = 60_000;

/** What the kernel computes at boot, by its version and the memory, where nobody sets it. */
const computed: ReadonlySet<string> = new Set([
  'net.ipv4.tcp_max_syn_backlog',
  'net.netfilter.nf_conntrack_max',
]);

/** Whether a value differs; one of a module that is loaded on demand is not there until something needs it. */
const differs = ([name, value]: [string, string], { values }: Surroundings) =>
  values.get(name) !== value && (values.has(name) || !name.startsWith('net.netfilter.'));

const say = ([name, value]: [string, string], { values }: Surroundings) =>
  `${name} was ${value}, and is ${values.get(name) ?? 'not there'}`;

/** The services that run, and that nothing starts at boot. */
export const endingWithBoot = ({ services }: Surroundings): string[] =>
  [...services].flatMap(([unit, starts]) => (starts ? [] : [unit]));

/** The services that ran and do not any more. */
const stopped = (before: Surroundings, after: Surroundings): string[] =>
  [...before.services.keys()].filter((unit) => !after.services.has(unit));

/** What differs as expected, a sentence each. */
export function shiftedSince(before: Surroundings, after: Surroundings, hasBooted: boolean): string[] {
  const shifted = [...before.values].filter((one) => differs(one, after) && computed.has(one[0]));
  const away = stopped(before, after);
  const ended = away.filter((unit) => hasBooted && !before.services.get(unit) && !after.skipped.has(unit));
  return [
    ...shifted.map((one) => say(one, after)),
    ...ended.map(
      (unit) =>
        `${unit} ran before it booted, and does not now, since nothing starts it at boot: systemctl enable --now ${unit}`,
    ),
    ...away
      .filter((unit) => after.skipped.has(unit))
      .map((unit) => `${unit} ran before, and was not started now, since a condition of its unit is not met`),
  ];
}

/** What differs and should not, a sentence each. */
export function changedSince(before: Surroundings, after: Surroundings, hasBooted: boolean): string[] {
  const changed = [...before.values]
    .filter((one) => differs(one, after) && !computed.has(one[0]))
    .map((one) => say(one, after));
  for (const unit of stopped(before, after))
    if ((!hasBooted || before.services.get(unit)) && !after.skipped.has(unit))
      changed.push(`${unit} ran before, and does not now (systemctl status ${unit} says why)`);
  const away = after.clockMs - before.clockMs;
  if (Math.abs(away) > apartMs)
    changed.push(`its clock went ${formatElapsed(Math.abs(away))} ${away > 0 ? 'ahead' : 'back'}`);
  return changed;
}

/** By which a fault is known again: a key for each that is found on a host. */
export const faultKeys = (host: string, status: Status): string[] =>
  faultsOn(host, status).map(({ key }) => key);

/**
 * What is wrong on a host that was not before, a sentence each.
 * @param before its {@link faultKeys}; absent where nobody looked before: then what does not run counts, and no file that differs from
 * the inventory
 */
export const foundSince = (host: string, before: ReadonlySet<string> | undefined, after: Status): string[] =>
  faultsOn(host, after)
    .filter(({ key, isOfBoot }) => (before ? !before.has(key) : isOfBoot))
    .map(({ says }) => says);

/** What of a host that differs from the inventory is more than a file that somebody has edited. */
const running: readonly Component[] = ['sysctl', 'firewall', 'selinux'];
/** What a boot does not change. */
const lasting: readonly Component[] = ['ssh', 'packages', 'certificate', 'configuration'];

interface Known {
  key: string;
  /** Whether a boot may have caused it. */
  isOfBoot: boolean;
  says: string;
}

/** Notes are no faults, but that a host cannot be asked is one for the roll that has told it to boot. What differs from the inventory is told value by value: one more may have been lost. */
function faultsOn(host: string, { findings }: Status): Known[] {
  return findings
    .filter(({ level, on, rule }) => (level !== 'note' || rule === 'unreachable') && on.includes(host))
    .flatMap(({ rule, component, vips = [], service = '', server = '', unit = '', message, evidence }) => {
      const about = [rule, component, ...vips, service, server, unit].join(' ');
      const isOfBoot = rule === 'drift' ? running.includes(component) : !lasting.includes(component);
      return rule === 'drift' && evidence.length > 0
        ? evidence.map((says) => ({ key: `${about} ${says}`, isOfBoot, says }))
        : [{ key: about, isOfBoot, says: message }];
    });
}
