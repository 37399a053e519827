import { type RecordedRun, wholeRun } from '../host/history';
import { resultOf } from '../host/run-report';
import { validUntil } from '../lint/certificate-expires';
import { formatAge } from './age';
import { has } from './findings/vips';
import { type Found, type HostSnapshot, type Reached, type Snapshot, vrrpOf } from './snapshot';
import { type Component, type ComponentState, components, type HostStatus, type LastRun } from './status';

/** How each component of a host is: what was found of it, or what there is to say when all is well. */
export function hostStatus(one: HostSnapshot, snapshot: Snapshot, findings: readonly Found[]): HostStatus {
  const { host, facts, diagnostics } = one;
  const own = findings.filter((finding) => finding.host === host.name);
  const well = facts && diagnostics ? wellTexts({ ...one, facts, diagnostics }, snapshot) : { ssh: '' };
  const states = components.flatMap((component): ComponentState[] => {
    const [worst] = own.filter((finding) => finding.component === component);
    const text = well[component];
    if (worst)
      return [
        {
          component,
          level: worst.level,
          text: text && worst.level === 'note' ? `${text}, ${worst.brief}` : worst.brief,
        },
      ];
    // A check that says no since HAProxy is broken is no finding, and yet not well.
    const level = /\bFAULT\b/.test(text ?? '') ? 'warning' : 'ok';
    if (text !== undefined) return [{ component, level, text }];
    return diagnostics || !isExpected(component, one, snapshot)
      ? []
      : [{ component, level: 'unknown', text: 'not asked' }];
  });
  return {
    host: host.name,
    address: host.address,
    os: facts?.os.name ?? '',
    reached: diagnostics !== undefined,
    drained: diagnostics?.drained ?? false,
    components: states,
    ...(one.lastRun ? { lastRun: lastRunOf(one.lastRun) } : {}),
  };
}

function lastRunOf(recorded: RecordedRun): LastRun {
  const written = new Date(recorded.journal.at(-1)?.at || Number.NaN);
  return {
    run: wholeRun(recorded.run),
    command: recorded.manifest?.command ?? 'unknown',
    result: resultOf(recorded),
    ...(Number.isNaN(written.getTime()) ? {} : { at: written.toISOString() }),
  };
}

/** What a host that was not asked has for sure. */
function isExpected(
  component: Component,
  { readiness, wanted, host }: HostSnapshot,
  { inventory }: Snapshot,
): boolean {
  const { units, balances } = readiness;
  const isMember = inventory.vips.some(({ members }) => members.some((member) => member.host === host));
  const has: Partial<Record<Component, boolean>> = {
    packages: wanted.has('packages'),
    sysctl: wanted.has('sysctl'),
    firewall: isMember || wanted.has('firewall'),
    selinux: false,
    keepalived: units.includes('keepalived'),
    vip: isMember,
    haproxy: balances,
    service: units.some((unit) => !['haproxy', 'keepalived'].includes(unit)),
    backend: balances,
    certificate: balances && inventory.services.some(({ tls }) => tls),
  };
  return has[component] ?? true;
}

type Texts = Partial<Record<Component, string>>;

function wellTexts(one: Reached, snapshot: Snapshot): Texts {
  const { diagnostics, wanted, readiness } = one;
  const { inventory } = snapshot;
  const vips = inventory.vips.filter(({ members }) => members.some((member) => member.host === one.host));
  const held = inventory.vips.filter((vip) => has(one, vip)).map(({ name }) => name);
  const servers = diagnostics.servers ?? [];
  const up = servers.filter(({ status }) => /^(?:UP|no check)/.test(status));
  const services = readiness.units.filter((unit) => !['haproxy', 'keepalived'].includes(unit));
  return {
    ssh: 'answers',
    disk: roomText(one),
    ...(wanted.has('packages') ? { packages: 'installed' } : {}),
    ...(wanted.has('sysctl') ? { sysctl: 'as wanted' } : {}),
    ...(vips.length > 0 || wanted.has('firewall')
      ? { firewall: vips.length > 0 ? hearing(one, vips) : 'as wanted' }
      : {}),
    ...(diagnostics.selinux ? { selinux: diagnostics.selinux } : {}),
    ...(readiness.units.includes('keepalived')
      ? { keepalived: vips.map((vip) => vrrpText(one, vip)).join('; ') || 'runs' }
      : {}),
    ...(vips.length > 0 ? { vip: held.join(', ') || 'none' } : {}),
    ...(readiness.balances ? { haproxy: haproxyText(one) } : {}),
    ...(services.length > 0 ? { service: `${services.join(', ')} active` } : {}),
    ...(readiness.balances && servers.length > 0 ? { backend: `${up.length} of ${servers.length} up` } : {}),
    ...certificateText(one, snapshot),
    ...(one.isRetired ? {} : { configuration: 'as the inventory says' }),
  };
}

function roomText({ diagnostics }: Reached): string {
  const fullest = diagnostics.room
    .filter(({ totalKb }) => totalKb > 0)
    .map(({ path, totalKb, freeKb }) => ({ path, free: freeKb / totalKb }))
    .toSorted((a, b) => a.free - b.free)[0];
  return fullest ? `${Math.floor(fullest.free * 100)} % of ${fullest.path} free` : 'could not be asked';
}

type Vips = Snapshot['inventory']['vips'];

/** A backup that stays one hears its master; what a master hears cannot be told without listening. */
function hearing(one: Reached, vips: Vips): string {
  const isBackup = vips.some((vip) => vrrpOf(one, vip).state === 'BACKUP');
  return isBackup ? 'VRRP is heard' : 'nothing drops VRRP';
}

function vrrpText(one: Reached, vip: Vips[number]): string {
  const { state, priority } = vrrpOf(one, vip);
  const base = vip.members.find(({ host }) => host === one.host)?.priority;
  const word = state ?? (has(one, vip) ? 'MASTER' : 'BACKUP');
  return `${word}, priority ${priority ?? base}`;
}

function haproxyText({ diagnostics }: Reached): string {
  const workers = diagnostics.processes.filter(({ unit, name }) => unit === 'haproxy' && name === 'haproxy');
  const ages = workers.map(({ age }) => age);
  if (ages.length > 0) return `runs its file since ${formatAge(Math.min(...ages))}`;
  return diagnostics.servers ? 'answers' : 'runs';
}

function certificateText({ readiness }: Reached, { inventory }: Snapshot): Texts {
  const ends = inventory.services
    .flatMap(({ tls }) => tls?.certificates ?? [])
    .flatMap(({ certificate }) => validUntil(certificate) ?? []);
  const [first] = ends.toSorted((a, b) => a.getTime() - b.getTime());
  return first && readiness.balances ? { certificate: `until ${first.toISOString().slice(0, 10)}` } : {};
}
