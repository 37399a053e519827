/** Shell functions for hosts, and the libraries whose functions they call. Only here they become a script. */
export interface Library {
  readonly text: string;
  readonly needs: readonly Library[];
}

export const library = (text: string, ...needs: readonly Library[]): Library => ({ text, needs });

/** A script that has what it calls: each library once, after what it needs, then `rows`. */
export const compose = (libraries: readonly Library[], ...rows: readonly string[]): string =>
  composeWithin([], libraries, ...rows);

/** As {@link compose}, for a place where the functions of `present` are there already. */
export function composeWithin(
  present: readonly Library[],
  libraries: readonly Library[],
  ...rows: readonly string[]
): string {
  const there = withNeeds(present);
  const added = [...withNeeds(libraries)].filter((one) => !there.has(one));
  return [...added.map(({ text }) => text), ...rows, ''].join('\n');
}

function withNeeds(libraries: readonly Library[], found = new Set<Library>()): Set<Library> {
  for (const one of libraries) withNeeds(one.needs, found).add(one);
  return found;
}
