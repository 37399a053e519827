/** Keys and list indexes, from the document's root. */
export type Path = readonly (string | number)[];

/** The offsets in a text of a value and of its parts; a member's offset is that of its key. */
export interface Place {
  offset: number;
  members?: Map<string, Place>;
  items?: Place[];
}

/** An error in the text that does not hide the rest of it; `path` where it is about one value. */
export interface Mistake {
  offset: number;
  message: string;
  path?: Path;
}

/** A parsed text: the value, the places of its parts, and the mistakes that did not stop the parser. */
export interface Parsed {
  value: unknown;
  root: Place;
  mistakes: Mistake[];
}

/** The parser cannot go on at `offset`. */
export class SyntaxMistake extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
    this.name = 'SyntaxMistake';
  }
}

/** How deep a document may be nested: nobody writes deeper by hand, and recursion needs a limit. */
export const deepest = 64;

/** The place of the value at `path`, or of its nearest parent that is in the text. */
export function placeAt(root: Place, path: Path): Place {
  let place = root;
  for (const part of path) {
    const next = typeof part === 'number' ? place.items?.[part] : place.members?.get(part);
    if (!next) return place;
    place = next;
  }
  return place;
}

/** Adds a member to `place`; a duplicate key, and `__proto__`, which JavaScript would misunderstand, are mistakes. */
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
