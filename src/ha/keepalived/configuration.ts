import { readEffective, type Source, type Unknown } from './effective';
import { toVirtualServer, toVirtualServerGroup, type VirtualServer, type VirtualServerGroup } from './lvs';
import { type Entry, entriesOf, flag, last, number, type Setting, settingsOf, word } from './settings';
import type { Problem } from './syntax';
import {
  type Script,
  type SyncGroup,
  scriptOf,
  type TrackFile,
  type TrackProcess,
  toInstance,
  toScript,
  toSyncGroup,
  toTrackFile,
  toTrackProcess,
  type VrrpInstance,
  type VrrpScript,
} from './vrrp';

interface Globals {
  routerId?: string;
  /** As whom scripts run that do not say it; its own line's user and group. */
  scriptUser?: Pick<Script, 'user' | 'group' | 'at'>;
  enablesScriptSecurity: boolean;
  /** Of VRRP, of instances that do not say one. */
  vrrpVersion: number;
  isStrict: boolean;
  lvsId?: string;
  /** It stands outside of global_defs. */
  netNamespace?: string;
  /** All that the blocks say. */
  settings: Setting[];
}

/** What a keepalived with these files does, as far as it can be told from them. */
export interface Configuration {
  globals: Globals;
  instances: VrrpInstance[];
  syncGroups: SyncGroup[];
  scripts: VrrpScript[];
  trackProcesses: TrackProcess[];
  trackFiles: TrackFile[];
  virtualServers: VirtualServer[];
  virtualServerGroups: VirtualServerGroup[];
  /** The lines of `static_ipaddress` and its like, by keyword. */
  statics: Record<string, Entry[]>;
  /** What else stands outside of blocks, words that keepalived does not know among it. */
  others: Setting[];
  /** All of it, as it is nested. */
  settings: Setting[];
  problems: Problem[];
  /** What nobody can tell from the files; nothing else is guessed in its place. */
  unknowns: Unknown[];
}

const known =
  /^(?:global_defs|net_namespace|vrrp_(?:instance|sync_group|script|track_process|track_file)|track_file|virtual_server(?:_group)?|static_\w+)$/;

/** Reads what keepalived reads; never throws. */
export function readConfiguration(source: Source): Configuration {
  const { nodes, problems, unknowns, dialect } = readEffective(source);
  const settings = settingsOf(nodes, dialect);
  const each = <T>(keyword: RegExp, read: (setting: Setting) => T): T[] =>
    settings.filter((one) => keyword.test(one.keyword)).map(read);
  const statics = new Set(each(/^static_\w+$/, ({ keyword }) => keyword));
  return {
    globals: globalsOf(settings),
    instances: each(/^vrrp_instance$/, toInstance),
    syncGroups: each(/^vrrp_sync_group$/, toSyncGroup),
    scripts: each(/^vrrp_script$/, toScript),
    trackProcesses: each(/^vrrp_track_process$/, toTrackProcess),
    trackFiles: each(/^(?:vrrp_)?track_file$/, toTrackFile),
    virtualServers: each(/^virtual_server$/, toVirtualServer),
    virtualServerGroups: each(/^virtual_server_group$/, toVirtualServerGroup),
    statics: Object.fromEntries([...statics].map((keyword) => [keyword, entriesOf(settings, keyword)])),
    others: settings.filter(({ keyword }) => !known.test(keyword)),
    settings,
    problems,
    unknowns,
  };
}

function globalsOf(top: readonly Setting[]): Globals {
  const settings = top.filter(({ keyword }) => keyword === 'global_defs').flatMap(({ block = [] }) => block);
  const user = last(settings, 'script_user');
  const said = {
    routerId: word(settings, 'router_id'),
    lvsId: word(settings, 'lvs_id'),
    netNamespace: word(top, 'net_namespace'),
  };
  const { command: _, ...owner } = user ? scriptOf(user, user.words) : { command: '' };
  return {
    ...(Object.fromEntries(
      Object.entries(said).filter(([, value]) => value !== undefined),
    ) as Partial<Globals>),
    ...('at' in owner ? { scriptUser: owner } : {}),
    enablesScriptSecurity: flag(settings, 'enable_script_security') ?? false,
    vrrpVersion: number(settings, 'vrrp_version') ?? 2,
    isStrict: flag(settings, 'vrrp_strict') ?? false,
    settings,
  };
}
