import {
  all,
  type Entry,
  entries,
  entriesOf,
  flag,
  has,
  last,
  names,
  number,
  type Setting,
  toNumber,
  word,
} from './settings';
import type { Place } from './syntax';

/** What an instance or a group watches, by its name. */
export interface Tracked {
  name: string;
  /** Undefined where that of what is watched counts. */
  weight?: number;
  /** Whether the weight counts the other way round; undefined where what is watched says it. */
  reverse?: boolean;
  at: Place;
}

/** A program that keepalived starts, as whom. */
export interface Script {
  /** The program and its arguments in one. */
  command: string;
  user?: string;
  group?: string;
  at: Place;
}

export interface Notify extends Script {
  /** The keyword: `notify_master`, or `notify` for each state. */
  event: string;
}

interface Tracking {
  trackScripts: Tracked[];
  trackInterfaces: Tracked[];
  trackProcesses: Tracked[];
  trackFiles: Tracked[];
  notify: Notify[];
}

/** A vrrp_instance. Numbers that are said but are none are undefined. */
export interface VrrpInstance extends Tracking {
  name: string;
  at: Place;
  state: string;
  interface?: string;
  virtualRouterId?: number;
  priority?: number;
  /** In seconds. */
  advertInterval?: number;
  /** Of VRRP; where it is not said, that of the global_defs counts. */
  version?: number;
  nopreempt: boolean;
  /** In seconds. */
  preemptDelay: number;
  /** Holds a secret. */
  authentication?: { type?: string; password?: string };
  unicastSource?: string;
  unicastPeers: Entry[];
  addresses: Entry[];
  excludedAddresses: Entry[];
  routes: Entry[];
  rules: Entry[];
  vmac?: { interface?: string; isBaseUsed: boolean };
  /** The numbers of `garp_master_delay` and its like, by keyword. */
  garp: Record<string, number>;
  /** All that it says, what is above among it. */
  settings: Setting[];
}

export interface SyncGroup extends Tracking {
  name: string;
  at: Place;
  members: string[];
  /** Whether scripts with weights count in it. */
  tracksWeights: boolean;
  settings: Setting[];
}

export interface VrrpScript {
  name: string;
  at: Place;
  script?: Script;
  /** In seconds. */
  interval: number;
  /** In seconds; the interval where it is not said. */
  timeout: number;
  weight: number;
  reverse: boolean;
  rise: number;
  fall: number;
  settings: Setting[];
}

export interface TrackProcess {
  name: string;
  at: Place;
  /** The program, and the arguments that it must have. */
  process: string[];
  weight: number;
  reverse: boolean;
  quorum: number;
  settings: Setting[];
}

export interface TrackFile {
  name: string;
  at: Place;
  file?: string;
  weight: number;
  reverse: boolean;
  settings: Setting[];
}

const named = (setting: Setting) => ({
  name: setting.words[0] ?? '',
  at: setting.at,
  settings: setting.block ?? [],
});

const given = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;

const numberOr = (settings: readonly Setting[], keyword: string, otherwise: number) =>
  has(settings, keyword) ? number(settings, keyword) : otherwise;

export function toInstance(setting: Setting): VrrpInstance {
  const settings = setting.block ?? [];
  const vmac = last(settings, 'use_vmac');
  const secrets = entries(settings, 'authentication');
  return {
    ...named(setting),
    ...trackingOf(settings),
    state: word(settings, 'state') ?? 'BACKUP',
    nopreempt: settings.findLast(({ keyword }) => /^(?:no)?preempt$/.test(keyword))?.keyword === 'nopreempt',
    preemptDelay: number(settings, 'preempt_delay') ?? 0,
    unicastPeers: entriesOf(settings, 'unicast_peer'),
    addresses: entriesOf(settings, 'virtual_ipaddress'),
    excludedAddresses: entriesOf(settings, 'virtual_ipaddress_excluded'),
    routes: entriesOf(settings, 'virtual_routes'),
    rules: entriesOf(settings, 'virtual_rules'),
    garp: garpOf(settings),
    ...given('interface', word(settings, 'interface')),
    ...given('virtualRouterId', number(settings, 'virtual_router_id')),
    ...given('priority', numberOr(settings, 'priority', 100)),
    ...given('advertInterval', numberOr(settings, 'advert_int', 1)),
    ...given('version', number(settings, 'version')),
    ...given('unicastSource', word(settings, 'unicast_src_ip')),
    ...(has(settings, 'authentication')
      ? {
          authentication: {
            ...given('type', word(secrets, 'auth_type')),
            ...given('password', word(secrets, 'auth_pass')),
          },
        }
      : {}),
    ...(vmac
      ? {
          vmac: {
            ...given('interface', vmac.words.filter((one) => !one.includes(':') && one !== 'name')[0]),
            isBaseUsed: has(settings, 'vmac_xmit_base'),
          },
        }
      : {}),
  };
}

function garpOf(settings: readonly Setting[]): Record<string, number> {
  const found = settings.flatMap(({ keyword, words }) => {
    const value = toNumber(words[0]);
    return /^(?:garp|gna)_/.test(keyword) && value !== undefined ? [[keyword, value] as const] : [];
  });
  return Object.fromEntries(found);
}

export const toSyncGroup = (setting: Setting): SyncGroup => ({
  ...named(setting),
  ...trackingOf(setting.block ?? []),
  members: names(setting.block ?? [], 'group'),
  tracksWeights: ['sync_group_tracking_weight', 'global_tracking'].some((keyword) =>
    flag(setting.block ?? [], keyword),
  ),
});

export function toScript(setting: Setting): VrrpScript {
  const settings = setting.block ?? [];
  const own = last(settings, 'script');
  const user = last(settings, 'user');
  const interval = number(settings, 'interval') ?? 1;
  return {
    ...named(setting),
    ...weightOf(settings, 0),
    ...(own ? { script: scriptOf(own, user?.words ?? []) } : {}),
    interval,
    timeout: number(settings, 'timeout') ?? interval,
    rise: number(settings, 'rise') ?? 1,
    fall: number(settings, 'fall') ?? 1,
  };
}

export const toTrackProcess = (setting: Setting): TrackProcess => ({
  ...named(setting),
  ...weightOf(setting.block ?? [], 0),
  process: last(setting.block ?? [], 'process')?.words ?? [],
  quorum: number(setting.block ?? [], 'quorum') ?? 1,
});

export const toTrackFile = (setting: Setting): TrackFile => ({
  ...named(setting),
  ...weightOf(setting.block ?? [], 1),
  ...given('file', word(setting.block ?? [], 'file')),
});

const weightOf = (settings: readonly Setting[], otherwise: number) => ({
  weight: number(settings, 'weight') ?? otherwise,
  reverse: word(settings, 'weight', 1) === 'reverse',
});

/** @param owner the user and group where they stand in a line of their own */
export function scriptOf({ words, at }: Setting, owner: string[] = words.slice(1)): Script {
  return { command: words[0] ?? '', ...given('user', owner[0]), ...given('group', owner[1]), at };
}

const trackingOf = (settings: readonly Setting[]): Tracking => ({
  trackScripts: trackedIn(settings, 'track_script'),
  trackInterfaces: trackedIn(settings, 'track_interface'),
  trackProcesses: trackedIn(settings, 'track_process'),
  trackFiles: trackedIn(settings, 'track_file'),
  notify: settings
    .filter(({ keyword }) => keyword === 'notify' || /^notify_(?!priority_changes$)/.test(keyword))
    .map((one) => ({ event: one.keyword, ...scriptOf(one) })),
});

const trackedIn = (settings: readonly Setting[], keyword: string): Tracked[] =>
  all(settings, keyword)
    .flatMap(({ block = [] }) => block)
    .map(({ keyword: name, words, at }) => {
      const weight = words[0] === 'weight' ? toNumber(words[1]) : undefined;
      const way = words[0] === 'weight' && /^(?:no)?reverse$/.test(words[2] ?? '') ? words[2] : undefined;
      return {
        name,
        ...given('weight', weight),
        ...(way === undefined ? {} : { reverse: way === 'reverse' }),
        at,
      };
    });
