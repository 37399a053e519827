import { HostError } from '../../../src/errors';
import { type Lock, readLock } from '../../../src/host/facts';
import { ScriptFailure } from '../../../src/host/script-result';
import type { Transaction, Why } from '../../../src/host/transaction';
import type { Observation } from '../../../src/pair/observe';
import type { Answering } from '../../../src/pair/who-answers';
import type { HostVerbs, OnJournalEntry, RunAnswer } from '../../../src/rollout/host-verbs';
import { requireWhy } from '../../support/require-why';
import { ModelRun } from './run';
import { never, sleep, type Trouble, type VerbName, type World } from './world';

/** As src/rollout/ssh-host.ts has it of the transport: so long a host may be silent. */
const quietMs = 30_000;
const answerMs = 20;
const firstCheckMs = 400;
const up = { status: 'UP', check: 'L4OK' };
const down = { status: 'DOWN', check: 'L4TOUT' };

/** A host, its run, and the connection to it. What it does goes on without the connection, but not without power. */
export class ModelHost extends ModelRun implements HostVerbs {
  /** Its new configuration is valid, and does not serve. */
  isSick = false;
  /** With its new configuration a check of its keepalived fails. */
  isFaulty = false;
  /** With its new configuration its HAProxy knows all servers by new names, and finds them so. */
  renamed?: { status: string; check: string };
  /** With the old one it finds all servers down. */
  wasDown = false;
  /** One fails with the old one. */
  wasFaulty = false;
  /** Servers that its HAProxy spares; it forgets them when it starts anew. */
  readonly spared = new Set<string>();
  /** When its HAProxy, which has just started, has checked its servers. */
  #checkedAt = 0;
  /** It has no HAProxy, and never holds the VIP. */
  isBehind = false;
  /** Nothing ran on it before its change. */
  isBare = false;
  #isConnected = true;
  #cutUntil = 0;
  readonly #waiting = new Set<(error: HostError) => void>();

  constructor(name: string, world: World) {
    super(name, world);
    world.hosts.push(this);
  }

  /** Its HAProxy starts anew: it spares nobody, and reports every server as UP until it has checked it. */
  startHaproxy(): void {
    this.spared.clear();
    this.#checkedAt = performance.now() + firstCheckMs;
  }

  get isQuiet(): boolean {
    return this.isUp && this.isOver && !this.isFlagged && this.spared.size === 0;
  }

  /** One verb, as the laptop hears it. */
  async #told<T>(verb: VerbName, act: (refuses: boolean) => Promise<T>): Promise<T> {
    const { world } = this;
    world.point();
    if (world.isGone) return never();
    world.note(this.name, verb);
    try {
      return await this.#carryOut(world.troubleAt(this.name, verb), act);
    } finally {
      // Who has gone hears no answer.
      if (world.isGone) await never();
    }
  }

  async #carryOut<T>(trouble: Trouble | undefined, act: (refuses: boolean) => Promise<T>): Promise<T> {
    await sleep(answerMs);
    if (!this.#isConnected) throw this.#broken();
    if (trouble?.what === 'is cut before') {
      this.#cut(trouble.seconds);
      throw this.#broken();
    }
    const broken = new Promise<never>((_, reject) => this.#waiting.add(reject));
    const done = act(trouble?.what === 'refuses').then(async (answer) => {
      if (trouble?.what === 'is cut after') this.#cut(trouble.seconds);
      return trouble?.what === 'never answers' ? never() : answer;
    });
    done.catch(() => {});
    broken.catch(() => {});
    if (trouble?.what === 'is cut meanwhile') setTimeout(() => this.#cut(trouble.seconds), 30);
    if (trouble?.what === 'restarts') setTimeout(() => this.#restart(trouble.seconds), 30);
    if (trouble?.what === 'never answers') setTimeout(() => this.#cut(trouble.seconds), quietMs);
    return Promise.race([done, broken]);
  }

  #broken = () => new HostError(this.name, 'the connection broke');

  #cut(seconds: number): void {
    this.#isConnected = false;
    this.#cutUntil = performance.now() + seconds * 1000;
    for (const reject of this.#waiting) reject(this.#broken());
    this.#waiting.clear();
  }

  /** Its power goes, and comes back. */
  #restart(seconds: number): void {
    this.world.note(this.name, 'power lost');
    this.#cut(0);
    this.spared.clear();
    this.powerLost();
    if (seconds < Number.POSITIVE_INFINITY) setTimeout(() => this.boot(), seconds * 1000);
  }

  logIn(): Promise<void> {
    return this.#login();
  }

  async #login(): Promise<void> {
    const { world, name } = this;
    world.point();
    if (world.isGone) return never();
    const trouble = world.troubleAt(name, 'logIn');
    await sleep(answerMs);
    if (world.isGone) return never();
    if (trouble?.what === 'restarts') this.#restart(trouble.seconds);
    else if (trouble && trouble.what !== 'refuses') this.#cut(trouble.seconds);
    if (trouble || !this.isUp || this.#cutUntil > performance.now()) {
      await sleep(10_000);
      if (world.isGone) return never();
      throw new HostError(name, 'cannot be reached');
    }
    this.#isConnected = true;
  }

  stage({ run, leaseSeconds }: Transaction, _: object, hear: OnJournalEntry): Promise<number | null> {
    return this.#told('stage', (refuses) =>
      this.driven('stage', { run, leaseSeconds }, refuses, this.#heard(hear)),
    );
  }

  goOn(
    run: string,
    verb: 'commit' | 'confirm' | 'restore' | 'finish',
    hear: OnJournalEntry,
    why?: Why,
  ): Promise<number | null> {
    requireWhy(this.name, verb, why);
    return this.#told(verb, (refuses) => this.driven(verb, { run }, refuses, this.#heard(hear)));
  }

  /** What the host says while it is connected. */
  #heard(hear: OnJournalEntry): OnJournalEntry {
    return (entry) => {
      if (this.#isConnected && !this.world.isGone) hear(entry);
    };
  }

  renew(): Promise<void> {
    return this.#told('renew', async () => this.renewed());
  }

  settle(run: string, withinMs: number): Promise<RunAnswer> {
    const late = sleep(withinMs).then(() => {
      throw new HostError(this.name, 'is silent');
    });
    late.catch(() => {});
    return Promise.race([
      this.#told(
        'settle',
        this.#unless('settle', () => this.settled(run)),
      ),
      late,
    ]);
  }

  observe(): Promise<Observation> {
    const late = sleep(15_000).then(() => {
      throw new HostError(this.name, 'is silent');
    });
    late.catch(() => {});
    return Promise.race([
      this.#told(
        'observe',
        this.#unless('observe', async () => this.#seen()),
      ),
      late,
    ]);
  }

  #seen(): Observation {
    const { world, name } = this;
    if (this.isBehind) return { units: { httpd: 'active' }, addresses: [], listening: [80], drained: false };
    if (this.isBare && this.files !== 'new')
      return {
        units: { haproxy: 'inactive', keepalived: 'inactive' },
        addresses: [],
        listening: [22],
        drained: false,
      };
    return {
      units: { haproxy: this.isSick && this.files === 'new' ? 'failed' : 'active', keepalived: 'active' },
      addresses: world.holders.includes(name) ? ['192.0.2.10'] : [],
      listening: [80],
      drained: false,
      servers: world.hosts.map((one) => {
        const isRenamed = this.renamed !== undefined && this.files === 'new';
        const server = { service: 'web', server: isRenamed ? `${one.name}-2` : one.name, sessions: 0 };
        if (this.spared.has(`web/${one.name}`)) return { ...server, status: 'DRAIN', check: 'L4OK' };
        if (performance.now() < this.#checkedAt) return { ...server, status: 'UP 1/3', check: 'INI' };
        if (isRenamed) return { ...server, ...(this.renamed as typeof down) };
        return { ...server, ...(one.isUp && !this.wasDown ? up : down) };
      }),
    };
  }

  atWork(): Promise<Lock | undefined> {
    return this.#told(
      'atWork',
      this.#unless('atWork', async () => (this.lock ? readLock(this.lock, 'committed', true) : undefined)),
    );
  }

  async whoAnswers(): Promise<Answering> {
    return { cards: [], neighbours: [] };
  }

  inFault(): Promise<string[]> {
    return this.#told(
      'inFault',
      this.#unless('inFault', async () =>
        (this.files === 'new' ? this.isFaulty : this.wasFaulty) ? ['web'] : [],
      ),
    );
  }

  watched(): Promise<undefined> {
    return this.#told(
      'watched',
      this.#unless('watched', async () => undefined),
    );
  }

  lendVips(seconds: number): Promise<void> {
    return this.#told(
      'lendVips',
      this.#unless('lendVips', async () => {
        await sleep(100);
        this.isFlagged = true;
        void this.later(seconds, () => {
          this.isFlagged = false;
        });
      }),
    );
  }

  takeVipsBack(): Promise<void> {
    return this.#told(
      'takeVipsBack',
      this.#unless('takeVipsBack', async () => {
        this.isFlagged = false;
      }),
    );
  }

  lendServers(servers: readonly string[], seconds: number): Promise<void> {
    return this.#told(
      'lendServers',
      this.#unless('lendServers', async () => {
        for (const server of servers) this.spared.add(server);
        void this.later(seconds, () => this.#ready(servers));
      }),
    );
  }

  takeServersBack(servers: readonly string[]): Promise<void> {
    return this.#told(
      'takeServersBack',
      this.#unless('takeServersBack', async () => {
        this.#ready(servers);
      }),
    );
  }

  #ready(servers: readonly string[]): void {
    for (const server of servers) this.spared.delete(server);
  }

  keepDrained = (): Promise<void> => this.#notTold('keepDrained');
  giveBack = (): Promise<void> => this.#notTold('giveBack');
  drain = (): Promise<void> => this.#notTold('drain');
  undrain = (): Promise<void> => this.#notTold('undrain');

  #notTold(verb: string): Promise<never> {
    throw new Error(`${this.name} was told to ${verb}, and no run does that here`);
  }

  /** What it does, unless it refuses. */
  #unless<T>(verb: VerbName, act: () => Promise<T>): (refuses: boolean) => Promise<T> {
    return async (refuses) => {
      if (refuses)
        throw new ScriptFailure(this.name, { code: 1, stderr: `${verb}: refused`, stdout: '', ms: 0 });
      return act();
    };
  }
}
