import { setTimeout as sleep } from 'node:timers/promises';
import { HaprovError } from '../errors';
import { type Connection, connect, loginReasons, type SshTarget } from '../host/connection';
import { messageWithoutHost } from '../host/script-result';
import { call, compose } from '../shell/library';
import { rowReader } from '../shell/rows';
import { type ClockDifference, clockDifference } from './clock-difference';
import { heardWhole } from './heard-whole';
import { InOrder, SoonInOrder } from './in-order';
import { isOfUnit, journalEntry, type LogEntry, type SyslogPlace, syslogEntry } from './log-entry';
import { mostPlaces, Repeats } from './repeats';

/** A host whose log is read, and the units that are meant there. */
export interface LoggedHost {
  target: SshTarget;
  connection: Connection;
  units: readonly string[];
}

export interface LogWish {
  /** The last of all hosts together; all where nothing is said. */
  lines?: number | undefined;
  /** Milliseconds since the epoch, by the right clock. */
  since?: number | undefined;
  /** Go on with what comes. */
  follows: boolean;
}

export interface LogListener {
  /** How many milliseconds each host's clock is ahead of the right one. */
  errorsOf(differences: ReadonlyMap<string, ClockDifference>): ReadonlyMap<string, number>;
  /** An entry, and when that was by the right clock. What it promises is waited for before hosts send more. */
  hear(entry: LogEntry, at: Date): Promise<void> | void;
  /** A host is gone, or back. */
  tell(host: string, level: 'info' | 'warning', text: string): void;
  /** Nobody listens any more. */
  stopping: AbortSignal;
}

/** So long an entry waits for earlier ones of other hosts. */
const holdMs = 500;
/** So long until a host that is gone is looked for again. */
const pauseMs = 2000;

/** Where the log of a host goes on. */
interface Place {
  cursor?: string;
  /** Where there is no cursor: seconds since the epoch, by the host's clock. */
  since: number;
  /** Without journald: the file, and how many of its bytes are known. */
  messages?: SyslogPlace & { inode: string; bytes: number };
}

/**
 * Reads what hosts have logged, merged by time with the differences of their clocks taken out, and goes on with what comes, where
 * that is wished, until `stopping` aborts: then a host that is lost is looked for again.
 * @returns the units that no host knows
 * @throws what `hear` throws
 */
export const readLogs = (
  hosts: readonly LoggedHost[],
  wish: LogWish,
  listener: LogListener,
): Promise<string[]> => heardWhole(listener, (all) => new Logs(hosts, wish, all).read());

class Logs {
  readonly #clocks = new Map<string, ClockDifference>();
  #errors: ReadonlyMap<string, number> = new Map();
  readonly #places = new Map<string, Place>();
  readonly #unknown = new Map<string, number>();
  #hearing: Promise<void> = Promise.resolve();

  constructor(
    private readonly hosts: readonly LoggedHost[],
    private readonly wish: LogWish,
    private readonly listener: LogListener,
  ) {}

  async read(): Promise<string[]> {
    const told = await Promise.all(
      this.hosts.map((host) => this.#orTell(host, this.#learnClock(host.connection))),
    );
    const hosts = this.hosts.filter((_, index) => told[index]);
    await this.#readPast(hosts);
    const unknown = [...this.#unknown].filter(([, times]) => times === hosts.length).map(([unit]) => unit);
    const isUnknown = ({ units }: LoggedHost) =>
      units.length > 0 && units.every((unit) => unknown.includes(unit));
    const isInVain = hosts.length > 0 && hosts.every(isUnknown);
    if (this.wish.follows && !isInVain) await this.#follow();
    await this.#hearing;
    return unknown;
  }

  #timeOf = ({ host, at }: LogEntry): number => at - (this.#errors.get(host) ?? 0);

  #hear(entry: LogEntry): void {
    const { stopping, hear } = this.listener;
    this.#hearing = this.#hearing.then(() =>
      stopping.aborted ? undefined : hear(entry, new Date(this.#timeOf(entry))),
    );
  }

  async #learnClock(connection: Connection): Promise<void> {
    const found = await clockDifference(connection, 30_000);
    if (found) this.#clocks.set(connection.host, found);
    this.#errors = this.listener.errorsOf(this.#clocks);
  }

  /** Whether it was done; a host that breaks off is told of, and stops no other. */
  async #orTell(host: LoggedHost, work: Promise<void>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      if (!this.listener.stopping.aborted) this.#tell(host, 'warning', messageWithoutHost(error));
      return false;
    }
  }

  async #readPast(hosts: readonly LoggedHost[]): Promise<void> {
    const { lines } = this.wish;
    const last: LogEntry[] = [];
    const emit = (entry: LogEntry): void => {
      if (lines === undefined) this.#hear(entry);
      else if (last.push(entry) > lines) last.shift();
    };
    const names = hosts.map(({ target }) => target.name);
    const order = new InOrder(names, this.#timeOf, emit);
    await Promise.all(
      hosts.map(async (host) => {
        const past = this.#pastOf(host, (entries) => Promise.all([order.add(entries), this.#hearing]));
        await this.#orTell(host, past);
        order.end(host.target.name);
      }),
    );
    for (const entry of last) this.#hear(entry);
  }

  async #pastOf(
    { connection, units }: LoggedHost,
    add: (entries: readonly LogEntry[]) => Promise<unknown>,
  ): Promise<void> {
    const { host } = connection;
    const { lines, since } = this.wish;
    const ahead = this.#errors.get(host) ?? 0;
    const now = Date.now() + (this.#clocks.get(host)?.aheadMs ?? 0);
    const from = since === undefined ? undefined : Math.floor((since + ahead) / 1000);
    const place: Place = { since: Math.floor(now / 1000) };
    this.#places.set(host, place);
    let isJournal = false;
    let heard: LogEntry[] = [];
    const repeats = new Repeats();
    const read = rowReader((row) => {
      if (row === 'journal') isJournal = true;
      else if (isJournal && row.startsWith('unit ')) this.#knows(row);
      else if (row.startsWith('messages ')) place.messages = placeOf(row);
      else if (row === 'nothing')
        this.#tell(host, 'warning', 'it has neither journald nor /var/log/messages');
      else {
        const entry = isJournal ? journalEntry(host, row) : this.#syslog(host, row, units, place, now);
        if (!entry || (since !== undefined && this.#timeOf(entry) < since)) return;
        if (entry.cursor) place.cursor = entry.cursor;
        if (!repeats.has(entry)) heard.push(entry);
      }
    });
    // Of an event that stands there more than once one entry is told.
    const most = lines === undefined ? '' : lines * mostPlaces;
    await connection.runScript(compose(call('tell_logged', most, from ?? '', ...units)), {
      to: 'read the log',
      timeoutMs: 0,
      onStdin: (stdin) => void stdin.end(),
      onStdout: (chunk) => {
        read(chunk);
        const entries = heard;
        heard = [];
        return entries.length > 0 ? add(entries) : undefined;
      },
    });
  }

  #knows(row: string): void {
    const [, unit = '', state] = row.split(' ');
    this.#unknown.set(
      unit,
      (this.#unknown.get(unit) ?? 0) + (state === 'not-found' || state === 'none' ? 1 : 0),
    );
  }

  #syslog(
    host: string,
    row: string,
    units: readonly string[],
    place: Place,
    now: number,
  ): LogEntry | undefined {
    const entry = place.messages && syslogEntry(host, row, place.messages, now);
    return entry && (units.length === 0 || isOfUnit(entry.program, units)) ? entry : undefined;
  }

  async #follow(): Promise<void> {
    const { stopping } = this.listener;
    const soon = new SoonInOrder(holdMs, this.#timeOf);
    let timer: NodeJS.Timeout | undefined;
    const hand = (): void => {
      clearTimeout(timer);
      for (const entry of soon.take(performance.now())) this.#hear(entry);
      const { next } = soon;
      if (next !== undefined) timer = setTimeout(hand, Math.max(0, next - performance.now()));
    };
    const add = (entries: readonly LogEntry[]): Promise<void> => {
      soon.add(entries, performance.now());
      hand();
      return this.#hearing;
    };
    await Promise.all(this.hosts.map((host) => this.#followHost(host, add)));
    clearTimeout(timer);
    if (!stopping.aborted) for (const entry of soon.take(Number.POSITIVE_INFINITY)) this.#hear(entry);
  }

  /** Until nobody listens any more. */
  async #followHost(host: LoggedHost, add: (entries: readonly LogEntry[]) => Promise<void>): Promise<void> {
    const { stopping } = this.listener;
    let connection: Connection | undefined = host.connection;
    let isGone = false;
    while (!stopping.aborted) {
      try {
        if (!connection) {
          connection = await connect(host.target, loginReasons.lost);
          await this.#learnClock(connection);
        }
        if (isGone) this.#tell(host, 'info', 'it is back');
        isGone = false;
        await this.#listen(connection, host.units, add);
      } catch (error) {
        if (!(error instanceof HaprovError)) throw error;
        if (!isGone && !stopping.aborted)
          this.#tell(host, 'warning', `${messageWithoutHost(error)}; haprov goes on to look for it`);
        isGone = true;
      }
      connection?.close();
      connection = undefined;
      await sleep(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  async #listen(
    connection: Connection,
    units: readonly string[],
    add: (entries: readonly LogEntry[]) => Promise<void>,
  ): Promise<void> {
    const { host } = connection;
    const { stopping } = this.listener;
    const place = this.#places.get(host) ?? { since: Math.floor(Date.now() / 1000) };
    this.#places.set(host, place);
    let heard: LogEntry[] = [];
    const repeats = new Repeats();
    const read = rowReader((row) => {
      if (place.messages && row.startsWith('messages ')) {
        place.messages = placeOf(row);
        return;
      }
      const now = Date.now() + (this.#clocks.get(host)?.aheadMs ?? 0);
      const entry = place.messages ? this.#syslog(host, row, units, place, now) : journalEntry(host, row);
      if (!entry) return;
      if (entry.cursor) place.cursor = entry.cursor;
      if (!repeats.has(entry)) heard.push(entry);
    });
    let leave = (): void => {};
    try {
      await connection.runScript(compose(call('run_until_left', followScript(place, units))), {
        to: 'follow the log',
        timeoutMs: 0,
        accepts: 'any',
        onStdin(stdin) {
          leave = () => void stdin.end();
          stopping.addEventListener('abort', leave, { once: true });
          if (stopping.aborted) leave();
        },
        onStdout: (chunk) => {
          read(chunk);
          const entries = heard;
          heard = [];
          return entries.length > 0 ? add(entries) : undefined;
        },
      });
    } finally {
      stopping.removeEventListener('abort', leave);
    }
  }

  #tell(host: LoggedHost | string, level: 'info' | 'warning', text: string): void {
    this.listener.tell(typeof host === 'string' ? host : host.target.name, level, text);
  }
}

function placeOf(row: string): Place['messages'] {
  const [, inode = '', bytes, zone = '+0000', year] = row.split(' ');
  return { inode, bytes: Number(bytes), zone, year: Number(year) };
}

/** What runs on a host while its log is followed. */
function followScript({ cursor, since, messages }: Place, units: readonly string[]): string {
  if (messages) return compose(call('follow_messages', messages.inode, messages.bytes));
  const from = cursor === undefined ? ['--since', `@${since}`] : ['--after-cursor', cursor];
  const words = [...from, ...units.flatMap((unit) => ['-u', unit])];
  return compose(call('follow_journal', ...words));
}
