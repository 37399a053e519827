import { hash } from 'node:crypto';
import type { Connection } from '../host/connection';
import type { RollNote } from '../host/roll-note';
import { unlessLost } from '../pair/answers';
import { pause } from '../pair/timeout';
import type { CommonOptions, Context } from '../planning/context';
import type { DesiredState } from '../planning/desired-state';
import { type StatusObserver, statusObserver } from '../planning/status-observer';
import { call, compose } from '../shell/library';
import type { Status, StatusFinding } from '../status/status';
import {
  changedSince,
  endingWithBoot,
  faultKeys,
  foundSince,
  readSurroundings,
  type Surroundings,
  shiftedSince,
} from './as-before';
import { type HostBefore, keepBeforeScript } from './host-before';

type Connections = ReadonlyMap<string, Connection>;

const askMs = 30_000;
/** What only one look shows may be on its way; so often it is looked at again, after so long. */
const looks = 5;
const lookAgainMs = 2000;

/** What status finds on hosts, and what no inventory says: before a roll, and after each turn. */
export class CloserLook {
  readonly #observers: StatusObserver[] = [];
  /** Without hosts of which nobody knows it: a roll that was left has told them to boot. */
  readonly #before = new Map<string, HostBefore>();
  /** Those that somebody has drained: to begin anew nobody has to undrain them. */
  readonly #drained = new Set<string>();

  constructor(
    private readonly options: CommonOptions,
    private readonly context: Context,
    private readonly said: DesiredState,
  ) {}

  /**
   * Looks before the roll.
   * @param kept how hosts were that a roll which was left has taken out, as they tell it
   * @returns what is found already
   */
  async begin(
    due: readonly string[],
    { hosts }: RollNote,
    connections: Connections,
    kept: ReadonlyMap<string, HostBefore>,
  ): Promise<readonly StatusFinding[]> {
    const now = await this.#look(connections);
    const wanted = [...this.said.wanted].map(([host, resources]) => [host.name, resources]);
    const wish = hash('sha256', JSON.stringify(wanted));
    for (const name of due) {
      const { state = 'due', staysDrained } = hosts.get(name) ?? {};
      if (staysDrained) this.#drained.add(name);
      const noted = state === 'due' ? undefined : kept.get(name);
      const found = new Set(faultKeys(name, now));
      // By an inventory that was edited since, nobody knows what of it is new.
      if (noted)
        this.#before.set(
          name,
          noted.wish === wish ? noted : { ...noted, faults: new Set([...noted.faults, ...found]) },
        );
      else if (state !== 'booting') {
        const surroundings = await surroundingsOf(name, connections);
        this.#before.set(name, {
          faults: found,
          wish,
          ...(surroundings ? { surroundings } : {}),
        });
      }
    }
    return now.findings;
  }

  /** Has the host keep how it was, for a roll that goes on. @throws HostError where it cannot */
  async keep(name: string, connections: Connections): Promise<void> {
    const before = this.#before.get(name);
    const to = 'keep how it was before the roll';
    if (before) await connections.get(name)?.runScript(keepBeforeScript(before), { timeoutMs: askMs, to });
  }

  /** The services that run on a host before the roll, and that nothing starts at boot. */
  endingWithBoot(name: string): string[] {
    const { surroundings } = this.#before.get(name) ?? {};
    return surroundings ? endingWithBoot(surroundings) : [];
  }

  /** What is wrong on a host that was not before, a sentence each. */
  async faultsSince(name: string, connections: Connections, hasBooted: boolean): Promise<string[]> {
    const { faults: known, surroundings, isNoted } = this.#before.get(name) ?? {};
    let faults: string[] = [];
    let now: Surroundings | undefined;
    for (let look = 1; look <= looks; look++) {
      faults = foundSince(name, known, await this.#look(connections));
      now = surroundings && (await surroundingsOf(name, connections));
      if (surroundings && now) faults.push(...changedSince(surroundings, now, hasBooted));
      if (faults.length === 0 || this.context.stopping.aborted) break;
      if (look < looks) await pause(lookAgainMs);
    }
    if (surroundings && now)
      for (const text of shiftedSince(surroundings, now, hasBooted))
        this.context.emit({ type: 'message', level: 'warning', host: name, text });
    const first = this.#drained.has(name) ? '' : `haprov undrain ${name}, then `;
    if (isNoted && faults.length > 0) faults.push(`where that is meant: ${first}this with --anew`);
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
  const script = compose(call('tell_surroundings'));
  const answer = await unlessLost(connections.get(name)?.runScript(script, { timeoutMs: askMs }));
  return answer && readSurroundings(answer.stdout);
}
