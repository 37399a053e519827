import { type BootOwed, readBootOwed } from '../host/boot-owed';
import { canonical } from '../inventory/address';
import { type Observation, placeWord, readObservation, type StatisticsPlace } from '../pair/observe';
import { unitName } from '../resources/unit';
import { call } from '../shell/library';
import type { ScriptState } from './keepalived-scripts';

/** A unit as the init system has it. */
export interface UnitState {
  unit: string;
  active: string;
  sub: string;
  /** Why it ended: `exit-code`, `signal`, `oom-kill`, …; `success` while it runs. */
  result: string;
  load: string;
  /** The last lines of its log, where it does not run. */
  words: string[];
}

export interface ProcessState {
  /** The unit that it is of; absent for one that belongs to none. */
  unit?: string;
  pid: number;
  /** The kernel's letter: R, S, D, T (stopped), Z. */
  state: string;
  /** Seconds since it began. */
  age: number;
  name: string;
}

/** A firewall rule that drops or refuses, as the tool prints it, counters and all. */
export interface FirewallRule {
  tool: string;
  rule: string;
}

/** A file system, by the first path that was found on it. */
export interface FileSystem {
  path: string;
  totalKb: number;
  freeKb: number;
  inodes: number;
  freeInodes: number;
  readOnly: boolean;
}

/** What one host said to {@link diagnosticsScript}. */
export interface HostDiagnostics extends Observation {
  details: UnitState[];
  processes: ProcessState[];
  /** Of keepalived's log since the boot, what tells its states, oldest first. */
  keepalived: string[];
  /** The scripts of its configuration, asked where one is left out, or failed last. */
  scripts?: ScriptState[];
  /** Files that HAProxy reads, and how many seconds ago they were put there. */
  changed: { path: string; age: number }[];
  /**
   * Of files that are newer than HAProxy's processes: whether they say what its newest one has read; absent where that is not known.
   * unwritten: nobody has written to them since, though somebody has linked, moved or owned them anew.
   */
  loaded?: 'same' | 'other' | 'unwritten';
  /** The socket by which its HAProxy is told of servers, where that runs and the file is gone. */
  lostSocket?: string;
  /** What its HAProxy was started with, where haprov's file is not among it, and the files of its unit that name it. */
  foreign?: { files: string[]; namedIn: string[] };
  /** What `haproxy -c` says of them, and of the files that they name. */
  onDisk?: { valid: boolean; why: string };
  /** What `keepalived -t` complains of in its configuration, and the scripts that this names and that are not there. */
  keepalivedOnDisk: { isRefused: boolean; says: string[]; lacks: { isCheck: boolean; path: string }[] };
  rules: FirewallRule[];
  /** Whether a rule of its firewall lets VRRP in by name. */
  acceptsVrrp: boolean;
  room: FileSystem[];
  selinux?: 'enforcing' | 'permissive';
  /** What SELinux has denied within the last hour, a sentence each. */
  denials: string[];
  /** VIPs that it does not hold: whether a connection to that port was taken within a second. */
  answers: { address: string; port: number; answers: boolean }[];
  /** Whose MAC address it has for a VIP, or for a host of the inventory. */
  neighbours: { address: string; mac: string }[];
  macs: string[];
  bootOwed?: BootOwed;
}

/** What to look at on a host. */
export interface DiagnosticsRequest {
  /** Where HAProxy is asked how its servers are. */
  asked: StatisticsPlace;
  units: readonly string[];
  /** Where there must be room. */
  paths: readonly string[];
  /** A port of each VIP that something is to answer on. */
  vips: readonly { address: string; port: number }[];
  /** Addresses of the inventory's hosts. */
  hosts: readonly string[];
}

/** A read-only script for a host's probe. */
export function diagnosticsScript({ asked, units, paths, vips, hosts }: DiagnosticsRequest): string {
  const lists = [units, paths, vips.map(({ address, port }) => `${address}=${port}`), hosts];
  const [ofUnits = '', ofPaths = '', ofVips = '', ofHosts = ''] = lists.map((list) =>
    list.filter((word) => !/\s/.test(word)).join(' '),
  );
  return call('look_closely', placeWord(asked), ofUnits, ofPaths, ofVips, ofHosts);
}

/** Reads what {@link diagnosticsScript} printed; rows that it does not know are left out. */
export function readDiagnostics(output: string): HostDiagnostics {
  const diagnostics: HostDiagnostics = {
    ...readObservation(output),
    details: [],
    processes: [],
    keepalived: [],
    changed: [],
    keepalivedOnDisk: { isRefused: false, says: [], lacks: [] },
    rules: [],
    denials: [],
    acceptsVrrp: false,
    room: [],
    answers: [],
    neighbours: [],
    macs: [],
  };
  const units = new Map<string, string>();
  const room = new Map<string, FileSystem>();
  const rooms: RoomRow[] = [];
  const readOnly: string[] = [];
  let clock = { now: 0, uptime: 0 };
  const rows = output.split('\n');
  const bootOwed = readBootOwed(rows);
  if (bootOwed) diagnostics.bootOwed = bootOwed;
  for (const row of rows) {
    const [kind, first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = row.split(' ');
    const after = (words: number) => row.split(' ').slice(words).join(' ');
    if (kind === 'clock') clock = { now: Number(first), uptime: Number(second) };
    else if (kind === 'unit') {
      const unit = unitName(first);
      delete diagnostics.units[first];
      diagnostics.units[unit] = second;
      units.set(third, unit);
      diagnostics.details.push({ unit, active: second, sub: fourth, result: fifth, load: sixth, words: [] });
    } else if (kind === 'words')
      diagnostics.details.find(({ unit }) => unit === unitName(first))?.words.push(after(2));
    else if (kind === 'process') {
      const unit = units.get(first);
      const age = clock.uptime - Number(fourth) / 100;
      diagnostics.processes.push({
        ...(first !== '0' && unit ? { unit } : {}),
        pid: Number(second),
        state: third,
        age,
        name: after(5),
      });
    } else if (kind === 'keepalived') diagnostics.keepalived.push(after(1));
    else if (kind === 'scripts') diagnostics.scripts = [];
    else if (kind === 'script')
      diagnostics.scripts = [
        ...(diagnostics.scripts ?? []),
        { keyword: first, name: second === '-' ? '' : second, command: after(3) },
      ];
    else if (kind === 'changed') diagnostics.changed.push({ path: after(2), age: clock.now - Number(first) });
    else if (kind === 'loaded' && (first === 'same' || first === 'other' || first === 'unwritten'))
      diagnostics.loaded = first;
    else if (kind === 'lost-socket') diagnostics.lostSocket = after(1);
    else if (kind === 'runs' || kind === 'named-in') {
      diagnostics.foreign ??= { files: [], namedIn: [] };
      diagnostics.foreign[kind === 'runs' ? 'files' : 'namedIn'].push(after(1));
    } else if (kind === 'configuration') diagnostics.onDisk = { valid: first === 'valid', why: after(2) };
    else if (kind === 'keepalived-file') {
      const { keepalivedOnDisk } = diagnostics;
      if (first === 'refused') keepalivedOnDisk.isRefused = true;
      else if (first === 'lacks')
        keepalivedOnDisk.lacks.push({ isCheck: second === 'check', path: after(3) });
      else keepalivedOnDisk.says.push(after(2));
    } else if (kind === 'vrrp') diagnostics.acceptsVrrp = true;
    else if (kind === 'rule') diagnostics.rules.push({ tool: first, rule: after(2) });
    else if (kind === 'room') rooms.push(readRoom(row));
    else if (kind === 'read-only') readOnly.push(after(1));
    else if (kind === 'selinux') diagnostics.selinux = first === '1' ? 'enforcing' : 'permissive';
    else if (kind === 'denied') diagnostics.denials.push(after(1));
    else if (kind === 'answers')
      diagnostics.answers.push({ address: canonical(first), port: Number(second), answers: third === 'yes' });
    else if (kind === 'neighbour') diagnostics.neighbours.push({ address: canonical(first), mac: second });
    else if (kind === 'mac') diagnostics.macs.push(first);
  }
  for (const { key, one } of rooms) if (!room.has(key)) room.set(key, one);
  diagnostics.room = [...room.values()];
  for (const mount of readOnly) {
    const found = diagnostics.room.find(({ path }) => path === mount || path.startsWith(`${mount}/`));
    const part = rooms.find(({ one }) => one.path === mount);
    if (found) found.readOnly = true;
    // Of one file system a part may be mounted so. Others than this, as /usr, may be meant to be.
    else if (part && isOver(mount, '/var/lib/haprov') && !room.get(part.key)?.readOnly)
      diagnostics.room.push({ ...part.one, readOnly: true });
  }
  return diagnostics;
}

/**
 * `room ID BLOCK_SIZE BLOCKS FREE INODES FREE_INODES PATH`. What has the same id and size is the same file system, though
 * something was written to it in between; old kernels give every tmpfs the id 0.
 */
function readRoom(row: string): RoomRow {
  const [, id = '', ...words] = row.split(' ');
  const [size = 0, blocks = 0, free = 0, inodes = 0, freeInodes = 0] = words.map(Number);
  const one = {
    path: words.slice(5).join(' '),
    totalKb: Math.floor((blocks * size) / 1024),
    freeKb: Math.floor((free * size) / 1024),
    inodes,
    freeInodes,
    readOnly: false,
  };
  return {
    one,
    key: [id, one.totalKb, inodes, ...(/^0+$/.test(id) ? [free, freeInodes] : [])].join(' '),
  };
}

const isOver = (mount: string, path: string) => `${path}/`.startsWith(`${mount}/`);

interface RoomRow {
  /** The same of all that are one file system. */
  key: string;
  one: FileSystem;
}
