import type { Path } from '../document/document';
import { type Checkable, membersOf, type Report } from './checkable';

/** The VIPs of a sync group are the same hosts', in the same order, and come back or stay alike. */
export function checkSyncGroups(inventory: Checkable, report: Report): void {
  const groups = new Map<string, string[]>();
  for (const [name, vip] of Object.entries(inventory.vips ?? {}))
    if (vip?.syncGroup !== undefined) groups.set(vip.syncGroup, [...(groups.get(vip.syncGroup) ?? []), name]);
  for (const [group, [first = '', ...others]] of groups) {
    const at: Path = ['vips', first, 'syncGroup'];
    if (others.length === 0) {
      report(at, `no other VIP is in sync group ${group}`, 'the same word at each VIP that moves with it');
      continue;
    }
    for (const name of others) {
      const difference = differ(inventory, first, name);
      if (difference)
        report(
          ['vips', name, 'syncGroup'],
          `${difference} as for VIP ${first}, and both move together`,
          'the same hosts in the same order, and the same preempt',
        );
    }
  }
}

function differ(inventory: Checkable, first: string, second: string): string | undefined {
  const [one, other] = [orderOf(inventory, first), orderOf(inventory, second)];
  const [a, b] = [inventory.vips?.[first], inventory.vips?.[second]];
  if (one && other && one.join() !== other.join())
    return `the hosts are not in the same order (${other.join(', ')}, not ${one.join(', ')})`;
  if (a?.preempt !== undefined && b?.preempt !== undefined && a.preempt !== b.preempt)
    return `preempt is ${b.preempt}, and not`;
  return undefined;
}

/** Its hosts, the one with the highest priority first; nothing where that is not known. */
function orderOf(inventory: Checkable, name: string): string[] | undefined {
  const vip = inventory.vips?.[name];
  const members = membersOf(inventory, vip?.group);
  const priorities = members?.map((host) => vip?.priorities?.[host] ?? inventory.hosts?.[host]?.priority);
  if (!members || !priorities || priorities.some((one) => one === undefined)) return undefined;
  return members
    .map((host, index) => ({ host, priority: priorities[index] ?? 0 }))
    .sort((x, y) => y.priority - x.priority)
    .map(({ host }) => host);
}
