import type * as z from 'zod';
import type { Fault } from '../errors';
import { describe } from './describe';
import type { Document, Path } from './document';
import { faultAt } from './faults';

/**
 * What is known of a `T` some parts of which are wrong: a part that was given and is wrong, or that had to be given and
 * is not, is there as `undefined`; what may be left out and was is not there.
 */
export type Remains<T> = T extends readonly (infer Item)[]
  ? (Remains<Item> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: Remains<T[Key]> }
    : T;

export type Validated<T> =
  | { ok: true; value: T; remains: Remains<T>; faults: [] }
  | { ok: false; remains: Remains<T> | undefined; faults: Fault[] };

export interface Source {
  document: Document;
  /** What is checked; otherwise the document's value. */
  value?: unknown;
  /** Where in the document it stands. */
  at?: Path;
  /** Values that could not be had, which is a fault of its own already: nothing is said of them here. */
  unknown?: readonly Path[];
  /** Says what to call a value that must not be shown. */
  conceal?: (path: Path) => string | undefined;
}

/** Checks `source` and reports **all** its faults, together with what remains to be checked further. */
export function validate<T extends z.ZodType>(schema: T, source: Source): Validated<z.output<T>> {
  const { document, value = document.value, at = [], unknown = [] } = source;
  const result = schema.safeParse(value);
  if (result.success && unknown.length === 0) {
    return { ok: true, value: result.data, remains: result.data as Remains<z.output<T>>, faults: [] };
  }
  const issues = (result.error?.issues ?? []).flatMap(plainIssues).filter((issue) => {
    return !unknown.some((path) => startsWith(path, [...at, ...issue.path]));
  });
  const faults = issues.map((issue) => faultOf(issue, { ...source, value, at }));
  // What zod has made of it so far: defaults filled in, the wrong parts as they were.
  const { value: made } = schema._zod.run(
    { value: structuredClone(value), issues: [] },
    { async: false },
  ) as {
    value: unknown;
  };
  const holes = [...issues.map((issue) => issue.path), ...unknown.map((path) => path.slice(at.length))];
  const remains = holes.some((path) => path.length === 0) ? undefined : holes.reduce(withHole, made);
  return { ok: false, faults, remains: remains as Remains<z.output<T>> | undefined };
}

/** An issue of zod's as we speak of it: one key or value, and what was expected. */
interface Issue {
  path: Path;
  kind: 'unknown key' | 'bad key' | 'bad value';
  expected: string;
}

function plainIssues(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
  const expected = issue.message;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], kind: 'unknown key', expected }));
  if (issue.code === 'invalid_key')
    return [{ path, kind: 'bad key', expected: issue.issues[0]?.message ?? expected }];
  if (issue.code === 'invalid_union') {
    const meant = branchMeant(issue.errors);
    if (meant)
      return meant.flatMap(plainIssues).map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
  }
  return [{ path, kind: 'bad value', expected }];
}

/** Of a union's alternatives the one that the user plainly meant: of the right type, and with the fewest faults. */
function branchMeant(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const ofType = branches
    .filter(
      (issues) =>
        !issues.some(
          ({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
        ),
    )
    .sort((a, b) => a.length - b.length);
  const [first, second] = ofType;
  return first && first.length !== second?.length ? first : undefined;
}

function faultOf({ path, kind, expected }: Issue, { document, value, at = [], conceal }: Source): Fault {
  const where = [...at, ...path];
  const key = String(path.at(-1));
  if (kind === 'unknown key') return faultAt(document, where, 'unknown key', expected, key);
  if (kind === 'bad key') return faultAt(document, where, 'is not a name that fits here', expected);
  const found = valueAt(value, path);
  const isShort = typeof found === 'string' || typeof found === 'number';
  const message = (isShort && conceal?.(where)) || describe(found, expected);
  return faultAt(document, where, message, expected, typeof found === 'string' ? found : undefined);
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (value as Record<string | number, unknown> | undefined)?.[part],
    root,
  );
}

function withHole(root: unknown, path: Path): unknown {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof parent === 'object' && parent !== null && key !== undefined)
    (parent as Record<string | number, unknown>)[key] = undefined;
  return root;
}

const startsWith = (path: Path, start: Path) => start.every((part, index) => path[index] === part);
