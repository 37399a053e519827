import { canonical } from '../../inventory/address';
import { isAt } from '../../inventory/endpoints';
import type { Vip } from '../../inventory/inventory';
import {
  blames,
  type FindingRule,
  type Found,
  list,
  type Reached,
  reached,
  type Snapshot,
  vrrpOf,
} from '../snapshot';
import type { VipAnswer } from '../status';
import { isComing } from './drift';
import { blocking, isAboutVrrp, rulesAboutPort, sweepingRules } from './firewall';

/** Where each VIP is, and whether it serves. */
export const vips: FindingRule = (snapshot, before) =>
  snapshot.inventory.vips.flatMap((vip) => {
    const found =
      twice(vip, snapshot, before) ??
      stray(vip, snapshot, before) ??
      stranger(vip, snapshot) ??
      nowhere(vip, snapshot, before) ??
      silent(vip, snapshot, before) ??
      incomplete(vip, snapshot, before) ??
      elsewhere(vip, snapshot, before);
    return found ? [found] : [];
  });

export const has = ({ diagnostics }: Reached, { address }: Pick<Vip, 'address'>): boolean =>
  diagnostics.addresses.map(canonical).includes(canonical(address));

export const holdersIn = (snapshot: Snapshot, vip: Vip): Reached[] =>
  reached(snapshot).filter((one) => has(one, vip));

const isMember = ({ host }: Reached, { members }: Vip) => members.some((one) => one.host === host);

/** What its keepalived takes itself for. One without a word in its log is taken for what its addresses say. */
const stateOf = (one: Reached, vip: Vip) => vrrpOf(one, vip).state ?? (has(one, vip) ? 'MASTER' : 'BACKUP');

/** A broken VIP: the host to mend, and the others that it is about. */
const broken = (
  { name }: Vip,
  hosts: [string, ...string[]],
): Pick<Found, 'level' | 'component' | 'vips' | 'host' | 'hosts'> => ({
  level: 'broken',
  component: 'vip',
  vips: [name],
  host: hosts[0],
  hosts,
});

/** Whether a host's keepalived does not speak at all, which is told already. */
const isDead = (before: readonly Found[], name: string): boolean =>
  before.some(
    ({ rule, component, host }) =>
      component === 'keepalived' &&
      host === name &&
      ['unit-down', 'orphan-vip', 'unit-paused'].includes(rule),
  );

function twice(vip: Vip, snapshot: Snapshot, before: readonly Found[]): Found | undefined {
  const holders = holdersIn(snapshot, vip);
  if (holders.length < 2) return undefined;
  const names = holders.map(({ host }) => host.name);
  // Whose keepalived is dead or paused keeps the address; that is told already, with the host to mend.
  if (names.some((name) => isDead(before, name))) return undefined;
  const strays = holders.filter((one) => !isMember(one, vip) || stateOf(one, vip) !== 'MASTER');
  if (strays.length > 0 && strays.length < holders.length) return undefined;
  const peers = holders.map(({ host }) => host.address);
  const blockers = holders.flatMap((one) => {
    const rules = one.diagnostics.rules.filter(isAboutVrrp);
    const wide = one.diagnostics.acceptsVrrp ? [] : sweepingRules(one, peers);
    const worst = rules.length > 0 ? rules : wide;
    return worst.length > 0 ? [blocking(one, worst, 'VRRP')] : [];
  });
  const [blocker] = blockers;
  const what = `split brain: ${list(names)} both hold VIP ${vip.name} (${vip.address})`;
  if (blocker)
    return {
      ...blocker,
      rule: 'split-brain',
      vips: [vip.name],
      hosts: [blocker.host, ...names.filter((name) => name !== blocker.host)],
      message: `${what}, since the firewall on ${blocker.host} blocks VRRP`,
    };
  const last = holders.at(-1) ?? holders[0];
  const edited = before
    .filter((one) => one.rule === 'drift' && one.component === 'keepalived')
    .map(({ host }) => host);
  const unlike = names.filter((name) => edited.includes(name));
  return {
    rule: 'split-brain',
    ...broken(vip, [last?.host.name ?? '', ...names.slice(0, -1)]),
    brief: `held with ${names.slice(0, -1).join(', ')}`,
    message: `${what}, and none of them hears the other`,
    evidence: [
      ...holders.map((one) => `keepalived on ${one.host.name} takes itself for ${stateOf(one, vip)}`),
      'no firewall rule on them drops VRRP: it is lost between them, or they do not mean the same (VRID, password, interval, version)',
    ],
    next: `${unlike.length > 0 ? `first haprov apply, since keepalived’s configuration on ${list(unlike)} is not as the inventory says; if it is so still, ` : ''}on each: tcpdump -ni any ${vip.family === 6 ? 'ip6 proto 112' : 'proto 112'}; where the other’s adverts are missing, ask for the switch, the cloud’s rules (multicast: set unicast), or compare with haprov plan`,
  };
}

/** Who has the address though its keepalived did not put it there. */
function stray(vip: Vip, snapshot: Snapshot, before: readonly Found[]): Found | undefined {
  const holders = holdersIn(snapshot, vip);
  const one = holders.find(
    (holder) =>
      !isMember(holder, vip) ||
      (vrrpOf(holder, vip).state !== undefined && vrrpOf(holder, vip).state !== 'MASTER'),
  );
  if (!one || isDead(before, one.host.name)) return undefined;
  const name = one.host.name;
  const own = one.facts.addresses.find(({ address }) => canonical(address) === canonical(vip.address));
  const others = holders.filter((holder) => holder !== one).map(({ host }) => host.name);
  const state = isMember(one, vip) ? `its keepalived is ${stateOf(one, vip)}` : 'it is no member of that VIP';
  return {
    rule: 'stray-vip',
    ...broken(vip, [name, ...others]),
    brief: `has ${vip.name} by hand`,
    message: `VIP ${vip.name} (${vip.address}) is on ${name}, where keepalived did not put it${others.length > 0 ? `; ${list(others)} holds it too` : ''}`,
    evidence: [`${name} has ${vip.address}, and ${state}`],
    next: `ip addr del ${vip.address}/${own?.prefix ?? 32} dev ${own?.interface ?? 'INTERFACE'} on ${name}`,
  };
}

/** Somebody answers for the address who is none of ours. */
function stranger(vip: Vip, snapshot: Snapshot): Found | undefined {
  const hosts = reached(snapshot);
  // The MAC of a host that was not asked is not known: it may be that one.
  if (!snapshot.inventory.hosts.every((host) => hosts.some((one) => one.host === host))) return undefined;
  const addresses = snapshot.inventory.hosts.map(({ address }) => canonical(address));
  // In a cloud a router may answer for everybody.
  const ours = new Set(
    hosts.flatMap(({ diagnostics }) => [
      ...diagnostics.macs,
      ...diagnostics.neighbours.filter(({ address }) => addresses.includes(address)).map(({ mac }) => mac),
    ]),
  );
  const seen = hosts
    .filter((one) => !has(one, vip))
    .flatMap(({ host, diagnostics }) =>
      diagnostics.neighbours
        .filter(({ address, mac }) => address === canonical(vip.address) && !ours.has(mac))
        .map(({ mac }) => ({ mac, by: host.name })),
    );
  const [first] = seen;
  if (!first) return undefined;
  const [held] = holdersIn(snapshot, vip);
  const isHeld = held !== undefined;
  const holder = held?.host.name ?? vip.members[0]?.host.name ?? '';
  return {
    rule: 'address-of-a-stranger',
    ...broken(vip, [holder]),
    brief: 'answered by a stranger',
    message: `VIP ${vip.name} (${vip.address}) is served by a stranger ${isHeld ? 'beside' : 'instead of'} ${holder}: ${first.mac} answers for it, which is none of this inventory’s hosts`,
    evidence: seen.map(({ mac, by }) => `${by} has ${mac} for ${vip.address}`),
    next: `find the machine with ${first.mac} (the switch knows its port) and take ${vip.address} off it; if it is a host that this inventory had once: haprov retire INVENTORY ADDRESS`,
  };
}

function nowhere(vip: Vip, snapshot: Snapshot, before: readonly Found[]): Found | undefined {
  if (holdersIn(snapshot, vip).length > 0) return undefined;
  const members = reached(snapshot).filter((one) => isMember(one, vip));
  const isElsewhere =
    members.length < vip.members.length &&
    (answersOf(vip, snapshot).some(({ answers }) => answers) || members.length === 0);
  if (isElsewhere) return undefined;
  const excused = (one: Reached) =>
    blames(before, one.host.name, 'keepalived', 'haproxy', 'packages', 'service', 'firewall') ||
    one.diagnostics.drained;
  // One that the inventory has got and the hosts have not.
  if (members.length > 0 && members.every((one) => isComing(vip.address, one, before))) return undefined;
  const able = members.filter((one) => !excused(one));
  // All that could hold it are broken, and told of.
  if (able.length === 0 && members.some((one) => !one.diagnostics.drained)) return undefined;
  const one = able.find((member) => stateOf(member, vip) === 'MASTER') ?? able[0] ?? members[0];
  if (!one) return undefined;
  const name = one.host.name;
  const isRemoved = vrrpOf(one, vip).state === 'MASTER';
  const isDrained = members.every(({ diagnostics }) => diagnostics.drained);
  return {
    rule: isRemoved ? 'address-removed' : 'no-holder',
    ...broken(vip, [name, ...members.map(({ host }) => host.name).filter((other) => other !== name)]),
    brief: isRemoved ? `${vip.name} was removed` : 'held by nobody',
    message: isRemoved
      ? `VIP ${vip.name} (${vip.address}) is not on ${name}, though keepalived there is MASTER: somebody removed it`
      : isDrained
        ? `nobody holds VIP ${vip.name} (${vip.address}): ${list(members.map(({ host }) => host.name))} are drained`
        : `nobody holds VIP ${vip.name} (${vip.address}), and ${name} could`,
    evidence: members.map((member) => `keepalived on ${member.host.name} is ${stateOf(member, vip)}`),
    next: isRemoved
      ? `systemctl restart keepalived on ${name}`
      : isDrained
        ? `haprov undrain INVENTORY ${name}`
        : `look at journalctl -u keepalived on ${name}: somebody else may speak with VRID ${vip.virtualRouterId} (tcpdump -ni any proto 112)`,
  };
}

export const answersOf = (vip: Vip, snapshot: Snapshot): VipAnswer[] => {
  const address = canonical(vip.address);
  return [
    ...snapshot.laptop
      .filter((one) => canonical(one.address) === address)
      .map(({ failure, port, status }) => ({
        from: 'laptop',
        answers: failure === undefined,
        ...(failure ? { why: failure } : {}),
        ...(status ? { port, status } : {}),
      })),
    ...reached(snapshot).flatMap(({ host, diagnostics }) =>
      diagnostics.answers
        .filter((one) => one.address === address)
        .map(({ answers }) => ({
          from: host.name,
          answers,
          ...(answers ? {} : { why: 'no connection within 1 s' }),
        })),
    ),
  ];
};

/** Held, and yet nobody gets an answer. */
function silent(vip: Vip, snapshot: Snapshot, before: readonly Found[]): Found | undefined {
  const [holder] = holdersIn(snapshot, vip);
  const answers = answersOf(vip, snapshot);
  if (!holder || answers.length === 0 || answers.some((one) => one.answers)) return undefined;
  const name = holder.host.name;
  if (blames(before, name, 'keepalived', 'haproxy', 'firewall', 'packages')) return undefined;
  // A laptop outside the network proves nothing by itself.
  const asked = answers.filter(({ from, why }) => from !== 'laptop' || /^HTTP/.test(why ?? ''));
  if (asked.length === 0) return undefined;
  const ports = [
    ...snapshot.inventory.services
      .flatMap(({ endpoints }) => endpoints)
      .filter((endpoint) => isAt(endpoint, vip))
      .map(({ port }) => port),
    ...vip.ports.map(({ port }) => port),
  ];
  const rules = [
    ...ports.flatMap((port) => rulesAboutPort(holder, port)),
    ...sweepingRules(holder, [vip.address, ...snapshot.inventory.hosts.map(({ address }) => address)]),
  ];
  if (rules.length > 0) return blocking(holder, rules, `port ${list([...new Set(ports)].map(String))}`);
  const isBackends = answers.some(({ why }) => /^HTTP 50[23]/.test(why ?? ''));
  if (isBackends) return undefined;
  return {
    rule: 'vip-silent',
    ...broken(vip, [name]),
    brief: `${vip.name} does not answer`,
    message: `VIP ${vip.name} (${vip.address}) on ${name} does not answer, though ${vip.check.haproxy ? 'HAProxy there runs' : 'all that is looked at there runs'}`,
    evidence: answers.map(({ from, why }) => `from ${from}: ${why}`),
    next: `on ${name}: ss -ltn, and the firewall; from outside: ping and ip neigh show to ${vip.address}`,
  };
}

/** It is held, and some of the addresses that move with it are not there. */
function incomplete(vip: Vip, snapshot: Snapshot, before: readonly Found[]): Found | undefined {
  const [holder, ...more] = holdersIn(snapshot, vip);
  if (!holder || more.length > 0) return undefined;
  const name = holder.host.name;
  const missing = vip.addresses.filter((one) => !has(holder, one) && !isComing(one.address, holder, before));
  const [first] = missing;
  if (!first) return undefined;
  const those = list(missing.map(({ address }) => address));
  const elsewhere = reached(snapshot).filter((one) => one !== holder && has(one, first));
  return {
    rule: 'address-missing',
    ...broken(vip, [name, ...elsewhere.map(({ host }) => host.name)]),
    brief: `lacks addresses of ${vip.name}`,
    message: `VIP ${vip.name} (${vip.address}) is on ${name}, and ${those} of it ${missing.length > 1 ? 'are' : 'is'} not`,
    evidence: [
      `keepalived on ${name} is ${stateOf(holder, vip)}`,
      ...elsewhere.map(({ host }) => `${host.name} has ${first.address}`),
    ],
    next: `somebody removed it, or keepalived could not add it: journalctl -u keepalived on ${name}; systemctl restart keepalived puts it back`,
  };
}

/** Not where it is meant to be, and nothing that was found says why. It may just be on its way. */
function elsewhere(vip: Vip, snapshot: Snapshot, before: readonly Found[]): Found | undefined {
  const [holder] = holdersIn(snapshot, vip);
  const wanted = vip.members[0]?.host.name;
  if (!holder || !vip.preempt || wanted === undefined || holder.host.name === wanted) return undefined;
  const first = reached(snapshot).find(({ host }) => host.name === wanted);
  const isExcused =
    !first ||
    first.diagnostics.drained ||
    before.some(({ level, hosts }) => level === 'broken' && hosts.includes(wanted));
  if (isExcused) return undefined;
  return {
    rule: 'not-where-meant',
    level: 'note',
    component: 'vip',
    vips: [vip.name],
    host: holder.host.name,
    hosts: [holder.host.name, wanted],
    brief: `holds ${vip.name}`,
    message: `VIP ${vip.name} (${vip.address}) is on ${holder.host.name}; ${wanted} is meant to hold it`,
    evidence: [`keepalived on ${wanted} is ${stateOf(first, vip)}`],
    next: `it comes back by itself within some seconds; if not, journalctl -u keepalived on ${wanted}`,
  };
}
