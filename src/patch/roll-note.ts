import type { Question } from '../host/probe';
import { call, compose } from '../shell/library';

/** What a host of a roll has behind it. */
export interface Stand {
  /**
   * `due`: its turn has not come. `taken`: it is drained, or being drained, and may have been worked on. `booting`: it was told to
   * boot, and ran since `mark` then. `done`: its turn is over.
   */
  state: 'due' | 'taken' | 'booting' | 'done';
  /** Whether it was drained before the roll, and stays so. */
  staysDrained: boolean;
  /** Which boot it ran since; empty unless it is `booting`. */
  mark: string;
}

/** A roll that was begun and not brought to its end, as every host of it knows it. */
export interface RollNote {
  roll: string;
  /** How often it was written: where hosts differ, the highest is right. */
  serial: number;
  begun: Date;
  /** `reboot` or `patch`, with the options that say what is done to each host. */
  command: string;
  /** `user@laptop`. */
  owner: string;
  /** In the order of their turns. */
  hosts: ReadonlyMap<string, Stand>;
}

/** Asks a host which boot it runs since, and for the roll's note. */
export const rollQuestion: Question = { id: 'roll', script: call('probe_roll') };

/** What a host has answered to {@link rollQuestion}. */
export interface RollAnswer {
  mark: string;
  /** Absent where no roll is unfinished, or a newer haprov wrote it. */
  note?: RollNote;
}

const states = ['due', 'taken', 'booting', 'done'] as const satisfies readonly Stand['state'][];
/** The first word of a note. */
const format = '2';

/** Reads what `probe_roll` printed. */
export function readRoll(output: string): RollAnswer {
  const [first = '', head = '', ...rows] = output.split('\n').filter(Boolean);
  const mark = first.replace(/^boot /, '');
  const [version, roll = '', serial, begun, owner = '', ...command] = head.split(' ');
  if (version !== format) return { mark };
  const hosts = rows.flatMap((row): [string, Stand][] => {
    const [name = '', word, drained, boot = ''] = row.split(' ');
    const state = states.find((one) => one === word);
    return state ? [[name, { state, staysDrained: drained === 'drained', mark: boot }]] : [];
  });
  const note = {
    roll,
    serial: Number(serial),
    begun: new Date(Number(begun) * 1000),
    command: command.join(' '),
    owner,
    hosts: new Map(hosts),
  };
  return { mark, note };
}

/** Writes the note on the host that it is run at. */
export const noteScript = ({ roll, serial, begun, command, owner, hosts }: RollNote): string =>
  compose(
    'umask 077',
    call(
      'note_roll',
      [format, roll, serial, Math.floor(begun.getTime() / 1000), owner.replace(/\s/g, '_'), command].join(
        ' ',
      ),
      ...[...hosts].map(([name, { state, staysDrained, mark }]) =>
        [name, state, staysDrained ? 'drained' : '-', mark].join(' ').trim(),
      ),
    ),
  );

/** A roll at work, that others are to keep away from. */
export interface Held {
  run: string;
  leaseSeconds: number;
  begun: Date;
  owner: string;
}

/** Keeps others from the host until the lease is over; ends with {@link heldByOthers}, and prints who it is, where others are at work. */
export const holdScript = (how: 'begin' | 'renew', { run, leaseSeconds, begun, owner }: Held): string =>
  compose(
    'umask 077',
    call(
      'hold_for_roll',
      how,
      run,
      leaseSeconds,
      Math.floor(begun.getTime() / 1000),
      owner.replace(/\s/g, '_'),
    ),
  );

/** An exit code. */
export const heldByOthers = 75;

/** Undoes {@link holdScript}. */
export const letGoScript = (run: string): string => compose(call('let_go_of_roll', run));

/** Takes the roll's note away, where the host has it. */
export const forgetScript = (roll: string): string => compose(call('forget_roll', roll));

/** The note that is right, of those that hosts have: of the roll that was begun last, the one that was written last. */
export const newestNote = (notes: readonly RollNote[]): RollNote | undefined =>
  [...notes].sort((a, b) => b.begun.getTime() - a.begun.getTime() || b.serial - a.serial)[0];
