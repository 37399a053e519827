import * as adopt from './adopt/functions';
import * as drill from './drill/functions';
import { type Piece, piecesOf, reachedBy } from './lean';
import type { Library, Word } from './library-file';
import * as pair from './pair/functions';
import { bare, callsIn } from './parse-shell';
import * as patch from './patch/functions';
import * as probe from './probe/functions';
import { command } from './quote';
import * as run from './run/functions';

/** Function → the types of its words. */
export type Functions = adopt.Functions &
  drill.Functions &
  pair.Functions &
  patch.Functions &
  probe.Functions &
  run.Functions;

const libraries: ReadonlyMap<string, Library> = new Map<string, Library>(
  [probe, run, pair, drill, adopt, patch].flatMap((folder) => Object.entries(folder.libraries)),
);
/** Function → the name of its file; the first file where a later one redefines it. */
const homes: ReadonlyMap<string, string> = new Map(
  [...libraries].reverse().flatMap(([name, { functions }]) => functions.split(' ').map((own) => [own, name])),
);

/** The shell text of a call, each word quoted. Undefined words are left out. */
export function call<Name extends keyof Functions>(name: Name, ...words: Functions[Name]): string {
  const given: readonly (Word | undefined)[] = words;
  return command(name, ...given.filter((word) => word !== undefined).map(String));
}

/**
 * A script of `rows`, after the functions that they reach, in their files' order, and what else those files begin with. A file
 * comes after those that it needs.
 */
export const compose = (...rows: readonly string[]): string => composeFor(rows, ...rows);

/** As {@link compose}, with the functions that `callers` reach. */
export function composeFor(callers: readonly string[], ...rows: readonly string[]): string {
  const found = new Set<string>();
  const begun = new Set<string>();
  for (const caller of callers)
    for (const name of callsIn(bare(caller), homes)) addFile(homes.get(name) ?? '', found, begun);
  return `${reachedBy([...callers, ...rows], [...found].flatMap(piecesIn))}${[...rows, ''].join('\n')}`;
}

/** Files may need each other, because the shell looks a function up only when it is called. */
function addFile(name: string, found: Set<string>, begun: Set<string>): void {
  if (begun.has(name)) return;
  begun.add(name);
  for (const need of libraries.get(name)?.needs ?? []) addFile(need, found, begun);
  found.add(name);
}

const known = new Map<string, Piece[]>();

function piecesIn(name: string): Piece[] {
  const pieces = known.get(name) ?? piecesOf(libraries.get(name)?.text ?? '');
  known.set(name, pieces);
  return pieces;
}
