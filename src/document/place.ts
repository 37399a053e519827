export type Path = readonly (string | number)[];

/** Where a value stands in a text, and where its parts do: an offset for each, a member's being that of its key. */
export interface Place {
  offset: number;
  members?: Map<string, Place>;
  items?: Place[];
}

/** Something wrong with the text itself, at an offset of it; `path` where it concerns one value. */
export interface Mistake {
  offset: number;
  message: string;
  path?: Path;
}

/** A text that was understood, perhaps with mistakes that did not hide the rest of it. */
export interface Parsed {
  value: unknown;
  root: Place;
  mistakes: Mistake[];
}

/** A text that cannot be understood from `offset` on. */
export class SyntaxMistake extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
    this.name = 'SyntaxMistake';
  }
}

/** Nobody writes deeper by hand, and what walks a document may use the stack. */
export const deepest = 64;

/** The place at `path`, or that of its nearest parent that is in the text. */
export function placeAt(root: Place, path: Path): Place {
  let place = root;
  for (const part of path) {
    const next = typeof part === 'number' ? place.items?.[part] : place.members?.get(part);
    if (!next) return place;
    place = next;
  }
  return place;
}

/** Adds a member to `place`; a key that is there already, or that JavaScript would misunderstand, is a mistake. */
export function addMember(place: Place, path: Path, member: Place, mistakes: Mistake[], line: LineOf): void {
  const key = String(path.at(-1));
  const first = place.members?.get(key);
  if (first) {
    const message = `is here a second time; the first is in line ${line(first.offset)}`;
    mistakes.push({ offset: member.offset, path, message });
  }
  if (key === '__proto__')
    mistakes.push({ offset: member.offset, path, message: 'is not a name that can be used' });
  place.members?.set(key, member);
}

/** The 1-based line of an offset. */
export type LineOf = (offset: number) => number;
