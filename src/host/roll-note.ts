import { asWord } from '../shell/quote';

/** What a host of a roll has behind it. */
export interface Stand {
  /**
   * `due`: its turn has not come. `taken`: it is drained, or being drained, and may have been worked on. `booting`: it was told to
   * boot, and ran since `mark` then. `done`: its turn is over.
   */
  state: 'due' | 'taken' | 'booting' | 'done';
  /** Whether somebody has drained it, before the roll or while that was left: it stays so. */
  staysDrained: boolean;
  /** Which boot it ran since; empty unless it is `booting`. */
  mark: string;
}

/** A roll that was begun, as every host of the inventory knows it. */
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
  /** The host was told that it is over, and keeps that for one that was not: it may have been away. */
  isOver?: true;
}

const states = ['due', 'taken', 'booting', 'done'] as const satisfies readonly Stand['state'][];
/** The first word of a note. */
const format = '2';
/** What stands before it where the roll is over. */
const over = 'over ';

/** The rows of a note, as a host keeps them. */
export const rollRows = ({ roll, serial, begun, command, owner, hosts }: RollNote): string[] => [
  [format, roll, serial, Math.floor(begun.getTime() / 1000), asWord(owner), command].join(' '),
  ...[...hosts].map(([name, { state, staysDrained, mark }]) =>
    [name, state, staysDrained ? 'drained' : '-', mark].join(' ').trim(),
  ),
];

/** Undoes {@link rollRows}; undefined where there is no note, or a newer haprov wrote it. */
export function readRollNote([head = '', ...rows]: readonly string[]): RollNote | undefined {
  const isOver = head.startsWith(over);
  const words = isOver ? head.slice(over.length) : head;
  const [version, roll = '', serial, begun, owner = '', ...command] = words.split(' ');
  if (version !== format) return undefined;
  const hosts = rows.flatMap((row): [string, Stand][] => {
    const [name = '', word, drained, mark = ''] = row.split(' ');
    const state = states.find((one) => one === word);
    return state ? [[name, { state, staysDrained: drained === 'drained', mark }]] : [];
  });
  return {
    roll,
    serial: Number(serial),
    begun: new Date(Number(begun) * 1000),
    command: command.join(' '),
    owner,
    hosts: new Map(hosts),
    ...(isOver ? { isOver } : {}),
  };
}

/**
 * The note that is right, of those that hosts have: of the roll that was begun last, the one that was written last. A roll is over
 * where one host was told so, and where a later one over some of its hosts is.
 */
export function newestNote<Note extends RollNote>(notes: readonly Note[]): Note | undefined {
  const ended = notes.filter(({ isOver }) => isOver);
  const isEnded = ({ roll, begun, hosts }: Note) =>
    ended.some(
      (end) =>
        end.roll === roll || (end.begun > begun && [...hosts.keys()].some((name) => end.hosts.has(name))),
    );
  return notes
    .filter((note) => !isEnded(note))
    .sort((a, b) => b.begun.getTime() - a.begun.getTime() || b.serial - a.serial)[0];
}

/** The command that goes on with a roll: with those of its hosts that are not done; where all are, with all, to forget it. */
export function goesOnBy({ command, hosts }: Pick<RollNote, 'command' | 'hosts'>): string {
  const [verb = '', ...wish] = command.split(' ');
  const due = [...hosts].flatMap(([name, { state }]) => (state === 'done' ? [] : [name]));
  return ['haprov', verb, 'INVENTORY', (due.length > 0 ? due : [...hosts.keys()]).join(','), ...wish].join(
    ' ',
  );
}

const words: Record<Stand['state'], string> = {
  due: 'is not begun',
  taken: 'was taken out',
  booting: 'was told to boot',
  done: 'is done',
};

/** What each host has behind it: `ethyl is done, fred was told to boot`. */
export const standsOf = ({ hosts }: Pick<RollNote, 'hosts'>): string =>
  [...hosts].map(([name, { state }]) => `${name} ${words[state]}`).join(', ');

/** What gives a drained host its place back without the roll that has drained it, for the end of a sentence. */
export const placeBackBy = (host: string): string => `haprov undrain ${host} gives it its place back`;

/** Whether a roll has drained a host, which gets its place back when that goes on. */
export const isTaken = ({ state, staysDrained }: Stand): boolean =>
  !staysDrained && (state === 'taken' || state === 'booting');

/** The roll that was left and has drained the host, which gets its place back when that goes on; by the notes that hosts have. */
export function takenBy<Note extends RollNote>(notes: readonly Note[], host: string): Note | undefined {
  const note = newestNote(notes);
  const stand = note?.hosts.get(host);
  return stand && isTaken(stand) ? note : undefined;
}
