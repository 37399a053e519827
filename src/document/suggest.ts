/** Writes a choice of names as what was expected. */
export function oneOf(names: readonly string[]): string {
  return names.length > 0 ? `one of: ${names.join(', ')}` : 'none is defined';
}

/** The name in `expected` (as {@link oneOf} writes it) that `typed` was probably meant to be. */
export function suggestion(typed: string, expected: string | undefined): string | undefined {
  const names = /^one of: (.*)$/.exec(expected ?? '')?.[1]?.split(', ') ?? [];
  const plain = (name: string) => name.toLowerCase().replace(/[-_. ]/g, '');
  const most = Math.min(3, Math.floor(typed.length / 3) + 1);
  const near = names
    // The difference in length is the least distance: this spares most calls of `distance`.
    .filter((name) => Math.abs(plain(typed).length - plain(name).length) <= most)
    .map((name) => ({ name, far: distance(plain(typed), plain(name)) }))
    .filter(({ far, name }) => far <= most && far < name.length);
  return near.sort((a, b) => a.far - b.far)[0]?.name;
}

/** `; did you mean "fred"?`, or nothing, to end a message about a name that is not among `known`. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const meant = suggestion(typed, oneOf(known));
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

/** The number of edits between two words: a letter inserted, deleted or replaced, or two swapped. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const cell = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[i]?.push(Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + same, swapped));
    }
  }
  return cell(a.length, b.length);
}
