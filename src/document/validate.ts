import type * as z from 'zod';
import type { Fault } from '../errors';
import { describe } from './describe';
import type { Document, Path } from './document';
import { faultAt } from './faults';

/**
 * A `T` of which some parts are wrong: a key whose value is wrong, or required and missing, is present as `undefined`;
 * an optional key that was left out is absent.
 */
export type ValidParts<T> = T extends readonly (infer Item)[]
  ? (ValidParts<Item> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: ValidParts<T[Key]> }
    : T;

/** The checked value or, with faults, what remains of it; undefined where nothing does. */
type Validated<T> =
  | { ok: true; value: T; remains: ValidParts<T>; faults: [] }
  | { ok: false; remains: ValidParts<T> | undefined; faults: Fault[] };

/** A value of a document to check. */
export interface Source {
  document: Document;
  /** The value to check; the document's by default. */
  value?: unknown;
  /** Where `value` is in the document. */
  at?: Path;
  /** Values that could not be resolved; their faults are reported elsewhere, so none are reported here. */
  unknown?: readonly Path[];
  /** What a message says in place of the value at `path` where the value must not be shown. */
  conceal?: (path: Path) => string | undefined;
}

/** Checks `source` and reports **all** its faults, with the remains for further checks. */
export function validate<T extends z.ZodType>(schema: T, source: Source): Validated<z.output<T>> {
  const { document, value = document.value, at = [], unknown = [] } = source;
  const result = schema.safeParse(value);
  if (result.success && unknown.length === 0) {
    return { ok: true, value: result.data, remains: result.data as ValidParts<z.output<T>>, faults: [] };
  }
  const issues = (result.error?.issues ?? []).flatMap(plainIssues).filter((issue) => {
    return !unknown.some((path) => startsWith(path, [...at, ...issue.path]));
  });
  const faults = issues.map((issue) => faultOf(issue, { ...source, value, at }));
  // zod's output in spite of faults: defaults filled in, the wrong parts unchanged.
  const { value: made } = schema._zod.run(
    { value: structuredClone(value), issues: [] },
    { async: false },
  ) as {
    value: unknown;
  };
  const holes = [...issues.map((issue) => issue.path), ...unknown.map((path) => path.slice(at.length))];
  const remains = holes.some((path) => path.length === 0) ? undefined : holes.reduce(withHole, made);
  return { ok: false, faults, remains: remains as ValidParts<z.output<T>> | undefined };
}

/** A zod issue reduced to one key or value, and what was expected. */
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

/** The issues of the union's alternative that the user meant: the right type and, alone, the fewest faults. */
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
