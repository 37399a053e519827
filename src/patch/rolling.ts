import type { EventBody } from '../events/events';
import type { RollNote, Stand } from '../host/roll-note';
import { bootType } from '../host/transaction';
import type { Service } from '../inventory/inventory';
import type { Maintenance } from '../maintenance/maintenance';
import type { PairState } from '../pair/health';
import type { Pair } from '../pair/pair';
import type { HostRun } from '../rollout/host-run';
import type { Hosts } from '../rollout/host-verbs';
import type { BootVerbs } from './come-back';
import type { Work } from './roll-options';
import type { Starts } from './starts';

/** One host of a roll. */
export interface RollHost {
  name: string;
  /** Its transaction: it has the host's lock, and makes the changes there before it boots. Absent where they are made. */
  run?: HostRun;
  /** What that makes, in words; empty where it makes nothing. */
  makes: string;
  maintenance: Maintenance;
  boots: BootVerbs;
  /** Asked when the run's changes are made: restarts what runs of old files, and says why the host must boot. */
  settle?(): Promise<string[]>;
  /** Asked when it has booted: why it must boot still, a sentence each. */
  owed?(): Promise<string[]>;
}

/** Hosts are booted, or patched, one after the other. */
export interface Roll {
  command: string;
  /** The name of its runs. */
  run: string;
  /** What each host has behind it. */
  note: RollNote;
  /** In the order of their turns, without those that are done. */
  hosts: readonly RollHost[];
  /** The hosts that are reached, whether it is their turn or not. */
  connected: Hosts;
  /** Judged by what was so before the roll. */
  pair: Pair;
  services: readonly Service[];
  /** How the pair was before the roll. */
  before: PairState;
  boot: 'always' | 'needed' | 'never';
  /** Milliseconds to wait for sessions, for a host that boots, and while all must be well before the next host. */
  waits: { sessionsMs: number; bootMs: number; soakMs: number; gateMs: number };
  /** Sessions that outlast their time are cut. */
  cuts: boolean;
  /** Also where nobody else would serve. */
  force: boolean;
  leaseSeconds: number;
  /** Has a host keep how it was before the roll. @throws HostError where it cannot */
  keepBefore(host: string): Promise<void>;
  /** What is wrong on a host that was not before the roll, a sentence each. */
  newFaults(host: string, hasBooted: boolean): Promise<string[]>;
  /** When the units of a host that it is to have were started. */
  starts(host: string): Promise<Starts>;
  /** Keeps others from all hosts that answer, until the lease is over. @throws HostError (exit 3) where others are at work */
  hold(how: 'begin' | 'renew'): Promise<void>;
  /** Lets others work on the hosts again. */
  letGo(): Promise<void>;
  /** Writes the note on all hosts that answer. @throws HaprovError where none took it */
  write(note: RollNote): Promise<void>;
  /** Notes on all hosts that answer that the roll is over. */
  end(note: RollNote): Promise<void>;
  emit(event: EventBody): void;
  stopping: AbortSignal;
  /** As {@link Maintenance.begin}. */
  begin(stopping: string): void;
}

/** What a host has behind it. */
export const standOf = ({ note }: Pick<Roll, 'note'>, host: string): Stand =>
  note.hosts.get(host) ?? { state: 'due', staysDrained: false, mark: '' };

/** Whether somebody else has drained a host, so that it stays so. */
export const staysDrained = (roll: Pick<Roll, 'note'>, { name }: Pick<RollHost, 'name'>): boolean =>
  standOf(roll, name).staysDrained;

/** What of a host's work is done in its turn. @param toRun its transaction */
export const partsOf = (
  { steps = [], settle, owed }: Partial<Work>,
  toRun: (steps: Work['steps']) => HostRun,
): Pick<RollHost, 'run' | 'makes' | 'settle' | 'owed'> => ({
  makes: steps.flatMap(({ type, title }) => (type === bootType ? [] : [title])).join(', '),
  ...(steps.length > 0 ? { run: toRun(steps) } : {}),
  ...(settle ? { settle } : {}),
  ...(owed ? { owed } : {}),
});

/** Whether there is something to do on a host; one that was drained by a roll that is begun anew gets its place back at least. */
export const hasTurn = ({ state }: Stand, work: Work | undefined): boolean =>
  work !== undefined || state !== 'due';

/** Tells what a host has behind it, on all hosts. */
export async function noteStand(roll: Roll, host: string, stand: Partial<Stand>): Promise<void> {
  const { note } = roll;
  const was = standOf(roll, host);
  roll.note = {
    ...note,
    serial: note.serial + 1,
    hosts: new Map([...note.hosts, [host, { ...was, mark: '', ...stand }]]),
  };
  await roll.write(roll.note);
}

/** Those who are looked at while nobody waits for the host itself. */
export const othersOf = ({ connected }: Pick<Roll, 'connected'>, host: string): Set<string> =>
  new Set([...connected.keys()].filter((one) => one !== host));
