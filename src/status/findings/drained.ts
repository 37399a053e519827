import type { HostFacts } from '../../host/facts';
import { StrangeHostKey } from '../../host/host-keys';
import { goesOnBy, isTaken, newestNote, standsOf } from '../../host/roll-note';
import { untilWhen } from '../../text/until-when';
import { type FindingRule, type Found, list, reached, type Snapshot } from '../snapshot';
import { has } from './vips';

/** Hosts that were taken out for maintenance: meant to be so, and not to be forgotten. */
export const drained: FindingRule = (snapshot) => {
  const roll = rollOf(snapshot);
  return reached(snapshot)
    .filter(({ diagnostics }) => diagnostics.drained)
    .map((one) => {
      const { host, facts, isRetired } = one;
      const stand = roll?.hosts.get(host.name);
      const held = snapshot.inventory.vips.filter((vip) => has(one, vip)).map(({ name }) => name);
      const isOut = held.length === 0;
      return {
        rule: isRetired ? 'retired' : 'drained',
        level: isOut || isRetired ? ('note' as const) : ('warning' as const),
        component: 'keepalived' as const,
        host: host.name,
        hosts: [host.name],
        brief: isRetired ? 'retired' : isOut ? 'drained' : `drained, and holds ${list(held)}`,
        message: isRetired
          ? `${host.name} is retired${sinceAndBy(facts.drained)}: nothing of the pair runs or starts there, and the inventory names it still`
          : `${host.name} is drained${sinceAndBy(facts.drained)}${isOut ? ': addresses and requests go elsewhere' : `, and holds VIP ${list(held)} still: no other host has taken it, so clients are cut off if ${host.name} goes away`}`,
        evidence: [],
        next: isRetired
          ? `take ${host.name} out of INVENTORY, then haprov apply tells the others; haprov apply with it in there starts it again, and haprov undrain gives it its place back`
          : roll && stand && isTaken(stand)
            ? `the haprov ${roll.command} gives it its place back: ${nextOf(roll, snapshot)}`
            : `haprov undrain INVENTORY ${host.name} when its maintenance is over`,
      };
    });
};

/** Hosts are being taken out one after the other, or were, and nobody has brought that to its end. */
export const rolls: FindingRule = (snapshot) => {
  const roll = rollOf(snapshot);
  if (!roll) return [];
  const { command, begun, owner, isAtWork, hosts } = roll;
  const names = [...hosts.keys()];
  return [
    {
      rule: 'roll-left',
      level: 'note',
      component: 'configuration',
      host: names[0] ?? '',
      hosts: names,
      brief: `${command} ${isAtWork ? 'is at work' : 'was left'}`,
      message: `a haprov ${command} over ${list(names)}${sinceAndBy({ since: begun, by: owner })} ${isAtWork ? 'is at work' : 'was left'}: ${standsOf(roll)}`,
      evidence: [],
      next: nextOf(roll, snapshot),
    },
  ];
};

type Roll = NonNullable<HostFacts['roll']>;

/** As the host has it that was told last, without hosts that the inventory has no more: nobody can go on with those. */
export function rollOf(snapshot: Snapshot): Roll | undefined {
  const on = reached(snapshot).flatMap(({ facts }) => facts.roll ?? []);
  const newest = newestNote(on);
  if (!newest) return undefined;
  const known = new Set(snapshot.hosts.map(({ host }) => host.name));
  return {
    ...newest,
    isAtWork: on.some(({ isAtWork }) => isAtWork),
    hosts: new Map([...newest.hosts].filter(([name]) => known.has(name))),
  };
}

/** What goes on with a roll, and from when on: another run is refused while one is alive. */
export function nextOf(roll: Roll, snapshot: Snapshot): string {
  if (roll.isAtWork)
    return 'look again when it has ended; where its laptop is lost, that is told within --confirm-within seconds (60)';
  const busy = reached(snapshot).find(({ facts }) => facts.lock?.alive);
  const { lock } = busy?.facts ?? {};
  const from =
    busy && lock
      ? `, once the run on ${busy.host.name} has ended, and is refused before: that run ${untilWhen(lock, snapshot.now)}`
      : '';
  return `${goesOnBy(roll)} goes on with it${from}; with --anew it begins with the first host`;
}

/** A host that a roll at work has told to boot is away as it is meant to be, and is no less so for rules that asked why. */
export function awayToBoot(findings: readonly Found[], snapshot: Snapshot): Found[] {
  const roll = rollOf(snapshot);
  const isAway = ({ rule, host: name }: Found) =>
    rule === 'unreachable' &&
    roll?.hosts.get(name)?.state === 'booting' &&
    !snapshot.hosts.some(({ host, failure }) => host.name === name && failure instanceof StrangeHostKey);
  if (!roll?.isAtWork) return [...findings];
  return findings.map((one): Found => {
    if (!isAway(one)) return one;
    const { sentences: _, ...rest } = one;
    return {
      ...rest,
      level: 'note',
      brief: 'is told to boot',
      message: `haprov ${roll.command} of ${roll.owner} has told ${one.host} to boot, and it cannot be asked meanwhile`,
      evidence: [one.message, ...one.evidence],
      next: 'look again when it has booted: the roll waits --boot-within seconds (600) for it, and says so where it does not come back',
    };
  });
}

function sinceAndBy(drained: HostFacts['drained']): string {
  if (!drained || Number.isNaN(drained.since.getTime())) return '';
  return ` since ${drained.since.toISOString().replace('T', ' ').slice(0, 16)} UTC${drained.by ? ` by ${drained.by}` : ''}`;
}
