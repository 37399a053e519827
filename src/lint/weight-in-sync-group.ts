import type { SyncGroup, Tracked, VrrpInstance } from '../ha/keepalived/vrrp';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';
import { groupOf } from './tracked';

/** What an instance of a sync group follows with a weight: keepalived leaves it out. */
export const weightInSyncGroup: Rule = {
  name: 'weight-in-sync-group',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      (files.keepalived?.instances ?? []).flatMap((instance) => {
        const group = groupOf(instance, files.keepalived?.syncGroups ?? []);
        return group && !group.tracksWeights ? inGroup(instance, group, files) : [];
      }),
    ),
};

function inGroup(
  { name, trackScripts, trackFiles }: VrrpInstance,
  group: SyncGroup,
  files: HostFiles,
): Found[] {
  const { scripts = [], trackFiles: watched = [] } = files.keepalived ?? {};
  const weightOf = (own: readonly { name: string; weight: number }[]) => (one: Tracked) =>
    one.weight ?? own.find((other) => other.name === one.name)?.weight ?? 0;
  const weighted = [
    ...trackScripts.filter((one) => weightOf(scripts)(one) !== 0),
    ...trackFiles.filter((one) => weightOf(watched)(one) !== 0),
  ];
  return weighted.map(
    (one): Found => ({
      severity: 'error',
      at: placeIn(files, one.at),
      message: `${name} follows ${one.name} with a weight, and is in the sync group ${group.name}: keepalived leaves it out`,
      why: 'the instances of a group have one state: without sync_group_tracking_weight, weights do not count in it, and nothing happens when the check fails',
      fix: 'take the weight away, for the group to leave when the check fails; or, from keepalived 2.0 on, write sync_group_tracking_weight in the group',
    }),
  );
}
