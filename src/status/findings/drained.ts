import type { HostFacts } from '../../host/facts';
import { type FindingRule, list, reached } from '../snapshot';

/** Hosts that were taken out for maintenance: meant to be so, and not to be forgotten. */
export const drained: FindingRule = (snapshot) =>
  reached(snapshot)
    .filter(({ diagnostics }) => diagnostics.drained)
    .map(({ host, facts, isRetired }) => ({
      rule: isRetired ? 'retired' : 'drained',
      level: 'note' as const,
      component: 'keepalived' as const,
      host: host.name,
      hosts: [host.name],
      brief: isRetired ? 'retired' : 'drained',
      message: isRetired
        ? `${host.name} is retired${sinceAndBy(facts.drained)}: nothing of the pair runs or starts there, and the inventory names it still`
        : `${host.name} is drained${sinceAndBy(facts.drained)}: addresses and requests go elsewhere`,
      evidence: [],
      next: isRetired
        ? `take ${host.name} out of INVENTORY, then haprov apply tells the others; haprov apply with it in there starts it again, and haprov undrain gives it its place back`
        : `haprov undrain INVENTORY ${host.name} when its maintenance is over`,
    }));

/** Hosts are being taken out one after the other, or were, and nobody has brought that to its end. */
export const rolls: FindingRule = (snapshot) => {
  const on = reached(snapshot).filter(({ facts }) => facts.roll);
  const [first] = on;
  const roll = first?.facts.roll;
  if (!roll) return [];
  return [
    {
      rule: 'roll-left',
      level: 'note',
      component: 'configuration',
      host: first.host.name,
      hosts: on.map(({ host }) => host.name),
      brief: `${roll.command} not at its end`,
      message: `a haprov ${roll.command} over ${list(on.map(({ host }) => host.name))}${sinceAndBy(roll)} is not at its end: it is at work, or was left`,
      evidence: reached(snapshot)
        .filter(({ diagnostics }) => diagnostics.drained)
        .map(({ host }) => `${host.name} is drained`),
      next: `haprov ${roll.command.replace(/^\S+/, '$& INVENTORY')} goes on with it where it was left; with --anew it begins with the first host`,
    },
  ];
};

function sinceAndBy(drained: HostFacts['drained']): string {
  if (!drained || Number.isNaN(drained.since.getTime())) return '';
  return ` since ${drained.since.toISOString().replace('T', ' ').slice(0, 16)} UTC${drained.by ? ` by ${drained.by}` : ''}`;
}
