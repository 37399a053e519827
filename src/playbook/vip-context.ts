import { isIP } from 'node:net';
import { vipsOf } from '../inventory/endpoints';
import type { Host, Inventory, Vip, VipAddress } from '../inventory/inventory';
import type { RouteSettings } from '../inventory/schema/route';

/** A vrrp_script of keepalived.conf. */
interface Script {
  name: string;
  command: string;
  /** Who runs it, where that is said. */
  user: string | null;
  /** Seconds. */
  interval: number;
  timeout: number;
  fall: number;
  rise: number;
  weight: number;
}

/** A VIP as keepalived of `host` has it. @param interfaceName where it sits there */
export function vipFor(vip: Vip, host: Host, inventory: Inventory, interfaceName: string) {
  const { members, auth, unicast, syncGroup, notify, virtualRoutes, ...settings } = vip;
  const others = members.map((member) => member.host).filter((one) => one !== host);
  const source = (one: Host) => (typeof unicast === 'object' && unicast[one.name]) || one.address;
  const together =
    syncGroup === undefined ? [vip] : inventory.vips.filter((one) => one.syncGroup === syncGroup);
  const commands = inventory.services.filter(
    (service) =>
      service.check.type === 'command' && vipsOf(service, inventory).some((one) => together.includes(one)),
  );
  const standing = (where: VipAddress['stands']) =>
    vip.addresses.filter(({ stands }) => stands === where).map(withPrefix);
  return {
    ...settings,
    check: { ...vip.check, port: vip.check.port ?? null },
    auth: auth ?? null,
    addresses: standing('advert'),
    excluded: standing('excluded'),
    interface: interfaceName,
    priority: members.find((member) => member.host === host)?.priority ?? 0,
    // keepalived begins a sync group as a backup, whatever the state of its members says, and drops the delay of what begins as MASTER.
    state:
      vip.preempt &&
      members[0]?.host === host &&
      syncGroup === undefined &&
      !vip.extra.some((line) => /^\s*preempt_delay\b/.test(line))
        ? 'MASTER'
        : 'BACKUP',
    unicast: unicast === false ? null : { source: source(host), peers: others.map(source) },
    commands: commands.map(({ name, check: { command = '', interval, fall, rise } }) => ({
      service: name,
      command,
      seconds: Math.max(1, Math.round(interval / 1000)),
      fall,
      rise,
    })),
    // keepalived has to know them before the first instance that tracks them.
    scripts: together[0] === vip ? together.flatMap((one) => scriptsOf(one, host)) : [],
    // What says no to one of a sync group says no to all: a weight must turn the order of all of them round.
    tracked: together.flatMap((one) => scriptsOf(one, host).map(({ name }) => name)),
    notify: notifyLines(vip),
    vmac: vip.vmac ? `vrrp${vip.family === 6 ? '6' : ''}.${vip.virtualRouterId}` : null,
    routes: virtualRoutes.map((route) => routeLine(route, vip, interfaceName)),
    syncGroup: syncGroup ?? null,
    peers: others.map(({ name, address, vars }) => ({ name, address, vars })),
  };
}

const withPrefix = ({ address, prefix }: VipAddress) =>
  prefix === undefined ? address : `${address}/${prefix}`;

const scriptAt = (name: string) => `/usr/libexec/keepalived/${name}`;
const answers = scriptAt('haprov-haproxy-answers');
const serves = scriptAt('haprov-serves');

/** The shipped scripts that keepalived of `host` runs, each with its template. */
export function checkScriptsFor({ vips, own: { keepalived } }: Pick<Inventory, 'vips' | 'own'>, host: Host) {
  if (keepalived) return [];
  const own = vips.filter(({ members }) => members.some((member) => member.host === host));
  const serving = own.some(({ check: { unit, port, process } }) => unit ?? port ?? process);
  return [
    ...(own.length === 0 || own.some(({ check }) => check.haproxy) ? ['haprov-haproxy-answers'] : []),
    'haprov-not-drained',
    ...(serving ? ['haprov-serves'] : []),
  ].map((name) => ({ path: scriptAt(name), template: `keepalived/${name}` }));
}

/** What decides whether `host` may hold the VIP. */
function scriptsOf({ name, check, preempt }: Vip, host: Host): Script[] {
  const { command, user, unit, port, process, interval, fall, rise, weight } = check;
  const own = isIP(host.address) ? ` ${host.address}` : '';
  const asked: [string, string | undefined][] = [
    [`haproxy_answers_${name}`, check.haproxy ? answers : undefined],
    [`command_${name}`, command],
    [`unit_${name}`, unit && `${serves} unit ${unit}`],
    [`port_${name}`, port && `${serves} ${port.protocol} ${port.port}${own}`],
    [`process_${name}`, process && `${serves} process ${process}`],
  ];
  const checks = asked.flatMap(([script, line]): Script[] => {
    if (line === undefined) return [];
    const by = line === command ? (user ?? null) : null;
    return [
      { name: script, command: line, user: by, interval, timeout: Math.max(2, interval), fall, rise, weight },
    ];
  });
  const notDrained: Script = {
    name: `not_drained_${name}`,
    command: scriptAt('haprov-not-drained'),
    user: null,
    interval: 1,
    timeout: 2,
    fall: 1,
    rise: 1,
    weight: preempt ? -253 : 0,
  };
  return [...checks, notDrained];
}

/** The keywords of keepalived.conf with their commands. */
function notifyLines({ notify }: Vip): { keyword: string; command: string; user: string | null }[] {
  if (!notify) return [];
  const { command, master, backup, fault, stop, user = null } = notify;
  return [
    ['notify_master', master] as const,
    ['notify_backup', backup] as const,
    ['notify_fault', fault] as const,
    ['notify_stop', stop] as const,
    ['notify', command] as const,
  ].flatMap(([keyword, line]) => (line === undefined ? [] : [{ keyword, command: line, user }]));
}

/** keepalived before 2.0 has no word for "default". */
function routeLine(
  { to, via, device, source, metric, table }: RouteSettings,
  { family }: Vip,
  ownInterface: string,
): string {
  const six = isIP(via ?? source ?? '') === 6 || (via === undefined && source === undefined && family === 6);
  return [
    to === 'default' ? (six ? '::/0' : '0.0.0.0/0') : to,
    ...(via === undefined ? [] : ['via', via]),
    // keepalived 2 looks whether a route is still there, and for that wants to know its interface.
    'dev',
    device ?? ownInterface,
    ...(source === undefined ? [] : ['src', source]),
    ...(metric === undefined ? [] : ['metric', metric]),
    ...(table === undefined ? [] : ['table', table]),
  ].join(' ');
}

/** The sync groups that `host` has a part of, with the names of their VIPs. */
export function syncGroupsFor({ vips }: Pick<Inventory, 'vips'>, host: Host) {
  const own = vips.filter(({ members }) => members.some((member) => member.host === host));
  const names = new Set(own.flatMap(({ syncGroup }) => syncGroup ?? []));
  return [...names].map((name) => ({
    name,
    vips: own.filter(({ syncGroup }) => syncGroup === name).map((vip) => vip.name),
  }));
}

/** The virtual servers of the VIPs that `host` may hold. */
export function virtualServersFor({ virtualServers }: Pick<Inventory, 'virtualServers'>, host: Host) {
  return virtualServers
    .filter(({ vip, isRead }) => !isRead && vip.members.some((member) => member.host === host))
    .map(({ name, vip, port, protocol, scheduler, kind, persistence, check, backends }) => ({
      name,
      address: vip.address,
      port,
      protocol,
      scheduler,
      kind,
      persistence: persistence ?? null,
      check: {
        ...check,
        type: check.type ?? (protocol === 'udp' ? 'none' : 'tcp'),
        port: check.port ?? null,
        command: check.command ?? null,
        user: check.user ?? null,
      },
      servers: backends.servers.map(({ name: server, address, port: own, weight }) => ({
        name: server,
        address,
        port: own,
        weight: weight ?? 1,
      })),
    }));
}
