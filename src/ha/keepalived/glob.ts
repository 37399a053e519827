import { posix } from 'node:path';

/**
 * The paths that an include's pattern means, in the order in which glob() gives them: sorted by their bytes, those of
 * each brace one after the other.
 * @param folder of the file that includes
 * @param known the paths of all files, sorted
 */
export function matching(
  pattern: string,
  folder: string,
  known: readonly string[],
  { braceGlobs }: { braceGlobs: boolean },
): string[] {
  return (braceGlobs ? unbraced(pattern) : [pattern]).flatMap((one) => {
    const full = posix.resolve(folder, one);
    if (!hasWildcard(one)) return known.filter((path) => path === full.replace(/\\(.)/g, '$1'));
    const sources = full.split('/');
    const parts = sources.map(partOf);
    return known.filter((path) => {
      const names = path.split('/');
      return (
        names.length === parts.length &&
        names.every((name, index) => fits(name, parts[index] ?? [], sources[index] ?? ''))
      );
    });
  });
}

export const hasWildcard = (pattern: string) => /[*?[]/.test(pattern);

/** More than any configuration spells out. */
const mostBraces = 1_000;

/** `a{b,c{d,e}}` as `ab`, `acd`, `ace`. */
function unbraced(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0 && done.length + open.length < mostBraces) {
    const one = open.shift() ?? '';
    const brace = firstBrace(one);
    if (!brace) done.push(one);
    else open.unshift(...brace.words.map((word) => one.slice(0, brace.start) + word + one.slice(brace.end)));
  }
  return done;
}

/** The words between the commas of the first brace; a brace that is not closed is none. */
function firstBrace(pattern: string): { start: number; end: number; words: string[] } | undefined {
  const start = pattern.indexOf('{');
  if (start < 0) return undefined;
  const words: string[] = [];
  let [depth, from] = [0, start + 1];
  for (let at = start; at < pattern.length; at += 1) {
    const char = pattern[at];
    if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    if (depth > 1 || (char !== ',' && depth > 0)) continue;
    words.push(pattern.slice(from, at));
    from = at + 1;
    if (depth === 0) return { start, end: at + 1, words };
  }
  return undefined;
}

/** One folder or name of a pattern, as the test of each character; `*` for any number of them. */
type Part = ('*' | ((char: string) => boolean))[];

function partOf(part: string): Part {
  const piece = /\\(.)|(\*+)|(\?)|\[([!^]?)(\]?[^\]]*)\]|(.)/gsu;
  return [...part.matchAll(piece)].map(([, escaped, stars, any, not, set, one]) => {
    if (stars) return '*';
    if (any) return () => true;
    if (set !== undefined) return (char) => isWithin(set, char) !== (not !== '');
    return (char) => char === (escaped ?? one);
  });
}

/** Whether a character is one of `a-z0`. */
function isWithin(set: string, char: string): boolean {
  for (const [, first = '', last = first] of set.matchAll(/(.)(?:-(.))?/gsu))
    if (first <= char && char <= last) return true;
  return false;
}

/** Goes back to the last star only, so that no pattern takes for ever. A leading dot is matched by a dot only. */
function fits(name: string, part: Part, source: string): boolean {
  if (name.startsWith('.') && /^[*?[]/.test(source)) return false;
  const chars = [...name];
  let [at, index, star, held] = [0, 0, -1, 0];
  while (at < chars.length) {
    const test = part[index];
    if (test === '*') [star, held, index] = [index, at, index + 1];
    else if (test?.(chars[at] ?? '')) [at, index] = [at + 1, index + 1];
    else if (star >= 0) [held, at, index] = [held + 1, held + 1, star + 1];
    else return false;
  }
  return part.slice(index).every((one) => one === '*');
}
