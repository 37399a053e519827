import type { Configuration } from '../ha/keepalived/configuration';
import type { SyncGroup, Tracked, VrrpInstance, VrrpScript } from '../ha/keepalived/vrrp';
import { canonical } from '../inventory/address';
import type { Vip } from '../inventory/inventory';
import type { Watched } from './drain-flag';
import { standDownFile } from './stand-down-file';

/** A file of the user: while it has this content, the user's own keepalived configuration gives VIPs away. */
export interface DrainFile {
  path: string;
  content: string;
}

/** How a host's keepalived gives VIPs away. */
export interface DrainMeans<T> {
  /** The files to write besides the flag; none where haprov's flag moves all VIPs. */
  drainFiles: DrainFile[];
  /** The paths of those that a boot takes away. */
  lostAtBoot: string[];
  /** The VIPs that it would keep whatever haprov writes, and why. */
  unmovable: { vip: T; why: string }[];
  /** Whether a VIP moves by FAULT state: no host answers until the peer has taken over. */
  byFault: boolean;
  /** How many seconds keepalived may take to notice. */
  seconds: number;
  /** Whether at least one VIP was found in a configuration that could be read. */
  isJudged: boolean;
}

/** The parts of a VIP that matter: with its members' priorities, a lower priority moves it only where another is higher. */
type Movable = Pick<Vip, 'address' | 'members'>;

/** What a tracked script or file would do: FAULT state, or a loss of priority. */
interface Means {
  drainFile?: DrainFile;
  /** By how much the priority falls; undefined for FAULT state. */
  loss?: number;
  title: string;
  seconds: number;
}

/** The means of a host without a configuration, or with one that could not be read. */
export const noDrainMeans: DrainMeans<never> = {
  drainFiles: [],
  lostAtBoot: [],
  unmovable: [],
  byFault: false,
  seconds: 0,
  isJudged: false,
};

/** `…, so it would keep VIP 192.0.2.10`. */
export function keepsVips(
  unmovable: DrainMeans<Pick<Vip, 'address'> & Partial<Pick<Vip, 'name'>>>['unmovable'],
): string {
  const named = unmovable.map(({ vip: { name, address } }) =>
    name === undefined ? address : `${name} (${address})`,
  );
  return `${[...new Set(unmovable.map(({ why }) => why))].join('; ')}, so it would keep VIP ${named.join(' and ')}`;
}

/** Lines, since keepalived reads nothing behind a statement on its line. */
const watchBlock = [
  'vrrp_script not_drained {',
  '    script "/usr/bin/test ! -e /var/lib/haprov/drained -a ! -e /var/lib/haprov/drain-for-run"',
  '    interval 1',
  '    fall 1',
  '    rise 1',
  '    weight -253',
  '}',
].join('\n');

/**
 * What the operator adds to a keepalived.conf of their own, so that keepalived watches the flag.
 * @param fence what stands before and behind the block, where Markdown is to keep its lines
 */
export const howToWatch = (fence?: string): string =>
  [
    'add this block to its keepalived.conf, in lines of their own as they are here,',
    ...(fence === undefined ? [] : [fence]),
    watchBlock,
    ...(fence === undefined ? [] : [fence]),
    'and not_drained to the track_script of each vrrp_instance; without the weight where it says nopreempt or is in a sync group (any script that fails while those files are there will do)',
  ].join('\n');

const marked = 'drained by haprov';
/** The largest loss of priority; keepalived takes a larger one as FAULT. */
const mostLoss = 253;

/**
 * How to make the host's keepalived give these VIPs away: by a script that looks at `flag`, else by a script or a tracked
 * file of the user. Leaves out VIPs that are in no vrrp_instance, and all where the configuration is not whole.
 * @param host the host's name
 */
export function drainMeansOf<T extends Movable>(
  vips: readonly T[],
  watched: Watched,
  { flag, host }: { flag: string; host: string },
): DrainMeans<T> {
  if (!watched.isWhole) return noDrainMeans;
  const means: DrainMeans<T> = { ...noDrainMeans, drainFiles: [], unmovable: [] };
  const { configuration } = watched;
  for (const vip of vips) {
    const instances = configuration.instances.filter((one) => hasAddress(one, vip.address));
    if (instances.length === 0) continue;
    means.isJudged = true;
    const each = instances.map((one) => meansOf(one, watched, flag, priorityOfOthers(vip, host)));
    const found = each.find((one) => typeof one !== 'string');
    if (found === undefined) {
      means.unmovable.push({ vip, why: each.map(String).join('; ') });
      continue;
    }
    const { drainFile } = found as Means;
    if (drainFile && !means.drainFiles.some(({ path }) => path === drainFile.path))
      means.drainFiles.push(drainFile);
    means.byFault ||= (found as Means).loss === undefined;
    means.seconds = Math.max(means.seconds, (found as Means).seconds);
  }
  means.lostAtBoot = means.drainFiles.map(({ path }) => path).filter(isLostAtBoot(watched.inMemory));
  return means;
}

/** A boot empties these on every host, on EL6 by its scripts; a host whose root is in memory forgets all the same. */
const isLostAtBoot = (inMemory: readonly string[]) => (path: string) =>
  ['/run', '/var/run', '/dev/shm', ...inMemory].some(
    (place) => place !== '/' && path.startsWith(`${place}/`),
  );

/** `a boot of fred takes /run/away away, …`. */
export const forgets = (host: string, lostAtBoot: readonly string[]): string =>
  `a boot of ${host} takes ${lostAtBoot.join(' and ')} away, so that it may hold its VIP again before anybody has looked at it`;

export const howToKeep =
  'let its keepalived.conf look at a file in /etc in place of that, or at haprov’s flag /var/lib/haprov/drained';

const hasAddress = ({ addresses, excludedAddresses }: VrrpInstance, address: string) =>
  [...addresses, ...excludedAddresses].some(({ name }) => canonical(name) === canonical(address));

const priorityOfOthers = ({ members }: Movable, host: string) =>
  Math.max(0, ...members.filter((one) => one.host.name !== host).map(({ priority = 0 }) => priority));

/** The first means that moves the VIP, haprov's flag before the user's own files; a sentence on why none does. */
function meansOf(instance: VrrpInstance, watched: Watched, flag: string, others: number): Means | string {
  const { configuration } = watched;
  const groups = configuration.syncGroups.filter(({ members }) => members.includes(instance.name));
  const all = meansIn(instance, groups, watched, flag);
  const refusals = all.map((one) => whyNot(one, instance, groups, others));
  const index = refusals.indexOf(undefined);
  if (index >= 0) return all[index] as Means;
  const [why] = refusals;
  return why ?? `its keepalived.conf has nothing that looks at ${flag}, nor at a file of its own`;
}

function meansIn(
  instance: VrrpInstance,
  groups: readonly SyncGroup[],
  { configuration, scripts }: Watched,
  flag: string,
): Means[] {
  const each = [instance, ...groups];
  const ofScripts = each
    .flatMap(({ trackScripts }) => trackScripts)
    .flatMap((tracked) => scriptMeans(tracked, configuration, scripts, flag));
  const ofFiles = each
    .flatMap(({ trackFiles }) => trackFiles)
    .flatMap((tracked) => fileMeans(tracked, configuration, instance.nopreempt));
  const all = [
    ...ofScripts.filter(({ drainFile }) => !drainFile),
    ...ofScripts.filter(({ drainFile }) => drainFile),
    ...ofFiles,
  ];
  // haprov's other files have a meaning of their own, and must not be written for this.
  return all.filter(
    ({ drainFile }) => !drainFile?.path.startsWith('/var/lib/haprov/') || drainFile.path === flag,
  );
}

function scriptMeans(
  tracked: Tracked,
  { scripts }: Configuration,
  texts: ReadonlyMap<string, string>,
  flag: string,
): Means[] {
  const own = scripts.find(({ name }) => name === tracked.name);
  if (!own?.script) return [];
  const weight = tracked.weight ?? own.weight;
  if (tracked.reverse ?? own.reverse) return [];
  const common = {
    ...(weight === 0 ? {} : { loss: Math.abs(weight) }),
    title: `vrrp_script ${own.name}`,
    seconds: own.interval * own.fall,
  };
  if (looksAt(own, flag, texts)) return [common];
  const path = standDownFile(own.script.command, texts);
  return path === undefined ? [] : [{ ...common, drainFile: { path, content: marked } }];
}

/** Whether a vrrp_script looks at the flag, by itself or by a script on the host that it runs. */
const looksAt = ({ script }: VrrpScript, flag: string, texts: ReadonlyMap<string, string>) =>
  script !== undefined &&
  [script.command, ...script.command.split(/\s+/).map((word) => texts.get(word) ?? '')].some((text) =>
    text.includes(flag),
  );

/** keepalived adds a tracked file's number times its weight to the priority; -254 or, without a weight, any number but 0 is FAULT. */
function fileMeans(tracked: Tracked, { trackFiles }: Configuration, mustFault: boolean): Means[] {
  const own = trackFiles.find(({ name }) => name === tracked.name);
  if (own?.file === undefined || !/^\/[\w./-]+$/.test(own.file)) return [];
  const weight = (tracked.weight ?? own.weight) * ((tracked.reverse ?? own.reverse) ? -1 : 1);
  const by = (value: number): Means => {
    const loss = -value * weight;
    return {
      drainFile: { path: own.file ?? '', content: String(value) },
      ...(weight === 0 || loss > mostLoss ? {} : { loss }),
      title: `track_file ${own.name}`,
      seconds: 0,
    };
  };
  if (weight === 0) return [by(1)];
  const steps = mustFault
    ? Math.ceil((mostLoss + 1) / Math.abs(weight))
    : Math.floor(mostLoss / Math.abs(weight));
  return [by(-Math.sign(weight) * Math.max(1, steps))];
}

/** Why a means does not move the VIP; undefined where it does. */
function whyNot(
  { loss, title }: Means,
  { nopreempt, priority, name }: VrrpInstance,
  groups: readonly SyncGroup[],
  others: number,
): string | undefined {
  if (loss === undefined) return undefined;
  const group = groups.find(({ tracksWeights }) => !tracksWeights);
  if (group)
    return `keepalived ignores the weight of ${title}, since ${name} is in vrrp_sync_group ${group.name}, which has no sync_group_tracking_weight`;
  if (nopreempt)
    return `${title} only lowers its priority, and with nopreempt nobody takes an address over for that`;
  if (priority !== undefined && others > 0 && Math.max(1, priority - loss) >= others)
    return `${title} takes only ${loss} off its priority of ${priority}, and the next host has ${others}`;
  return undefined;
}
