import type { HaprovError } from '../errors';
import type { HostFacts } from '../host/facts';
import type { RecordedRun } from '../host/history';
import type { Host, Inventory, Vip } from '../inventory/inventory';
import type { ServerState } from '../pair/haproxy-statistics';
import type { Readiness } from '../pair/health';
import type { PlannedHost } from '../plan/plan';
import type { PairRole } from '../resources/resource';
import type { HostDiagnostics } from './diagnostics';
import { keepalivedOf } from './keepalived-log';
import type { StatusFinding } from './status';

/** One host as it was seen, or why it was not. */
export interface HostSnapshot {
  host: Host;
  readiness: Readiness;
  /** What resources the inventory wants there. */
  wanted: ReadonlySet<PairRole['part']>;
  /** The resources that are put right where they are not as wanted, whatever somebody made of them: `file /etc/x`. */
  mended?: ReadonlySet<string>;
  /** What would change if the inventory were applied now. */
  plan: PlannedHost;
  /** It was taken out for good, and is in the inventory still. */
  isRetired?: boolean;
  facts?: HostFacts;
  diagnostics?: HostDiagnostics;
  failure?: HaprovError;
  /** The newest of its runs. */
  lastRun?: RecordedRun;
}

/** Whether a service answers at a VIP, asked from the laptop. */
export interface LaptopAnswer {
  address: string;
  port: number;
  /** Absent where it was served. */
  failure?: string;
  /** What an HTTP server answered. */
  status?: number;
}

/** Everything at one moment: what findings are made of. */
export interface Snapshot {
  inventory: Inventory;
  hosts: HostSnapshot[];
  laptop: LaptopAnswer[];
  now: Date;
}

/** A finding before it is sorted, with what is needed for that. */
export interface Found extends Omit<StatusFinding, 'on'> {
  /** A few words for a table: `is not running`. */
  brief: string;
  /** Every host that it is about; `host` is the first. */
  hosts: string[];
  /** The same sentences of several hosts (`fred and ethyl`), where it may be the same on more than one. */
  sentences?: (where: string, names: string) => { message: string; next: string };
}

/** Sentences about a host, or about several: `HAProxy on ${where} does not run`; `names` as commands take them: `fred,ethyl`. */
export type Sentence = (where: string, names: string) => string;

/** Something broken on one host; `level` where it is less than that, `hosts` where it is about others too. */
export function foundOn(
  host: string,
  {
    message,
    next,
    ...finding
  }: Omit<Found, 'level' | 'host' | 'hosts' | 'message' | 'next' | 'sentences'> &
    Partial<Pick<Found, 'level' | 'hosts'>> & { message: Sentence; next: Sentence },
): Found {
  const sentences = (...on: Parameters<Sentence>) => ({ message: message(...on), next: next(...on) });
  return { level: 'broken', host, hosts: [host], ...finding, ...sentences(host, host), sentences };
}

/** What is found in a snapshot, given what was found before: a rule leaves out what those explain. */
export type FindingRule = (snapshot: Snapshot, before: readonly Found[]) => Found[];

/** The host's name, address and what it said, where it could be asked. */
export interface Reached extends HostSnapshot {
  facts: HostFacts;
  diagnostics: HostDiagnostics;
}

/** One server as one balancer's HAProxy sees it. */
export interface View {
  balancer: Reached;
  state: ServerState;
}

export const reached = ({ hosts }: Pick<Snapshot, 'hosts'>): Reached[] =>
  hosts.filter((one): one is Reached => one.diagnostics !== undefined && one.facts !== undefined);

/** Whether one of the findings says that this host is broken in one of these components. */
export const blames = (
  findings: readonly Found[],
  host: string,
  ...components: readonly Found['component'][]
): boolean =>
  findings.some((one) => one.level === 'broken' && one.host === host && components.includes(one.component));

/** What keepalived of a host says of a VIP. */
export const vrrpOf = ({ diagnostics }: Reached, vip: Pick<Vip, 'name'>) =>
  keepalivedOf(diagnostics.keepalived, vip.name);

/** `a`, `a and b`, `a, b and c`. */
export const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
