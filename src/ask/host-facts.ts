import { type BootOwed, readBootOwed } from '../host/boot-owed';
import type { HostFacts } from '../host/facts';
import { historyQuestion, readHistory } from '../host/history';
import type { Question } from '../host/probe';
import { type RunResult, resultOf } from '../host/run-report';
import type { Surveyed } from '../host/survey';
import { call } from '../shell/library';

/** A program of the pair. */
export interface ProgramFacts {
  /** As it says itself: "2.4.22-f8e3218". */
  version: string;
  /** What it was built with, in its own words. */
  can: string[];
}

/** What is known of a host from one exec. Times are ISO 8601. */
export interface KnownHost {
  host: string;
  /** What the inventory says. */
  address: string;
  groups: string[];
  hostname: string;
  os: { name: string; id: string; version: string; el: number };
  kernel: string;
  machine: string;
  cpus: number;
  memoryKb: number;
  /** When its first process began; empty where it does not say. */
  booted: string;
  /** Absent where it owes none. */
  bootOwed?: BootOwed;
  init: HostFacts['init'];
  packages: HostFacts['installer'];
  /** Absent where it is not installed. */
  haproxy?: ProgramFacts;
  keepalived?: ProgramFacts;
  interfaces: { name: string; addresses: string[] }[];
  /** The VIPs of the inventory that it holds now, by name. */
  vips: string[];
  selinux: 'enforcing' | 'permissive' | 'off';
  /** Those that are on; none where there is none that haprov knows. */
  firewalls: string[];
  /** `aheadMs`: of this machine's clock, at least; below 0: behind it. 0 where the difference may come of the asking. */
  clock: { at: string; aheadMs: number; synchronized?: boolean };
  /** Who logged in, and what made him root: "sudo", or "" where he is root. */
  login: { user: string; root: string };
  drained?: { since: string; by: string };
  /** The run that has its lock. */
  lock?: { run: string; owner: string; alive: boolean };
  /** The newest run that it has a record of. */
  lastRun?: { run: string; at: string; command: string; owner: string; result: RunResult };
}

const moreQuestion: Question = {
  id: 'more-facts',
  script: call('tell_more_facts'),
  asksFor: { packages: ['haproxy', 'keepalived'], bootPackages: true },
  mayFail: true,
};

/** What a host is asked beside what a survey asks by itself. */
export const factsQuestions: readonly Question[] = [moreQuestion, historyQuestion];

interface OfInventory {
  address: string;
  groups: readonly string[];
  vips: readonly { name: string; addresses: readonly { address: string }[] }[];
}

/** Milliseconds since the epoch, by this machine's clock. */
export interface Span {
  from: number;
  until: number;
}

/** @param asked between its beginning and its end the host has told what its clock says */
export function knownHost(surveyed: Surveyed, said: OfInventory, asked: Span): KnownHost {
  const { name, facts, answers, connection } = surveyed;
  const more = answers.of(moreQuestion.id).split('\n');
  const all = (key: string) =>
    more.filter((row) => row.startsWith(`${key}=`)).map((row) => row.slice(key.length + 1));
  const one = (key: string) => all(key)[0] ?? '';
  const [haproxy, keepalived] = [readHaproxy(all('haproxy')), readKeepalived(all('keepalived'))];
  const own = new Set(facts.addresses.map(({ address }) => address));
  const isHeld = (vip: OfInventory['vips'][number]) => vip.addresses.some(({ address }) => own.has(address));
  const synchronized = one('synchronized');
  const bootOwed = readBootOwed(more);
  const lastRun = lastOf(answers.of(historyQuestion.id));
  return {
    host: name,
    address: said.address,
    groups: [...said.groups],
    hostname: facts.hostname,
    os: { name: facts.os.name, id: facts.os.id, version: facts.os.version, el: facts.os.major },
    kernel: one('kernel'),
    machine: one('machine'),
    cpus: Number(one('cpus')),
    memoryKb: Number(one('memory')),
    booted: instant(new Date(Number(one('booted') || Number.NaN) * 1000)),
    ...(bootOwed ? { bootOwed } : {}),
    init: facts.init,
    packages: facts.installer,
    ...(haproxy ? { haproxy } : {}),
    ...(keepalived ? { keepalived } : {}),
    interfaces: interfacesOf(facts),
    vips: said.vips.filter(isHeld).map((vip) => vip.name),
    selinux: selinuxOf(one('selinux')),
    firewalls: all('firewall'),
    clock: {
      at: instant(facts.clock),
      aheadMs: aheadOf(asked, facts.clock.getTime()),
      ...(synchronized ? { synchronized: synchronized === 'yes' } : {}),
    },
    login: { user: connection.user, root: connection.user === 'root' ? '' : one('sudo') ? 'sudo' : 'other' },
    ...(facts.drained ? { drained: { since: instant(facts.drained.since), by: facts.drained.by } } : {}),
    ...(facts.lock
      ? { lock: { run: facts.lock.run, owner: facts.lock.owner, alive: facts.lock.alive } }
      : {}),
    ...(lastRun ? { lastRun } : {}),
  };
}

/** A host tells whole seconds; a slow answer is no wrong clock. */
function aheadOf({ from, until }: Span, clock: number): number {
  if (clock > until) return clock - until;
  return Math.min(0, clock + 999 - from);
}

const instant = (date: Date) => (Number.isNaN(date.getTime()) ? '' : date.toISOString());

const selinuxOf = (word: string): KnownHost['selinux'] =>
  word === 'Enforcing' ? 'enforcing' : word === 'Permissive' ? 'permissive' : 'off';

function interfacesOf({ addresses }: HostFacts): KnownHost['interfaces'] {
  const names = [...new Set(addresses.map((one) => one.interface))];
  return names.map((name) => ({
    name,
    addresses: addresses
      .filter((one) => one.interface === name)
      .map(({ address, prefix }) => `${address}/${prefix}`),
  }));
}

function lastOf(history: string): KnownHost['lastRun'] {
  const last = readHistory(history)[0];
  if (!last) return undefined;
  const { run, manifest } = last;
  return {
    run,
    at: manifest?.startedAt ?? '',
    command: manifest?.command ?? 'unknown',
    owner: manifest?.owner ?? 'unknown',
    result: resultOf(last),
  };
}

/** Reads `haproxy -vv`: from 1.5's "USE_X=1" on, and since 2.0 "+X". */
export function readHaproxy(rows: readonly string[]): ProgramFacts | undefined {
  const version = rows.map((row) => /^HA-?Proxy version (\S+)/.exec(row)?.[1]).find(Boolean);
  if (version === undefined) return undefined;
  const of = (head: RegExp) => rows.find((row) => head.test(row))?.replace(head, '') ?? '';
  const listed = of(/^\s*Feature list : */)
    .split(' ')
    .filter((word) => word.startsWith('+'))
    .map((word) => word.slice(1));
  const said = [...of(/^\s*OPTIONS = */).matchAll(/USE_(\w+)=(?!0|\s|$)/g)].map(([, name = '']) => name);
  return { version, can: [...new Set(listed.length > 0 ? listed : said)] };
}

/** Reads `keepalived -v`: before 2.0 "Build options", since then "Config options". */
export function readKeepalived(rows: readonly string[]): ProgramFacts | undefined {
  const version = rows.map((row) => /^Keepalived v(\S+)/.exec(row)?.[1]).find(Boolean);
  if (version === undefined) return undefined;
  const head = /^(?:Config|Build) options: */;
  const can = rows.find((row) => head.test(row))?.replace(head, '') ?? '';
  return { version, can: can.split(' ').filter(Boolean) };
}
