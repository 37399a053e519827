import type { Inventory, Vip } from '../inventory/inventory';
import { worstFirst } from '../plan/disruption';
import type { Disruption } from '../plan/disruption-class';
import type { FullPlan, PlannedChange, PlannedHost } from '../plan/plan';
import { withAskedMeanwhile } from './asked-meanwhile';
import {
  changesAlone,
  mayStopAll,
  unitsOf,
  verbOf,
  verbsOn,
  whenItStarts,
  whileItIsDown,
  whilePackagesChange,
} from './interruption';
import { beginAnew, compareConfigs, type Effect, goesByNames } from './keepalived-change';
import { instances } from './keepalived-config';
import { gapOfMove, lateText, takesOverLate } from './late-takeover';
import type { Listener } from './listener';
import type { Loss } from './loss';
import { lossesBy } from './losses';
import { withNotes } from './notes';
import { isRepeat, readersOf, serviceOf, type UnitChange } from './readers';
import { inStages } from './stages';
import { ownVips, type Surroundings } from './surroundings';

/** What has to be known beside the plan to tell what a change does to clients. */
interface PairKnowledge {
  inventory: Pick<Inventory, 'vips' | 'services' | 'secrets'> & Partial<Pick<Inventory, 'virtualServers'>>;
  /** The plan's hosts that hold a VIP right now. */
  holders: ReadonlySet<string>;
  /** Who listens on which port, of the hosts that could tell; a host that could not has what it is believed to have. */
  listening?: ReadonlyMap<string, readonly Listener[]>;
  /** The hosts that somebody has drained: they serve nobody meanwhile. */
  drained?: ReadonlySet<string>;
  /** The port of haprov's own listener in HAProxy; left out where nobody can choose what is changed first. */
  healthPort?: number;
  /** The versions of keepalived, as far as they are known. */
  keepalived?: readonly string[];
}

/**
 * The plan with the disruption class of every change, and the stages that they are made in. A file shares the class of the service that it makes reload or
 * restart; what a keepalived.conf does is told by what changes in it. The seconds are measured, see
 * docs/plan-format.md.
 */
export function classify(
  plan: FullPlan,
  {
    inventory,
    holders,
    listening = new Map(),
    drained = new Set(),
    keepalived = [],
    healthPort,
  }: PairKnowledge,
): FullPlan {
  const around: Surroundings = {
    ...inventory,
    plan,
    holders,
    listening,
    drained,
    isLate: keepalived.some(takesOverLate),
    goesByName: keepalived.some(goesByNames),
  };
  const mask = (one: Disruption, losses: readonly Loss[]): Disruption => {
    const said = (isGone: boolean) =>
      losses.filter((loss) => loss.isGone === isGone).map(({ says }) => inventory.secrets.mask(says));
    const [ends, alters] = [said(true), said(false)];
    return {
      ...one,
      why: inventory.secrets.mask(one.why),
      ...(ends.length > 0 && { ends }),
      ...(alters.length > 0 && { alters }),
    };
  };
  const lossesOf = (change: PlannedChange, host: PlannedHost) =>
    isRepeat(change, host) ? [] : lossesBy(change, readersOf(change, host), around);
  const coupled = plan.hosts.filter((host) => coupledVips(host, around).length > 0);
  const classed = {
    ...plan,
    hosts: plan.hosts.map((host) => ({
      ...host,
      changes: host.changes.map((change) => ({
        ...change,
        ...withNotes(change, host, around),
        disruption: mask(disruptionOf(change, host, around, coupled), lossesOf(change, host)),
      })),
    })),
  };
  const joint = plan.hosts.filter(
    (host) =>
      sharersOf(host, around).some((name) => name !== host.host) || joined(host, around, coupled).length > 0,
  );
  const staged = inStages(classed, new Set(joint.map(({ host }) => host)));
  return healthPort === undefined ? staged : withAskedMeanwhile(staged, healthPort);
}

const none = (why: string): Disruption => ({ class: 'none', seconds: 0, why });

function disruptionOf(
  change: PlannedChange,
  host: PlannedHost,
  around: Surroundings,
  coupled: readonly PlannedHost[],
): Disruption {
  const { unit } = change;
  if (unit !== undefined) {
    const causes = host.changes.filter((one) => unitsOf(one).includes(unit));
    return worst(serviceDisruptions({ ...change, unit }, causes, host, around, coupled));
  }
  const felt = unitsOf(change).flatMap((asked) => {
    const service = serviceOf(host, asked);
    return service ? serviceDisruptions(service, [change], host, around, coupled) : [];
  });
  if (mayStopAll(change)) felt.push(...whilePackagesChange(host, around));
  if (felt.length > 0) return worst(felt);
  if (change.isOpaque) return { ...none('a command: no service is known to feel it'), seconds: null };
  return none('no running service is touched');
}

/** All that one service's change does, as far as `causes` ask for it. */
function serviceDisruptions(
  service: UnitChange,
  causes: readonly PlannedChange[],
  host: PlannedHost,
  around: Surroundings,
  coupled: readonly PlannedHost[],
): Disruption[] {
  const { unit } = service;
  const isKeepalived = unit === 'keepalived';
  switch (verbOf(service)) {
    case 'leave':
      return [none('only whether it starts at boot')];
    case 'start':
      return [
        whenItStarts(unit, host, around),
        ...(isKeepalived ? startOfKeepalived(host, around, coupled) : []),
      ];
    case 'stop':
      return [whileItIsDown(unit, 'stop', host, around)];
    case 'restart':
      return [
        whileItIsDown(unit, 'restart', host, around),
        ...(isKeepalived ? keepalivedDisruptions(causes, host, around) : []),
        ...(isKeepalived && goWithHolder(host, around) ? restartsTogether(causes) : []),
      ];
    case 'reload':
      return isKeepalived
        ? keepalivedDisruptions(causes, host, around)
        : [unit === 'haproxy' ? reloadOfHaproxy(causes, around) : rolls(unit)];
  }
}

const rolls = (unit: string): Disruption => ({ class: 'rolling', seconds: 0, why: `${unit} reloads` });

/** A server that moves is found again when its host is done; until then others have to serve. */
function reloadOfHaproxy(causes: readonly PlannedChange[], { plan }: Surroundings): Disruption {
  const alone = causes.map((cause) => changesAlone(cause, plan)).find((one) => one !== undefined);
  if (alone === undefined) return rolls('haproxy');
  const why = `haproxy reloads: servers of ${alone.service} ${alone.how}, and no other one of it runs all the while`;
  return { class: 'outage', seconds: null, why };
}

/** Whether this host holds a VIP, and nobody who shares it goes on running while it is made. */
function goWithHolder(host: PlannedHost, around: Surroundings): boolean {
  const peers = sharersOf(host, around).filter((name) => name !== host.host);
  return (
    around.holders.has(host.host) &&
    peers.length > 0 &&
    peers.every((name) => verbsOn(name, 'keepalived', around).some((verb) => verb !== 'reload'))
  );
}

/** Nobody is left to take the VIP while all restart, which takes a second: it begins anew. */
function restartsTogether(causes: readonly PlannedChange[]): Disruption[] {
  const found = causes.flatMap(({ raw }) => [...instances(raw?.to ?? '').instances.values()]);
  if (found.length === 0) return [];
  const why = 'keepalived restarts together with its peers, so that nobody holds the VIP meanwhile';
  return [{ class: 'outage', seconds: 1 + Math.max(...found.map(beginAnew)), why }];
}

function keepalivedDisruptions(
  causes: readonly PlannedChange[],
  host: PlannedHost,
  around: Surroundings,
): Disruption[] {
  const effects = causes.flatMap((cause) => effectsOf(cause, around));
  return effects.length > 0
    ? effects.map((effect) => onHost(effect, host, around))
    : [{ class: 'rolling', seconds: 0, why: 'keepalived reloads' }];
}

/** What one of the changes that keepalived reloads for does. Only .conf files are its own; the rest are checks. */
function effectsOf({ raw, target }: PlannedChange, { goesByName }: Surroundings): Effect[] {
  if (!raw || !target.endsWith('.conf')) return [];
  return compareConfigs(raw.from ?? '', raw.to ?? '', goesByName);
}

/** An effect, where it is known who shares the VIP. */
function onHost(effect: Effect, host: PlannedHost, around: Surroundings): Disruption {
  const { plan, vips, holders } = around;
  const { class: kind, seconds, what, aside, pair, movesVip, left = [] } = effect;
  const tail = aside ? `; ${aside}` : '';
  if (!pair) {
    const why = `keepalived reloads: ${what}${tail}`;
    const gap = movesVip ? gapOfMove(ownVips(host, around), around.isLate) : 0;
    if (gap > 0) return { class: 'outage', seconds: gap, why: `${why}; ${lateText(gap)}`, movesVip: true };
    return { class: kind, seconds, why, ...(movesVip && { movesVip }) };
  }
  const heirs = vips.filter(
    ({ address, members }) =>
      left.includes(address) && !members.some((member) => member.host.name === host.host),
  );
  // A HAProxy that starts first may bring the VIP here before it leaves.
  const mayHold = holders.has(host.host) || verbsOn(host.host, 'haproxy', around).includes('start');
  if (heirs.length > 0 && mayHold) return handedOn(heirs, what);
  const members = membersOf(pair, host, vips);
  const leftOut = members.filter((name) => !plan.hosts.some((one) => one.host === name));
  if (leftOut.length > 0)
    return {
      class: 'outage',
      seconds: null,
      why: `${what}: must reach all of ${members.join(', ')} together; --limit leaves out ${leftOut.join(', ')}`,
    };
  if (kind === 'outage') return { class: kind, seconds, why: what + tail };
  if (members.length === 1)
    return { class: 'rolling', seconds, why: `keepalived reloads: ${what}; no other host shares the VIP` };
  const both =
    members.length === 2 ? 'both hosts' : members.length > 2 ? `all ${members.length} hosts` : 'all';
  return { class: kind, seconds, why: `${what}; ${both} at once${aside ? ` (${aside})` : ''}` };
}

/** VIPs that leave the host which may hold them: those who are to have them wait for its adverts first, or only start. */
function handedOn(heirs: readonly Vip[], what: string): Disruption {
  const names = heirs.map(
    ({ name, members }) => `${name} goes to ${members.map((one) => one.host.name).join(', ')}`,
  );
  const why = `${what}; ${names.join('; ')}: nobody holds it until they have missed 3 adverts of this host`;
  return { class: 'outage', seconds: null, why, movesVip: true };
}

/** The hosts of the VIP; of all VIPs of this host where the inventory does not know which. */
function membersOf(
  { instance, addresses }: NonNullable<Effect['pair']>,
  host: PlannedHost,
  vips: readonly Vip[],
): string[] {
  const own = vips.filter((vip) => vip.members.some((member) => member.host.name === host.host));
  const meant = own.filter((vip) => vip.name === instance || addresses.includes(vip.address));
  const shared = meant.length > 0 ? meant : own;
  return [...new Set(shared.flatMap((vip) => vip.members.map((member) => member.host.name)))];
}

/** The hosts that must share the settings which a host's running keepalived gets; the host itself among them. */
function sharersOf(host: PlannedHost, around: Surroundings): string[] {
  const service = serviceOf(host, 'keepalived');
  if (!service || !['reload', 'restart'].includes(verbOf(service))) return [];
  return host.changes
    .filter((one) => unitsOf(one).includes('keepalived'))
    .flatMap((one) => effectsOf(one, around))
    .flatMap(({ pair }) => (pair ? membersOf(pair, host, around.vips) : []));
}

/** The VIPs of those hosts. */
function coupledVips(host: PlannedHost, around: Surroundings): Vip[] {
  const members = sharersOf(host, around);
  const { vips } = around;
  return vips.filter((vip) => vip.members.some((member) => members.includes(member.host.name)));
}

/** A host that joins with new settings is one more master while the others still have the old ones. */
function startOfKeepalived(
  host: PlannedHost,
  around: Surroundings,
  coupled: readonly PlannedHost[],
): Disruption[] {
  const peers = joined(host, around, coupled);
  if (peers.length === 0) return [];
  const why = `keepalived starts with settings that ${peers.map((one) => one.host).join(', ')} must get at once`;
  return [{ class: 'pair-synchronous', seconds: 0, why }];
}

/** The running hosts whose VIPs' settings change together with a keepalived that starts on this one. */
function joined(
  host: PlannedHost,
  around: Surroundings,
  coupled: readonly PlannedHost[],
): readonly PlannedHost[] {
  const service = serviceOf(host, 'keepalived');
  if (!service || verbOf(service) !== 'start') return [];
  return coupled.filter((one) =>
    coupledVips(one, around).some((vip) => vip.members.some((member) => member.host.name === host.host)),
  );
}

/** One out of several: the worst class, its longest time, and all of its reasons, each once. */
function worst(several: readonly Disruption[]): Disruption {
  const [first, ...rest] = worstFirst(several);
  if (!first) return none('no running service is touched');
  const said = new Set<string>();
  const whys = [first, ...rest].flatMap(({ why }) => {
    const parts = why.split('; ').filter((part) => !said.has(part));
    for (const part of parts) said.add(part);
    return parts.length > 0 ? parts.join('; ') : [];
  });
  const more = whys.length > 2 ? `; and ${whys.length - 2} more` : '';
  const movesVip = several.some((one) => one.movesVip) && { movesVip: true as const };
  return { ...first, why: whys.slice(0, 2).join('; ') + more, ...movesVip };
}
