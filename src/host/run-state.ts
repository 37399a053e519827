import type { Functions } from '../shell/library';

/** A run's state on its host (docs/decisions/0003-transaction.md): the words of `set_state` in src/shell. */
export type RunState =
  | 'staging'
  | 'staged'
  | 'committing'
  | 'committed'
  | 'confirmed'
  | 'restoring'
  | 'finished'
  | 'restored'
  | 'broken';

/** What a laptop tells a transaction: the words of the shell's `main`. */
export type Verb = Functions['main'][0];

/** The event of a journal row: the words of the shell's `emit`. */
export type JournalEvent = Functions['emit'][0];

/** `word` as a state; empty where it is none, as for a run that has not begun. */
export const readRunState = (word: string): RunState | '' => states.find((one) => one === word) ?? '';

/** How a run ended whose processes are gone: its state, or why it has none. */
export type RunOutcome = RunState | Functions['outcome'][0];

/** The shell's words for states: a missing or additional word does not compile. */
const states = Object.keys({
  staging: 0,
  staged: 0,
  committing: 0,
  committed: 0,
  confirmed: 0,
  restoring: 0,
  finished: 0,
  restored: 0,
  broken: 0,
} satisfies Record<Functions['set_state'][0], 0> satisfies Record<RunState, 0>) as RunState[];

/** The states in which a run changes nothing any more, as in the shell's `has_ended`. */
const endStates = ['finished', 'restored', 'broken'] as const satisfies readonly RunState[];

/** Whether a run in this state changes nothing any more. */
export const hasEnded = (state: string): state is (typeof endStates)[number] =>
  endStates.some((one) => one === state);
