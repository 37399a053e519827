import type { SyncGroup, Tracked, VrrpInstance, VrrpScript } from '../ha/keepalived/vrrp';
import type { HostFiles } from './host-files';

/** A script that an instance follows, by itself or by its group. */
export interface Followed {
  instance: VrrpInstance;
  name: string;
  /** None where no vrrp_script has that name. */
  definition?: VrrpScript;
  weight: number;
  isReversed: boolean;
  /** Of the line that tracks it. */
  at: Tracked['at'];
}

/** The scripts that count for instances: not those whose weight keepalived leaves out because of a sync group. */
export function trackedIn({ keepalived }: HostFiles): Followed[] {
  const { instances = [], scripts = [], syncGroups = [] } = keepalived ?? {};
  return instances.flatMap((instance) => {
    const group = groupOf(instance, syncGroups);
    const follow = ({ name, weight, reverse, at }: Tracked): Followed => {
      const definition = scripts.find((one) => one.name === name);
      return {
        instance,
        name,
        ...(definition ? { definition } : {}),
        weight: weight ?? definition?.weight ?? 0,
        isReversed: reverse ?? definition?.reverse ?? false,
        at,
      };
    };
    const own = instance.trackScripts.map(follow);
    return [
      ...own.filter(({ weight }) => weight === 0 || !group || group.tracksWeights),
      ...(group?.trackScripts.map(follow) ?? []),
    ];
  });
}

/** The sync group that an instance is in. */
export const groupOf = ({ name }: VrrpInstance, groups: readonly SyncGroup[]) =>
  groups.find(({ members }) => members.includes(name));
