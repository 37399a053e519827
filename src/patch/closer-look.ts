import type { Connection } from '../host/connection';
import type { RollNote } from '../host/roll-note';
import { whyNot } from '../host/script-result';
import { pause } from '../pair/timeout';
import type { CommonOptions, Context } from '../planning/context';
import type { DesiredState } from '../planning/desired-state';
import { type StatusObserver, statusObserver } from '../planning/status-observer';
import { call, compose } from '../shell/library';
import type { Status, StatusFinding } from '../status/status';
import {
  changedSince,
  endingWithBoot,
  foundSince,
  readSurroundings,
  type Surroundings,
  shiftedSince,
} from './as-before';

type Connections = ReadonlyMap<string, Connection>;

const askMs = 30_000;
/** What only one look shows may be on its way; so often it is looked at again, after so long. */
const looks = 5;
const lookAgainMs = 2000;

/** What status finds on hosts, and what no inventory says: before a roll, and after each turn. */
export class CloserLook {
  readonly #observers: StatusObserver[] = [];
  #before: Status | undefined;
  /** The hosts that nobody has looked at before they booted. */
  #unknown: ReadonlySet<string> = new Set();
  readonly #surroundings = new Map<string, Surroundings>();

  constructor(
    private readonly options: CommonOptions,
    private readonly context: Context,
    private readonly said: DesiredState,
  ) {}

  /** Looks before the roll. @returns what is found already */
  async begin(
    due: readonly string[],
    { hosts }: RollNote,
    connections: Connections,
  ): Promise<readonly StatusFinding[]> {
    this.#before = await this.#look(connections);
    this.#unknown = new Set(due.filter((name) => hosts.get(name)?.state === 'booting'));
    for (const name of due) {
      const found = await surroundingsOf(name, connections);
      if (found && !this.#unknown.has(name)) this.#surroundings.set(name, found);
    }
    return this.#before.findings;
  }

  /** The services that run on a host before the roll, and that nothing starts at boot. */
  endingWithBoot(name: string): string[] {
    const known = this.#surroundings.get(name);
    return known ? endingWithBoot(known) : [];
  }

  /** What is wrong on a host that was not before, a sentence each. */
  async faultsSince(name: string, connections: Connections, hasBooted: boolean): Promise<string[]> {
    const before = this.#unknown.has(name) ? undefined : this.#before;
    const known = this.#surroundings.get(name);
    let faults: string[] = [];
    let now: Surroundings | undefined;
    for (let look = 1; look <= looks; look++) {
      faults = foundSince(name, before, await this.#look(connections));
      now = known && (await surroundingsOf(name, connections));
      if (known && now) faults.push(...changedSince(known, now, hasBooted));
      if (faults.length === 0 || this.context.stopping.aborted) break;
      if (look < looks) await pause(lookAgainMs);
    }
    if (known && now)
      for (const text of shiftedSince(known, now, hasBooted))
        this.context.emit({ type: 'message', level: 'warning', host: name, text });
    return faults;
  }

  /** Over the connections that there are now; by what was read when the roll began, whatever is edited meanwhile. */
  #look(connections: Connections): Promise<Status> {
    const { limit: _, ...all } = this.options;
    const observer = statusObserver(all, this.context, connections, this.said);
    this.#observers.push(observer);
    return observer.look();
  }

  close(): void {
    for (const observer of this.#observers) observer.close();
  }
}

async function surroundingsOf(name: string, connections: Connections): Promise<Surroundings | undefined> {
  let found: Surroundings | undefined;
  await whyNot(async () => {
    const script = compose(call('tell_surroundings'));
    const answer = await connections.get(name)?.runScript(script, { timeoutMs: askMs });
    found = answer && readSurroundings(answer.stdout);
  });
  return found;
}
