import { type Entry, entriesOf, number, type Setting, toNumber, word } from './settings';
import type { Place } from './syntax';
import { type Script, scriptOf } from './vrrp';

/** Where IPVS takes connections. */
type ServerKey =
  | { kind: 'address'; address: string; port?: number }
  | { kind: 'fwmark'; mark: number | undefined }
  | { kind: 'group'; group: string };

/** How keepalived asks a real server: the keyword, `TCP_CHECK` or `HTTP_GET`, and what it says. */
export interface Check {
  kind: string;
  at: Place;
  /** That of the real server where it is not said. */
  port?: number;
  /** The command of a MISC_CHECK. */
  script?: Script;
  /** Of an HTTP_GET or SSL_GET. */
  paths: string[];
  settings: Setting[];
}

export interface RealServer {
  address: string;
  port?: number;
  weight: number;
  at: Place;
  checks: Check[];
  notifyUp?: Script;
  notifyDown?: Script;
  settings: Setting[];
}

export interface VirtualServer {
  key: ServerKey;
  at: Place;
  protocol: string;
  /** `rr`, `wlc`, …; what IPVS takes where it is not said. */
  scheduler?: string;
  /** `NAT`, `DR` or `TUN`. */
  forwarding?: string;
  realServers: RealServer[];
  sorryServer?: Entry;
  settings: Setting[];
}

export interface VirtualServerGroup {
  name: string;
  at: Place;
  /** Addresses and ranges with their ports, or `fwmark` with its number. */
  entries: Entry[];
}

export function toVirtualServer(setting: Setting): VirtualServer {
  const settings = setting.block ?? [];
  const scheduler = word(settings, 'lb_algo') ?? word(settings, 'lvs_sched');
  const forwarding = word(settings, 'lb_kind') ?? word(settings, 'lvs_method');
  const sorry = settings.findLast(({ keyword }) => keyword === 'sorry_server');
  return {
    key: keyOf(setting.words),
    at: setting.at,
    protocol: word(settings, 'protocol') ?? 'TCP',
    ...(scheduler === undefined ? {} : { scheduler }),
    ...(forwarding === undefined ? {} : { forwarding }),
    realServers: settings.filter(({ keyword }) => keyword === 'real_server').map(toRealServer),
    ...(sorry
      ? { sorryServer: { name: sorry.words[0] ?? '', options: sorry.words.slice(1), at: sorry.at } }
      : {}),
    settings,
  };
}

export const toVirtualServerGroup = (setting: Setting): VirtualServerGroup => ({
  name: setting.words[0] ?? '',
  at: setting.at,
  entries: entriesOf([setting], 'virtual_server_group'),
});

function keyOf([first = '', second]: readonly string[]): ServerKey {
  if (first === 'fwmark') return { kind: 'fwmark', mark: toNumber(second) };
  if (first === 'group') return { kind: 'group', group: second ?? '' };
  return { kind: 'address', address: first, ...portOf(second) };
}

function portOf(text: string | undefined): { port?: number } {
  const port = toNumber(text);
  return port === undefined ? {} : { port };
}

function toRealServer({ words, at, block: settings = [] }: Setting): RealServer {
  const up = settings.findLast(({ keyword }) => keyword === 'notify_up');
  const down = settings.findLast(({ keyword }) => keyword === 'notify_down');
  return {
    address: words[0] ?? '',
    ...portOf(words[1]),
    weight: number(settings, 'weight') ?? 1,
    at,
    checks: settings.filter(({ keyword }) => /^[A-Z]+_(?:CHECK|GET)$/.test(keyword)).map(toCheck),
    ...(up ? { notifyUp: scriptOf(up) } : {}),
    ...(down ? { notifyDown: scriptOf(down) } : {}),
    settings,
  };
}

function toCheck({ keyword, at, block: settings = [] }: Setting): Check {
  const script = settings.findLast((one) => one.keyword === 'misc_path');
  const user = settings.findLast((one) => one.keyword === 'user');
  const urls = settings.filter((one) => one.keyword === 'url').flatMap(({ block = [] }) => block);
  return {
    kind: keyword,
    at,
    ...portOf(word(settings, 'connect_port')),
    ...(script ? { script: scriptOf(script, user?.words ?? []) } : {}),
    paths: urls.filter((one) => one.keyword === 'path').map(({ words }) => words[0] ?? ''),
    settings,
  };
}
