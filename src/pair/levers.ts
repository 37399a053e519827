import type { Configuration } from '../ha/keepalived/configuration';
import type { SyncGroup, Tracked, VrrpInstance, VrrpScript } from '../ha/keepalived/vrrp';
import { canonical } from '../inventory/address';
import type { Vip } from '../inventory/inventory';
import type { Watched } from './drain-flag';
import { standDownFile } from './stand-down-file';

/** A file of the user's own: with this in it, his keepalived gives VIPs away. */
export interface Lever {
  path: string;
  content: string;
}

/** How a host's keepalived gives VIPs away. */
export interface Ways<T> {
  /** To be pulled beside the flag; none where haprov's own flag does for all of them. */
  levers: Lever[];
  /** The VIPs that it would keep whatever is written, and why. */
  deaf: { vip: T; why: string }[];
  /** Whether one goes by FAULT: nobody answers until its peer has taken over. */
  byFault: boolean;
  /** So many seconds may pass until it looks. */
  seconds: number;
  /** Whether that could be told of a VIP. */
  isJudged: boolean;
}

/** What of a VIP is looked at; a lower priority moves it only where another host has a higher one. */
type Movable = Pick<Vip, 'address' | 'members'>;

/** What one thing that is tracked would do: FAULT, or so much less of a priority. */
interface Way {
  lever?: Lever;
  /** Undefined for FAULT. */
  loss?: number;
  title: string;
  seconds: number;
}

/** Of a host without a configuration. */
export const noWays: Ways<never> = { levers: [], deaf: [], byFault: false, seconds: 0, isJudged: false };

/** `…, so it would keep VIP 192.0.2.10`. */
export function keepsVips(deaf: Ways<Pick<Vip, 'address'> & Partial<Pick<Vip, 'name'>>>['deaf']): string {
  const named = deaf.map(({ vip: { name, address } }) =>
    name === undefined ? address : `${name} (${address})`,
  );
  return `${[...new Set(deaf.map(({ why }) => why))].join('; ')}, so it would keep VIP ${named.join(' and ')}`;
}

const marked = 'drained by haprov';
/** Beyond it keepalived knows only FAULT. */
const mostLoss = 253;

/**
 * How the host's keepalived can be had to give these VIPs away: by a script that looks at `flag`, else by a script or a
 * tracked file of the user's own. A VIP that cannot be found, or a configuration that cannot be read to its end, is not judged.
 * @param host whose keepalived it is
 */
export function waysOf<T extends Movable>(
  vips: readonly T[],
  watched: Watched,
  { flag, host }: { flag: string; host: string },
): Ways<T> {
  if (!watched.isWhole) return noWays;
  const ways: Ways<T> = { ...noWays, levers: [], deaf: [] };
  const { configuration } = watched;
  for (const vip of vips) {
    const instances = configuration.instances.filter((one) => hasAddress(one, vip.address));
    if (instances.length === 0) continue;
    ways.isJudged = true;
    const each = instances.map((one) => wayOf(one, watched, flag, priorityOfOthers(vip, host)));
    const found = each.find((one) => typeof one !== 'string');
    if (found === undefined) {
      ways.deaf.push({ vip, why: each.map(String).join('; ') });
      continue;
    }
    const { lever } = found as Way;
    if (lever && !ways.levers.some(({ path }) => path === lever.path)) ways.levers.push(lever);
    ways.byFault ||= (found as Way).loss === undefined;
    ways.seconds = Math.max(ways.seconds, (found as Way).seconds);
  }
  return ways;
}

const hasAddress = ({ addresses, excludedAddresses }: VrrpInstance, address: string) =>
  [...addresses, ...excludedAddresses].some(({ name }) => canonical(name) === canonical(address));

const priorityOfOthers = ({ members }: Movable, host: string) =>
  Math.max(0, ...members.filter((one) => one.host.name !== host).map(({ priority = 0 }) => priority));

/** The first way that does it, haprov's flag before what is the user's own; otherwise why none does. */
function wayOf(instance: VrrpInstance, watched: Watched, flag: string, others: number): Way | string {
  const { configuration } = watched;
  const groups = configuration.syncGroups.filter(({ members }) => members.includes(instance.name));
  const all = waysIn(instance, groups, watched, flag);
  const refusals = all.map((way) => whyNot(way, instance, groups, others));
  const index = refusals.indexOf(undefined);
  if (index >= 0) return all[index] as Way;
  const [why] = refusals;
  return why ?? `its keepalived.conf has nothing that looks at ${flag}, nor at a file of its own`;
}

function waysIn(
  instance: VrrpInstance,
  groups: readonly SyncGroup[],
  { configuration, scripts }: Watched,
  flag: string,
): Way[] {
  const each = [instance, ...groups];
  const ofScripts = each
    .flatMap(({ trackScripts }) => trackScripts)
    .flatMap((tracked) => scriptWay(tracked, configuration, scripts, flag));
  const ofFiles = each
    .flatMap(({ trackFiles }) => trackFiles)
    .flatMap((tracked) => fileWay(tracked, configuration, instance.nopreempt));
  const all = [
    ...ofScripts.filter(({ lever }) => !lever),
    ...ofScripts.filter(({ lever }) => lever),
    ...ofFiles,
  ];
  // What is haprov's own says more than that: it is no lever for anything else.
  return all.filter(({ lever }) => !lever?.path.startsWith('/var/lib/haprov/') || lever.path === flag);
}

function scriptWay(
  tracked: Tracked,
  { scripts }: Configuration,
  texts: ReadonlyMap<string, string>,
  flag: string,
): Way[] {
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
  return path === undefined ? [] : [{ ...common, lever: { path, content: marked } }];
}

/** By itself, or by a script on the host that it runs. */
const looksAt = ({ script }: VrrpScript, flag: string, texts: ReadonlyMap<string, string>) =>
  script !== undefined &&
  [script.command, ...script.command.split(/\s+/).map((word) => texts.get(word) ?? '')].some((text) =>
    text.includes(flag),
  );

/** What is in a tracked file is multiplied by its weight; without one whatever is not 0 is a FAULT, and so is -254. */
function fileWay(tracked: Tracked, { trackFiles }: Configuration, mustFault: boolean): Way[] {
  const own = trackFiles.find(({ name }) => name === tracked.name);
  if (own?.file === undefined || !/^\/[\w./-]+$/.test(own.file)) return [];
  const weight = (tracked.weight ?? own.weight) * ((tracked.reverse ?? own.reverse) ? -1 : 1);
  const by = (value: number): Way => {
    const loss = -value * weight;
    return {
      lever: { path: own.file ?? '', content: String(value) },
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

/** Nothing where the VIP goes. */
function whyNot(
  { loss, title }: Way,
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
