import type { Vip } from '../inventory/inventory';
import { type HostFiles, placeIn, placeOfValue } from './host-files';
import { addressKeys, priorityOf } from './instances';
import { type Found, type Place, type Rule, saidVips } from './subject';
import { type Followed, trackedIn } from './tracked';

/** A check whose weight leaves the VIP on a host where the check fails, though it succeeds on another. */
export const weightNotAboveGap: Rule = {
  name: 'weight-not-above-gap',
  checkFiles: (hosts) => inFiles(hosts),
  check: ({ inventory, hosts }) => [
    ...saidVips(inventory).flatMap(inVip),
    ...inFiles(hosts, saidVips(inventory)),
  ],
};

/** keepalived's own bounds for a priority with its weights added. */
const [lowest, highest] = [1, 254];

const why =
  'keepalived adds the weight to the priority while the check succeeds (takes it off while it fails, where it is negative): too small, it does not turn the order round';

function inVip({ name, members, check: { weight } }: Vip): Found[] {
  const [first, last] = [members.at(0), members.at(-1)];
  if (!first || !last || weight === 0 || first.priority === last.priority) return [];
  if (Math.min(highest, last.priority + weight) > first.priority) return [];
  const gap = first.priority - last.priority;
  return [
    {
      severity: 'error',
      at: { path: ['vips', name, 'check', 'weight'] },
      message: `with a weight of ${weight}, ${last.host.name} (${last.priority}) does not come before ${first.host.name} (${first.priority}) when HAProxy fails there`,
      why,
      fix: `take more than ${gap}, with no sum over ${highest}; or 0, for a host to leave at once`,
    },
  ];
}

/** One script that one host's instance tracks. */
interface Tracked extends Pick<Followed, 'name' | 'weight'> {
  instance: string;
  /** The same for the same addresses on each host. */
  key: string;
  priority: number;
  at: Place;
}

/** @param said VIPs that are judged by the inventory */
function inFiles(hosts: readonly HostFiles[], said: readonly Vip[] = []): Found[] {
  const all = hosts.flatMap((files) =>
    trackedIn(files).flatMap((one): Tracked[] => {
      const { instance, name, weight, isReversed, definition } = one;
      const priority = priorityOf(instance);
      const isOwner = priority === 255;
      if (priority === undefined || isReversed || isOwner || !definition) return [];
      const key = JSON.stringify([name, instance.virtualRouterId, ...addressKeys(instance)]);
      return [{ instance: instance.name, name, weight, key, priority, at: placeOfWeight(files, one) }];
    }),
  );
  const byKey = new Map<string, Tracked[]>();
  for (const one of all) {
    const alike = byKey.get(one.key);
    if (alike) alike.push(one);
    else byKey.set(one.key, [one]);
  }
  const isSaid = ({ instance, weight }: Tracked) =>
    said.some(({ name, check }) => name === instance && check.weight === weight);
  return all
    .filter((one) => one.weight !== 0 && !isSaid(one))
    .flatMap((one): Found[] => {
      const alike = byKey.get(one.key) ?? [];
      const loser = alike.find((other) => other.priority < one.priority && !turns(one, other));
      if (!loser) return [];
      return [
        {
          severity: 'error',
          at: one.at,
          message: `the weight ${one.weight} of ${one.name} does not exceed the gap between the priorities ${one.priority} and ${loser.priority} of ${one.instance}`,
          why,
          fix: `take a weight of more than ${one.priority - loser.priority}, or none, for a host to leave at once`,
        },
      ];
    });
}

/** The weight that counts: where the script is tracked, or else its own. */
function placeOfWeight(files: HostFiles, { at, definition, instance, name }: Followed): Place {
  const isHere = instance.trackScripts.some((one) => one.name === name && one.weight !== undefined);
  const own = definition?.settings.findLast(({ keyword }) => keyword === 'weight');
  return isHere || !own ? placeIn(files, at) : placeOfValue(files, own);
}

/** Whether `lower`, where the check succeeds, comes before `higher`, where it fails. */
const turns = (higher: Tracked, lower: Tracked) =>
  Math.min(highest, lower.priority + Math.max(0, lower.weight)) >
  Math.max(lowest, higher.priority + Math.min(0, higher.weight));
