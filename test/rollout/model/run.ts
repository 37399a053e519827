import { hasEnded, type RunState } from '../../../src/host/run-state';
import type { OnJournalEntry, RunAnswer, StagedVerb } from '../../../src/rollout/host-verbs';
import { never, sleep, type World } from './world';

type ModelVerb = 'stage' | StagedVerb;

/** From which states a verb goes on; others refuse it. */
const fits: Record<ModelVerb, readonly (RunState | '')[]> = {
  stage: [''],
  commit: ['staged'],
  confirm: ['committed'],
  restore: ['staging', 'staged', 'committing', 'committed', 'confirmed', 'restoring'],
  finish: ['confirmed'],
};
const stepMs = 200;
const farewellMs = 20_000;

/** A run on a host by docs/decisions/0003-transaction.md: what src/host/transaction.sh, peers.sh and boot.sh do. */
export class ModelRun {
  files: 'old' | 'half' | 'new' = 'old';
  state: RunState | '' = '';
  /** Whose the lock is. */
  lock = '';
  isUp = true;
  /** The flag that keepalived looks at, for a run. */
  isFlagged = false;
  /** The others that must be new with it. */
  peers: ModelRun[] = [];
  /** How long it takes to stage. */
  stagingMs = stepMs;
  /** An undo of it does not work. */
  cannotUndo = false;
  /** What else its change does. */
  whenNew: () => void = () => {};
  #boots = 0;
  #isGuarded = false;
  #isWatched = false;
  #leaseSeconds = 0;
  #leasedAt = 0;
  #since = 0;
  #wasCommitted = false;
  /** What it says to its peers. */
  #says = '';
  #heard = new Set<string>();

  constructor(
    readonly name: string,
    readonly world: World,
  ) {}

  get isOver(): boolean {
    return (this.state === '' || hasEnded(this.state)) && !this.#isGuarded && this.lock !== 'ours';
  }

  /** A process of this boot; one that its host's power has gone from does nothing more. */
  async #spend(ms: number): Promise<void> {
    const boot = this.#boots;
    await sleep(ms);
    if (boot !== this.#boots) await never();
  }

  /** A process that waits for its time; it goes with the power. */
  async later(seconds: number, then: () => void): Promise<void> {
    await this.#spend(seconds * 1000);
    then();
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    while (this.#isGuarded) await this.#spend(50);
    this.#isGuarded = true;
    const result = await work();
    this.#isGuarded = false;
    return result;
  }

  #set(state: RunState, hear?: OnJournalEntry): void {
    this.state = state;
    this.#since = performance.now();
    this.world.note(this.name, state);
    hear?.({ event: 'state', state });
  }

  renewed(): void {
    this.#leasedAt = performance.now();
  }

  /** A verb that the laptop calls; gives its exit code. */
  driven(
    verb: ModelVerb,
    { leaseSeconds }: { run: string; leaseSeconds?: number },
    refuses: boolean,
    hear: OnJournalEntry,
  ): Promise<number> {
    if (leaseSeconds !== undefined) this.#leaseSeconds = leaseSeconds;
    return this.#guarded(async () => {
      if (!fits[verb].includes(this.state)) {
        hear({ event: 'refused', state: this.state });
        return 76;
      }
      if (verb === 'stage') return this.#stage(refuses, hear);
      if (verb === 'commit') return this.#commit(refuses, hear);
      if (verb === 'restore') {
        this.cannotUndo ||= refuses;
        return (await this.#restore(hear)) ? 0 : 70;
      }
      await this.#spend(50);
      if (refuses) return 74;
      if (verb === 'finish') this.#finish(hear);
      else {
        this.renewed();
        this.#set('confirmed', hear);
      }
      return 0;
    });
  }

  async #stage(refuses: boolean, hear: OnJournalEntry): Promise<number> {
    this.renewed();
    if (this.lock !== '') {
      hear({ event: 'locked', holder: this.lock });
      this.#set('restored', hear);
      return 75;
    }
    this.lock = 'ours';
    void this.#watch();
    this.#set('staging', hear);
    await this.#spend(this.stagingMs);
    if (refuses) return (await this.#restore(hear)) ? 1 : 70;
    this.renewed();
    this.#set('staged', hear);
    return 0;
  }

  async #commit(refuses: boolean, hear: OnJournalEntry): Promise<number> {
    this.#wasCommitted = true;
    this.#set('committing', hear);
    this.files = 'half';
    await this.#spend(stepMs);
    if (refuses) return (await this.#restore(hear)) ? 1 : 70;
    this.files = 'new';
    this.whenNew();
    this.#set('committed', hear);
    return 0;
  }

  async #restore(hear?: OnJournalEntry): Promise<boolean> {
    this.#set('restoring', hear);
    if (this.#wasCommitted) this.#says = 'restored';
    await this.#spend(stepMs);
    if (!this.cannotUndo || this.files === 'old') this.files = 'old';
    this.#set(this.files === 'old' ? 'restored' : 'broken', hear);
    this.lock = '';
    return this.files === 'old';
  }

  #finish(hear?: OnJournalEntry): void {
    this.#set('finished', hear);
    this.#says = 'finished';
    this.lock = '';
  }

  // --- what moves it on by itself

  get #isOverdue(): boolean {
    const age = (at: number) => performance.now() - at >= this.#leaseSeconds * 1000;
    if (this.state === 'staged' || this.state === 'confirmed') return age(this.#leasedAt);
    return this.state !== 'committed' || age(this.#since);
  }

  async #watch(): Promise<void> {
    this.#isWatched = true;
    while (!hasEnded(this.state)) {
      await this.#spend(1000);
      if (this.state === 'confirmed' && this.peers.length > 0) await this.#lookAround();
      else {
        if (this.state === 'committed') this.#says = 'committed';
        if (this.#isOverdue && !this.#isGuarded && !hasEnded(this.state))
          await this.#guarded(() => this.#recover(false));
      }
    }
    await this.#spend(farewellMs);
    this.#isWatched = false;
    this.#says = '';
  }

  #hear(): void {
    for (const peer of this.peers)
      if (peer.isUp && peer.#isWatched && peer.#says) this.#heard.add(`${peer.name} ${peer.#says}`);
  }

  get #heardOld(): boolean {
    return [...this.#heard].some((said) => said.endsWith(' restored'));
  }

  async #lookAround(): Promise<void> {
    this.#says = 'confirmed';
    await this.#spend(3000);
    this.#hear();
    const hasHeardAll = this.peers.every(({ name }) =>
      ['confirmed', 'finished'].some((said) => this.#heard.has(`${name} ${said}`)),
    );
    const isLate = performance.now() - this.#since >= (this.#leaseSeconds + 60) * 1000;
    const goesBack = this.#heardOld;
    if (this.#isGuarded || this.state !== 'confirmed') return;
    if (goesBack) await this.#guarded(() => this.#restore());
    else if (this.#isOverdue && (hasHeardAll || isLate)) this.#finish();
  }

  /** What a run comes to whose laptop, or whose host, is gone. */
  async #recover(isBooting: boolean): Promise<void> {
    if (hasEnded(this.state)) {
      this.lock = '';
      return;
    }
    this.isFlagged = false;
    if (this.peers.length === 0) {
      if (this.state === 'confirmed') this.#finish();
      else await this.#restore();
      return;
    }
    this.#heard = new Set();
    await this.#spend(6000);
    this.#hear();
    if (this.state === 'committed' && isBooting && this.#haveOthersStayed) this.#finish();
    else if (this.state === 'confirmed') {
      if (isBooting && this.#network === 'old') this.#heard.add('network restored');
      if (this.#heardOld) await this.#restore();
      else if (isBooting) {
        this.renewed();
        this.#since = performance.now();
      } else this.#finish();
    } else await this.#restore();
  }

  get #haveOthersStayed(): boolean {
    return this.peers.every(({ name }) => {
      const said = (word: string) => this.#heard.has(`${name} ${word}`);
      if (said('restored')) return false;
      if (said('confirmed') || said('finished')) return true;
      return !said('committed') && this.#network === 'new';
    });
  }

  /** What the others' keepalived says on the wire. */
  get #network(): 'new' | 'old' | 'silent' {
    const others = this.peers.filter(({ isUp }) => isUp);
    if (others.length === 0) return 'silent';
    return others.every(({ files }) => files === 'new') ? 'new' : 'old';
  }

  async settled(_run: string): Promise<RunAnswer> {
    await this.#spend(50);
    if (hasEnded(this.state)) return { state: this.state, alive: false, recovered: false };
    if (this.#isGuarded || this.#isWatched) return { state: this.state, alive: true, recovered: false };
    if (this.state === '') return { state: '', alive: false, recovered: true };
    await this.#guarded(() => this.#recover(false));
    return { state: this.state, alive: false, recovered: true };
  }

  powerLost(): void {
    this.#boots += 1;
    this.isUp = false;
    this.#isGuarded = false;
    this.#isWatched = false;
    this.#says = '';
  }

  /** The boot hook goes first, then the services. */
  async boot(): Promise<void> {
    const boot = this.#boots;
    if (this.lock === 'ours') {
      await this.#guarded(() => this.#recover(true));
      if (boot === this.#boots && this.peers.length > 0) void this.#watch();
    }
    if (boot === this.#boots) this.isUp = true;
  }
}
