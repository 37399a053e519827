import { ExitCode, HostError } from '../../src/errors';
import type { EventBody } from '../../src/events/events';
import type { DrainedServer } from '../../src/host/drain-scripts';
import { newestNote, type RollNote } from '../../src/host/roll-note';
import type { RunState } from '../../src/host/run-state';
import { ScriptFailure } from '../../src/host/script-result';
import type { Why } from '../../src/host/transaction';
import type { Service, Vip } from '../../src/inventory/inventory';
import { noDrainMeans } from '../../src/pair/drain-means';
import type { Observation } from '../../src/pair/observe';
import { Pair } from '../../src/pair/pair';
import type { Answering } from '../../src/pair/who-answers';
import type { BootVerbs } from '../../src/patch/come-back';
import { packageWork } from '../../src/patch/package-work';
import { resume } from '../../src/patch/resume';
import { endWithoutTurns, type RollResult, roll } from '../../src/patch/roll';
import { hasTurn, partsOf, type Roll, type RollHost } from '../../src/patch/rolling';
import { rebootWork } from '../../src/patch/ssh-boot';
import { HostRun } from '../../src/rollout/host-run';
import type { HostVerbs, OnJournalEntry, RunAnswer, StagedVerb } from '../../src/rollout/host-verbs';
import { outcomeOf } from '../support/model-time';
import { requireWhy } from '../support/require-why';

/** A pair whose hosts are booted one after the other, what befalls that, and a laptop that may be lost at any point of it. */

const address = '192.0.2.10';
const answerMs = 20;
const bootsForMs = 5000;
const startsForMs = 30_000;
const never = () => new Promise<never>(() => {});
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** What befalls a host. */
export interface Trouble {
  host: string;
  what:
    | 'does not come back'
    | 'does not go down'
    | 'refuses to boot'
    | 'is not as before'
    | 'ends and is begun anew'
    | 'is slow to start'
    | 'boots its old kernel'
    | 'keeps a session'
    | 'is not restored'
    | 'is stopped by what is made newer'
    | 'is not started again';
}

export class World {
  readonly hosts: ModelHost[];
  readonly events: EventBody[] = [];
  /** What was done, in its order. */
  readonly diary: string[] = [];
  readonly said: string[] = [];
  stop = new AbortController();
  points = 0;
  /** A kernel is to be made newer on each host, which boots where that is needed. */
  patches = false;
  /** Which hosts are reached through which. */
  ways = new Map<string, string[]>();
  /** A roll that was left is begun anew. */
  isAnew = false;
  isGone = false;
  /** Hosts that serve and that somebody else could have got while one was taken out. */
  readonly unlocked: string[] = [];
  /** The hosts that went down while they had the VIP. */
  readonly missed: string[] = [];

  constructor(
    readonly troubles: Trouble[] = [],
    readonly cut: { goneAt?: number; stopAt?: number; dies?: { host: string; at: number } } = {},
    names = ['fred', 'ethyl'],
  ) {
    this.hosts = names.map((name) => new ModelHost(name, this));
  }

  /** Before and after whatever is told to a host the laptop may go off, and the operator may press Ctrl-C. */
  async point(): Promise<void> {
    const free = this.hosts.filter(({ isUp, isFlagged, lock, held }) => isUp && !isFlagged && !lock && !held);
    if (this.isTaking) this.unlocked.push(...free.map(({ name }) => name));
    if (this.isGone) return never();
    this.points += 1;
    if (this.points === this.cut.stopAt) this.stop.abort();
    if (this.points === this.cut.dies?.at) this.host(this.cut.dies.host).dies();
    if (this.points === this.cut.goneAt) {
      this.isGone = true;
      return never();
    }
  }

  /** Whether a host is taken out, by what is noted. */
  get isTaking(): boolean {
    const stands = [...(newestNote(this.hosts.flatMap(({ note }) => note ?? []))?.hosts.values() ?? [])];
    return stands.some(({ state }) => state === 'taken' || state === 'booting');
  }

  has(host: string, what: Trouble['what']): boolean {
    return this.troubles.some((one) => one.host === host && one.what === what);
  }

  /** Where the VIP is: with the first that is up and does not give it away. */
  get holder(): ModelHost | undefined {
    const up = this.hosts.filter(({ isUp }) => isUp);
    return up.find(({ isFlagged }) => !isFlagged) ?? up[0];
  }

  host(name: string): ModelHost {
    const found = this.hosts.find((one) => one.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }

  /** A new laptop, when every run that the old one left is over. */
  newLaptop(): void {
    this.isGone = false;
    this.stop = new AbortController();
    this.cut.goneAt = undefined as never;
    for (const host of this.hosts) host.leaseEnds();
  }
}

class ModelHost implements HostVerbs, BootVerbs {
  isUp = true;
  isDead = false;
  boots = 1;
  /** Whether its server takes requests. */
  isServing = true;
  /** Whether it does not yet since it has booted just now. */
  isStarting = false;
  isFlagged = false;
  lock = '';
  /** Whether it was told that the operator stops its run. */
  wasStopped = false;
  /** What its journal has of why its run ended so, and of its boot. */
  because: string | undefined;
  booted: 'told' | 'refused' | 'back' | undefined;
  state: RunState | '' = '';
  note: RollNote | undefined;
  /** The roll that keeps others from it; one that boots has to be told again. */
  held = '';
  /** Which boot it ran since when its kernel was made newer. */
  newSince: number | undefined;
  before: number | undefined;
  readonly spared = new Set<string>();

  constructor(
    readonly name: string,
    private readonly world: World,
  ) {}

  async #told<T>(what: string, act: () => T | Promise<T>): Promise<T> {
    await this.world.point();
    await sleep(answerMs);
    const way = this.world.ways.get(this.name) ?? [];
    if (![this, ...way.map((one) => this.world.host(one))].every(({ isUp }) => isUp))
      throw new HostError(this.name, 'cannot be reached');
    if (what) this.world.diary.push(`${this.name} ${what}`);
    const done = await act();
    await this.world.point();
    return done;
  }

  stage({ run }: { run: string }, _: object, hear: OnJournalEntry): Promise<number> {
    return this.#told('', () => {
      if (this.lock) {
        hear({ event: 'locked', holder: this.lock });
        return 75;
      }
      this.lock = `${run} 1 me@laptop`;
      this.before = this.newSince;
      this.#become('staged', hear);
      return 0;
    });
  }

  goOn(_: string, verb: StagedVerb, hear: OnJournalEntry, why: Why = {}): Promise<number> {
    requireWhy(this.name, verb, why);
    this.wasStopped ||= why.isStopped === true;
    if (verb === 'restore') this.because = why.because;
    const ends = {
      commit: 'committed',
      confirm: 'confirmed',
      finish: 'finished',
      restore: 'restored',
    } as const;
    return this.#told(verb, () => {
      if (verb === 'restore' && this.state === 'finished')
        throw new Error(`${this.name} was told to restore what is closed: it would say so, and nobody asked`);
      if (verb === 'commit' && this.world.has(this.name, 'is not restored')) {
        this.#become('broken', hear);
        this.lock = '';
        return 70;
      }
      this.#become(ends[verb], hear);
      if (verb === 'commit' && this.world.patches) this.newSince ??= this.boots;
      if (verb === 'commit' && this.world.has(this.name, 'is stopped by what is made newer'))
        this.isServing = false;
      if (verb === 'restore') {
        this.newSince = this.before;
        this.isServing ||= !this.world.has(this.name, 'is not started again');
      }
      if (verb === 'finish' || verb === 'restore') this.lock = '';
      return 0;
    });
  }

  #become(state: RunState, hear: OnJournalEntry): void {
    this.state = state;
    hear({ event: 'state', state });
  }

  /** The host ends by itself what nobody drives any more. */
  leaseEnds(): void {
    if (this.lock) this.world.diary.push(`${this.name} ends its run by itself`);
    if (this.lock && this.state !== 'confirmed') this.newSince = this.before;
    this.lock = '';
    this.held = '';
  }

  async renew(): Promise<void> {}

  /** What its resolver says, and what it needs. */
  async runScript(script: string): Promise<{ stdout: string }> {
    const row = 'code 1\nrow update kernel x86_64 2-1 own\nis kernel x86_64 1-1\n';
    const needs = this.newSince === this.boots ? 'boot kernel 2-1 is installed, and 1-1 runs\n' : '';
    if (/^tell_updates /m.test(script))
      return { stdout: this.newSince === undefined ? row : `code 0\n${needs && `owed ${needs}`}` };
    if (/^tell_needs$/m.test(script)) return { stdout: needs };
    throw new Error(`${this.name} was told ${script}`);
  }

  settle(): Promise<RunAnswer> {
    return this.#told('', () => ({ state: this.state, alive: false, recovered: false }));
  }

  logIn(): Promise<void> {
    return this.#told('', () => {});
  }

  mark(): Promise<string> {
    return this.#told('', () => `kernel:${this.boots}`);
  }

  seenBack(): Promise<void> {
    return this.#told('', () => {
      if (this.booted === 'told') this.booted = 'back';
    });
  }

  noteWhy(because: string): Promise<void> {
    return this.#told('', () => {
      this.because = because;
    });
  }

  boot(): Promise<void> {
    return this.#told('boot', async () => {
      this.booted = this.world.has(this.name, 'refuses to boot') ? 'refused' : 'told';
      if (this.world.has(this.name, 'refuses to boot'))
        throw new ScriptFailure(this.name, { code: 1, stderr: 'Operation inhibited', stdout: '', ms: 0 });
      if (this.world.has(this.name, 'does not go down')) return;
      if (this.world.holder === this) this.world.missed.push(this.name);
      this.isUp = false;
      this.held = '';
      this.spared.clear();
      if (this.world.has(this.name, 'does not come back')) return never();
      setTimeout(() => this.comesBack(), bootsForMs);
      // The connection hangs.
      await never();
    });
  }

  /** For good: what it was told to do, it does not do any more. */
  dies(): void {
    this.isDead = true;
    this.isUp = false;
  }

  comesBack(): void {
    if (this.isDead) return;
    this.boots += 1;
    if (this.world.has(this.name, 'boots its old kernel')) this.newSince = this.boots;
    this.isUp = true;
    if (!this.world.has(this.name, 'is slow to start')) return;
    this.isServing = false;
    this.isStarting = true;
    setTimeout(() => {
      this.isStarting = false;
      this.isServing = true;
    }, startsForMs);
  }

  observe(): Promise<Observation> {
    const { world, name } = this;
    return this.#told('', () => {
      return {
        units: { httpd: this.isServing ? 'active' : this.isStarting ? 'pending' : 'inactive' },
        addresses: world.holder === this ? [address] : [],
        listening: this.isServing ? [80] : [],
        drained: this.isFlagged,
        drainedServers: [...this.spared],
        frontends: [],
        servers: world.hosts.map((one) => ({
          service: 'web',
          server: one.name,
          status: this.spared.has(`web/${one.name}`) ? 'DRAIN' : one.isUp && one.isServing ? 'UP' : 'DOWN',
          check: one.isUp && one.isServing ? 'L4OK' : 'L4TOUT',
          sessions: one.name === name || !world.has(one.name, 'keeps a session') ? 0 : 1,
        })) as never,
      };
    });
  }

  inFault = async (): Promise<string[]> => [];

  async whoAnswers(): Promise<Answering> {
    return { cards: [], neighbours: [] };
  }

  keepDrained(servers: readonly DrainedServer[]): Promise<void> {
    return this.#told('', () => {
      for (const { title } of servers) this.spared.add(title);
    });
  }

  giveBack(servers: readonly DrainedServer[]): Promise<void> {
    return this.#told('', () => {
      for (const { title } of servers) this.spared.delete(title);
    });
  }

  drain(): Promise<void> {
    return this.#told('drain', () => {
      this.isFlagged = true;
    });
  }

  undrain(): Promise<void> {
    return this.#told('undrain', () => {
      this.isFlagged = false;
    });
  }

  atWork = (): Promise<never> => this.#notTold('atWork');
  watched = (): Promise<never> => this.#notTold('watched');
  lendVips = (): Promise<never> => this.#notTold('lendVips');
  takeVipsBack = (): Promise<never> => this.#notTold('takeVipsBack');
  lendServers = (): Promise<never> => this.#notTold('lendServers');
  takeServersBack = (): Promise<never> => this.#notTold('takeServersBack');

  async #notTold(verb: string): Promise<never> {
    throw new Error(`${this.name} was told ${verb}, and no roll does that`);
  }

  hold(run: string): Promise<void> {
    return this.#told('', () => {
      if (this.lock && !this.lock.startsWith(`${run} `))
        throw new HostError(this.name, `locked by ${this.lock}`);
      this.held = run;
    });
  }

  letGo(): Promise<void> {
    return this.#told('', () => {
      this.held = '';
    });
  }

  noted(note: RollNote): Promise<void> {
    return this.#told('', () => {
      this.note = note;
    });
  }

  ended({ roll }: RollNote): Promise<void> {
    return this.#told('', () => {
      if (this.note?.roll === roll) this.note = { ...this.note, isOver: true };
    });
  }
}

export interface Told {
  result: RollResult | undefined;
  /** What it goes on with. */
  words: string[];
}

/** Boots the pair, as the command does; takes jest's clock, and no time. */
export async function tell(world: World, more: Partial<Roll> = {}): Promise<Told> {
  const { hosts } = world;
  const names = hosts.map(({ name }) => name);
  const places = hosts.map(({ name }) => ({ host: { name, address: name } }));
  const vip = { name: 'web', address, addresses: [], members: places, preempt: true, advertInterval: 1 };
  const service = {
    name: 'web',
    backends: {
      servers: places.map(({ host }) => ({ name: host.name, host })),
      hosts: places.map(({ host }) => host),
    },
  };
  const [vips, services] = [[vip] as unknown as Vip[], [service] as unknown as Service[]];
  const connected = new Map(hosts.map((host) => [host.name, host]));
  const ready = { units: ['httpd'], ports: [80], balances: true };
  const pair = new Pair(
    { hosts: places.map(({ host }) => host) as never, vips },
    connected,
    new Map(names.map((name) => [name, ready])),
    world.ways,
  );
  const holder = world.holder?.name;
  const { note, left, due, words } = resume(newestNote(hosts.flatMap((one) => one.note ?? [])), {
    command: 'reboot',
    known: names,
    hosts: [...names.filter((name) => name !== holder).reverse(), ...names.filter((name) => name === holder)],
    drained: new Set(hosts.filter(({ isFlagged }) => isFlagged).map(({ name }) => name)),
    anew: world.isAnew,
    roll: `roll${world.diary.length}`,
    owner: 'me@laptop',
    now: new Date(1_800_000_000_000),
  });
  const run = `run${world.diary.length}`;
  const runs = {
    run,
    owner: 'me@laptop',
    command: 'reboot',
    inventory: 'model',
    leaseSeconds: 60,
    giveUpSeconds: 60,
    stopping: world.stop.signal,
    emit: (event: EventBody) => void world.events.push(event),
  };
  const stands = new Map(note.hosts);
  const workOn = world.patches
    ? packageWork({ packages: [], isSecurity: false }, 'needed', () => {})
    : rebootWork;
  const rolled: RollHost[] = [];
  for (const name of due) {
    const host = world.host(name);
    const stand = note.hosts.get(name);
    const hasBooted = stand?.state === 'booting' && stand.mark !== `kernel:${host.boots}`;
    const work = await workOn(
      { name, facts: { versions: { haproxy: '2.4.22', keepalived: '2.2.8' } } } as never,
      () => host as never,
      [],
      hasBooted,
    );
    if (stand && !hasTurn(stand, work)) {
      stands.set(name, { ...stand, state: 'done' });
      continue;
    }
    rolled.push({
      name,
      boots: host,
      ...partsOf(work ?? {}, (changes) => new HostRun(runs, host, { host: name, changes })),
      maintenance: {
        host: name,
        vips,
        services,
        virtualServers: [],
        pair,
        hosts: connected,
        by: 'me@laptop',
        means: noDrainMeans,
        mute: new Set(),
        lostSockets: new Map(),
        busy: new Map(),
        wasDrained: host.isFlagged,
        say: (line) => void world.said.push(`${name}: ${line}`),
        warn: () => {},
        stopping: world.stop.signal,
        begin: () => {},
      },
    });
  }
  const onAll = async (told: (host: ModelHost) => Promise<void>) => {
    await Promise.all(hosts.map((host) => told(host).catch(() => undefined)));
  };
  const end = (what: RollNote) => onAll((host) => host.ended(what));
  const begin = async () => {
    const before = await pair.look();
    const noted = { ...note, hosts: stands };
    if (rolled.length === 0) {
      await endWithoutTurns({ note: noted, end }, left, async () => true);
      return { exitCode: ExitCode.done, done: [], message: 'nothing to do' };
    }
    return roll({
      command: 'reboot',
      run,
      note: noted,
      hosts: rolled,
      connected,
      pair,
      services,
      before,
      boot: world.patches ? 'needed' : 'always',
      waits: { sessionsMs: 3000, bootMs: 60_000, soakMs: 1000, gateMs: 10_000 },
      cuts: false,
      force: false,
      leaseSeconds: 60,
      keepBefore: async () => {},
      starts: async (name) =>
        new Map([['web', world.has(name, 'ends and is begun anew') ? String(Date.now()) : '1']]),
      newFaults: async (name) => (world.has(name, 'is not as before') ? ['a kernel parameter is lost'] : []),
      hold: async () => {
        const told = await Promise.allSettled(hosts.map((host) => host.hold(run)));
        for (const one of told)
          if (one.status === 'rejected' && /locked/.test(one.reason.message)) throw one.reason;
      },
      letGo: async () => void (await Promise.allSettled(hosts.map((host) => host.letGo()))),
      write: (what) => onAll((host) => host.noted(what)),
      end,
      emit: runs.emit,
      stopping: world.stop.signal,
      begin: () => {},
      ...more,
    });
  };
  const result: RollResult | undefined = await outcomeOf(begin(), () => world.isGone);
  return { result, words };
}
