import { isIPv6 } from 'node:net';
import type { Disruption } from '../plan/disruption-class';
import { isBefore } from './keepalived/dialect';
import { type Instance, instances, type VrrpConfig } from './keepalived-config';

/** One thing that a change of keepalived.conf does when every host of the VIP gets it at the same moment. */
export interface Effect extends Pick<Disruption, 'class' | 'seconds' | 'movesVip'> {
  /** Words of ours, names, numbers: never a value that could be secret. */
  what: string;
  /** What more there is to say of it. */
  aside?: string;
  /** Set where hosts that have it and hosts that do not become masters side by side. */
  pair?: { instance?: string; addresses: string[] };
  /** Addresses that the host has no more. */
  left?: string[];
}

/**
 * What becomes of the VIPs when keepalived reloads `to` in place of `from`, told by what changed in it. Measured on
 * pairs of keepalived 2.2.8, see docs/plan-format.md: VIPs and authentication changed on both at once lose nothing,
 * one after the other they make two masters; a virtual_router_id costs 3.8 s even then; a priority costs nothing.
 * @param goesByName whether it is a keepalived that {@link goesByNames}
 */
export function compareConfigs(from: string, to: string, goesByName = false): Effect[] {
  const before = instances(from);
  const after = instances(to);
  if (spellAll(before) === spellAll(after) && !before.unreadable && !after.unreadable)
    return [{ class: 'rolling', seconds: 0, what: 'only layout or comments of keepalived.conf change' }];
  const doubt =
    doubtOf(before, from, 'as it is on the host') ?? doubtOf(after, to, 'as it will be') ?? undefined;
  if (doubt) return [{ class: 'outage', seconds: null, what: doubt, pair: { addresses: [] } }];

  const names = new Set([...before.instances.keys(), ...after.instances.keys()]);
  const prefix = (name: string) => (names.size > 1 && /^[\w.-]+$/.test(name) ? `${name}: ` : '');
  const come = [...after.instances.values()].filter((one) => !before.instances.has(one.name));
  const gone = [...before.instances.values()].filter((one) => !after.instances.has(one.name));
  const grouped = new Set([...before.groups, ...after.groups].flat());
  const renamed = goesByName
    ? []
    : gone.flatMap((then) => {
        const now = come.find((one) => isSame(then, one));
        return now && ![then, now].some(({ name }) => grouped.has(name)) ? [{ then, now }] : [];
      });
  const added = come.filter((one) => !renamed.some(({ now }) => now === one));
  const removed = gone.filter((one) => !renamed.some(({ then }) => then === one));
  return [
    ...renamed.flatMap(({ then, now }) => [
      rolling(`${prefix(now.name)}a vrrp_instance is renamed, and goes on`),
      ...compareInstance(then, now, after.instances, prefix(now.name)),
    ]),
    ...removed.map((one) => removal(one, added, after.instances, prefix(one.name))),
    ...added.map((one) => addition(one, prefix(one.name))),
    ...joinedGroups(before, after),
    ...[...after.instances.values()].flatMap((now) => {
      const then = before.instances.get(now.name);
      return then ? compareInstance(then, now, after.instances, prefix(now.name)) : [];
    }),
    ...(changed(before.scripts, after.scripts).length > 0 ? [moving('a check script changes')] : []),
    ...changed(before.globals, after.globals).map(globalEffect),
    ...changed(before.others, after.others).map(otherEffect),
  ];
}

/**
 * Whether keepalived takes a vrrp_instance of another name for another one; since 1.3.0 it goes by the virtual_router_id, the
 * interface, the family, and the unicast peers.
 */
export const goesByNames = (version: string | undefined): boolean =>
  version !== undefined && isBefore(version, '1.3.0');

const sameWire = ['interface', 'use_vmac', 'use_ipvlan', 'vmac_xmit_base', 'unicast_peer', 'unicast_src_ip'];
const isOf6 = ({ addresses: [first = ''] }: Instance) => isIPv6(first.split('/')[0] ?? '');

/** Whether a vrrp_instance of another name is the same one to the others, and goes on over a reload. */
const isSame = (then: Instance, now: Instance): boolean =>
  then.virtualRouterId !== undefined &&
  then.virtualRouterId === now.virtualRouterId &&
  isOf6(then) === isOf6(now) &&
  sameWire.every((keyword) => then.settings.get(keyword) === now.settings.get(keyword));

const rolling = (what: string): Effect => ({ class: 'rolling', seconds: 0, what });

/** What decides who has the VIP. */
const moving = (what: string): Effect => ({ ...rolling(`${what}, which may move the VIP`), movesVip: true });

function doubtOf({ unreadable, unsure }: VrrpConfig, text: string, when: string): string | undefined {
  const why = /^\(\d+ bytes, sha256 \w+\)\n$/.test(text) ? 'it is too long' : (unreadable ?? unsure);
  return why && `keepalived.conf ${when} could not be read (${why}): the worst is assumed`;
}

function spellAll({ instances: all, scripts, globals, others }: VrrpConfig): string {
  const rows = [...all].map(([name, one]) => [name, [...one.settings].sort()]);
  return JSON.stringify([rows.sort(), [...scripts].sort(), [...globals].sort(), [...others].sort()]);
}

/** The keys whose values differ. */
function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
}

const addressesOf = (...several: Instance[]) =>
  several.flatMap(({ addresses, excluded }) =>
    [...addresses, ...excluded].map((address) => address.split('/')[0] ?? address),
  );

/**
 * How long nobody holds a VIP whose instance begins anew: it waits for three adverts and the skew of its priority.
 * At advert_int 1 and priority 101 that is 3.6 s; measured were 3.8, so 0.2 are added for taking over.
 */
export function beginAnew({
  advertInterval,
  priority,
}: Pick<Instance, 'advertInterval' | 'priority'>): number {
  const seconds = 3 * advertInterval + (256 - priority) / 256 + 0.2;
  return Math.round(seconds * 10) / 10;
}

const derived = ({ advertInterval }: Instance) =>
  `nobody holds the VIP for 3 adverts of ${advertInterval} s and the skew`;

function removal(
  gone: Instance,
  added: readonly Instance[],
  after: ReadonlyMap<string, Instance>,
  prefix: string,
): Effect {
  const pair = { instance: gone.name, addresses: addressesOf(gone) };
  const renamed = heirOf(pair.addresses, added);
  const heir = renamed ?? heirOf(pair.addresses, [...after.values()]);
  if (heir) return { ...inherited(heir, prefix, renamed && remedyFor(gone, renamed)), pair };
  const what = `${prefix}vrrp_instance removed`;
  return { class: 'pair-synchronous', seconds: 0, what, pair, left: pair.addresses };
}

const heirOf = (addresses: readonly string[], others: readonly Instance[]) =>
  others.find((one) => addressesOf(one).some((address) => addresses.includes(address)));

const inherited = (heir: Instance, prefix: string, remedy = ''): Effect => ({
  class: 'outage',
  seconds: beginAnew(heir),
  what: `${prefix}the VIP moves to another vrrp_instance`,
  aside: derived(heir) + remedy,
});

/** How the inventory keeps the running instance. Names that could be anything else are not shown. */
function remedyFor(gone: Instance, heir: Instance): string {
  if (![gone.name, heir.name].every((name) => /^[\w.-]+$/.test(name))) return '';
  const id =
    gone.virtualRouterId === heir.virtualRouterId ? '' : ` with virtualRouterId ${gone.virtualRouterId}`;
  return `; call it ${gone.name}${id} instead of ${heir.name}, as the running vrrp_instance is called, and no outage is needed`;
}

function addition(one: Instance, prefix: string): Effect {
  const pair = { instance: one.name, addresses: addressesOf(one) };
  return { class: 'pair-synchronous', seconds: 0, what: `${prefix}vrrp_instance added`, pair };
}

/**
 * An instance that begins in a sync group takes those that run there back with it: all wait for three adverts. Instances
 * that run already can be put together without that.
 */
function joinedGroups(before: VrrpConfig, after: VrrpConfig): Effect[] {
  return after.groups.flatMap((names): Effect[] => {
    const all = names.flatMap((name) => after.instances.get(name) ?? []);
    const running = all.filter(({ name }) => before.instances.has(name));
    if (running.length === 0 || running.length === all.length) return [];
    return [
      {
        class: 'outage',
        seconds: Math.max(...running.map(beginAnew)),
        what: 'a vrrp_instance begins in a sync group whose others run, and all of them begin anew',
        aside: 'add the VIP without its syncGroup first and apply, then with it: nothing is lost',
        pair: { addresses: addressesOf(...all) },
      },
    ];
  });
}

/** Settings of an instance that are the host's own business: the other hosts cannot tell. */
const ownSettings = new Set([
  'virtual_routes',
  'virtual_rules',
  'promote_secondaries',
  'lower_prio_no_advert',
  'higher_prio_send_advert',
  'accept',
  'no_accept',
  'notify',
  'notify_master',
  'notify_backup',
  'notify_fault',
  'notify_stop',
  'notify_master_rx_lower_pri',
  'smtp_alert',
  'debug',
  'lvs_sync_daemon_interface',
  'garp_master_delay',
  'garp_master_repeat',
  'garp_master_refresh',
  'garp_master_refresh_repeat',
  'garp_lower_prio_delay',
  'garp_lower_prio_repeat',
]);

function compareInstance(
  then: Instance,
  now: Instance,
  after: ReadonlyMap<string, Instance>,
  prefix: string,
): Effect[] {
  const pair = { instance: now.name, addresses: addressesOf(then, now) };
  const left = addressesOf(then).filter((address) => !addressesOf(now).includes(address));
  const heir = heirOf(left, [...after.values()]);
  const together = (what: string, aside?: string, seconds: number | null = 0): Effect => ({
    class: 'pair-synchronous',
    seconds,
    what: prefix + what,
    ...(aside ? { aside } : {}),
    pair,
  });
  const anew = (what: string, remedy = ''): Effect => ({
    class: 'outage',
    seconds: beginAnew(now),
    what: prefix + what,
    aside: derived(now) + remedy,
    pair,
  });
  const step = (from: string | number | undefined, to: string | number | undefined) =>
    `${from ?? 'none'} → ${to ?? 'none'}`;
  return changed(then.settings, now.settings).map((keyword) => {
    switch (keyword) {
      case 'virtual_router_id':
        return anew(
          `virtual_router_id ${step(then.virtualRouterId, now.virtualRouterId)}`,
          then.virtualRouterId === undefined
            ? ''
            : `; with virtualRouterId ${then.virtualRouterId}, as it runs, no outage is needed`,
        );
      case 'interface':
      case 'use_vmac':
      case 'use_ipvlan':
      case 'vmac_xmit_base':
        return anew(`the ${keyword} changes`);
      case 'virtual_ipaddress_excluded':
        return heir ? { ...inherited(heir, prefix), pair } : rolling(`${prefix}${keyword} changes`);
      case 'virtual_ipaddress':
        return heir
          ? { ...inherited(heir, prefix), pair }
          : { ...together('the VIP list changes', 'two masters if one after the other'), left };
      case 'authentication':
        return together(authenticationStep(then, now), 'one after the other costs 0.62 s');
      case 'advert_int':
        return together(
          `advert_int ${step(then.advertInterval, now.advertInterval)}`,
          'one after the other costs 0.62 s',
        );
      case 'unicast_peer':
      case 'unicast_src_ip':
        return together('the unicast peers change');
      case 'priority':
        return moving(`${prefix}priority ${step(then.priority, now.priority)}`);
      default:
        if (/^(state|(no)?preempt|preempt_delay|dont_track_primary|track_\w+)$/.test(keyword))
          return moving(`${prefix}${keyword} changes`);
        return ownSettings.has(keyword)
          ? rolling(`${prefix}${keyword} changes`)
          : together('a setting whose effect is not known changes', undefined, null);
    }
  });
}

function authenticationStep(then: Instance, now: Instance): string {
  const had = then.settings.has('authentication');
  const has = now.settings.has('authentication');
  return `authentication ${had && has ? 'changes' : has ? 'is added' : 'is removed'}`;
}

const ownGlobals =
  /^(router_id|lvs_id|script_user|(no_)?enable_\w+|notification_\w+|smtp_\w+|snmp_\w+|dbus_\w+|max_auto_priority|reload_\w+|(vrrp|checker|bfd)_\w*(priority|rlimit|affinity|no_swap)\w*|vrrp_(garp|gna|notify)_\w+|vrrp_(lower|higher)_prio_\w+)$/;
const pairGlobals = /^(vrrp_version|vrrp_strict|vrrp_mcast_group[46]|vrrp_check_unicast_src)$/;

function globalEffect(keyword: string): Effect {
  if (ownGlobals.test(keyword)) return rolling(`${keyword} changes`);
  const what = pairGlobals.test(keyword)
    ? `${keyword} changes`
    : 'a global setting of no known effect changes';
  return { class: 'pair-synchronous', seconds: null, what, pair: { addresses: [] } };
}

/** Blocks beside the instances: those of one host's own, of LVS, and what we do not know. */
function otherEffect(keyword: string): Effect {
  if (/^(vrrp_sync_group|(vrrp_)?track_(process|file))$/.test(keyword)) return moving(`${keyword} changes`);
  if (/^static_\w+$/.test(keyword)) return rolling(`${keyword} changes`);
  if (/^virtual_server(_group)?$/.test(keyword))
    return { class: 'rolling', seconds: null, what: `${keyword} changes` };
  return {
    class: 'pair-synchronous',
    seconds: null,
    what: 'a block of no known effect changes',
    pair: { addresses: [] },
  };
}
