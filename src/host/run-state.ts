import type { Functions } from '../shell/library';

/** Where a run is on its host (docs/decisions/0003-transaction.md), as `set_state` in src/shell/run/transaction.sh has it. */
export type RunState = Functions['set_state'][0];

/** What a transaction can be told, as its `main` has it. */
export type Verb = Functions['main'][0];

/** What its journal tells of. */
export type JournalEvent = Functions['emit'][0];

/** Empty for a word that is none, as of a run that has not begun. */
export const readRunState = (word: string): RunState | '' => states.find((one) => one === word) ?? '';

/** What a run came to that nobody drives any more: its state, or why it has none. */
export type RunOutcome = RunState | Functions['outcome'][0];

/** The shell's own words: to leave one out, or to have one more, does not compile. */
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
} satisfies Record<RunState, 0>) as RunState[];

/** States in which a run changes nothing any more: `has_ended` in src/shell/run/recover.sh. */
const endStates = ['finished', 'restored', 'broken'] as const satisfies readonly RunState[];

export const hasEnded = (state: string): state is (typeof endStates)[number] =>
  endStates.some((one) => one === state);
