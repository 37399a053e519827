import type { PlannedChange } from '../plan/plan';
import type { Loss } from './loss';
import { heldBy, heldNoMore } from './lost-addresses';
import { listedNoMore } from './lost-certificates';
import { answeredNoMore } from './lost-endpoints';
import { mappedNoMore } from './lost-map-entries';
import { isOfKeepalived, runningVips } from './running-vips';
import type { Surroundings } from './surroundings';

/** What clients lose by the change of a file. @param readers the units that run by what it held before */
export function lossesBy(
  { host, target, raw }: PlannedChange,
  readers: readonly string[],
  around: Surroundings,
): Loss[] {
  const { from, to } = raw ?? {};
  if (!from) return [];
  const { vips, services, plan } = around;
  return readers.flatMap((unit) => {
    if (unit === 'keepalived' && target.endsWith('.conf'))
      return heldNoMore(from, to ?? '', heldElsewhere(host, around));
    if (unit !== 'haproxy') return [];
    if (target.endsWith('.map')) return mappedNoMore(target, from, to ?? '', services);
    const others = vips.flatMap(({ name, addresses }) => addresses.map(({ address }) => ({ name, address })));
    return [
      // A list that is gone is named no more, which haproxy.cfg tells.
      ...(to === null || to === undefined ? [] : listedNoMore(target, from, to)),
      ...answeredNoMore(from, to ?? '', [...runningVips(vips, plan), ...others]),
    ];
  });
}

/** The addresses that the plan leaves to other hosts, or gives them. */
function heldElsewhere(host: string, { vips, plan }: Surroundings): Set<string> {
  const changed = new Map(
    plan.hosts.flatMap((one) =>
      one.changes.flatMap(({ raw, target }) =>
        raw && isOfKeepalived(target) ? [[one.host, raw.to ?? ''] as const] : [],
      ),
    ),
  );
  const left = vips.flatMap(({ addresses, members }) =>
    members.some((member) => member.host.name !== host && !changed.has(member.host.name))
      ? addresses.map(({ address }) => address)
      : [],
  );
  changed.delete(host);
  const given = [...changed.values()].flatMap(heldBy).map(({ address }) => address);
  return new Set([...left, ...given]);
}
