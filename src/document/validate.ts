import { z } from 'zod';
import type { Fault } from '../errors';
import { type Document, formatPath, type Path } from './document';

export type Validated<T> = { ok: true; value: T } | { ok: false; faults: Fault[] };

/** Checks `value` (by default the whole document's, else what stands at `at`) and reports **all** its faults. */
export function validate<T extends z.ZodType>(
  schema: T,
  document: Document,
  value: unknown = document.value,
  at: Path = [],
): Validated<z.output<T>> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, faults: result.error.issues.flatMap((issue) => faultsOf(issue, document, value, at)) };
}

/** One fault about what stands at `path`. */
export function faultAt(document: Document, path: Path, message: string, expected?: string): Fault {
  return {
    file: document.file,
    path: formatPath(path),
    ...document.locate(path),
    message,
    ...(expected ? { expected } : {}),
  };
}

function faultsOf(issue: z.core.$ZodIssue, document: Document, root: unknown, at: Path): Fault[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
  const where = [...at, ...path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => faultAt(document, [...where, key], 'unknown key', issue.message));
  }
  if (issue.code === 'invalid_key') {
    return [faultAt(document, where, 'is not a valid name', issue.issues[0]?.message)];
  }
  return [faultAt(document, where, describe(valueAt(root, path)), issue.message)];
}

function describe(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list';
  if (typeof value === 'object' && value !== null)
    return Object.keys(value).length === 0 ? 'is empty' : 'is an object';
  const shown = JSON.stringify(value);
  return `is ${shown.length > 60 ? `${shown.slice(0, 57)}…` : shown}`;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (value as Record<string | number, unknown> | undefined)?.[part],
    root,
  );
}

/** What may stand for any string: the value of an environment variable. */
const fromEnvironment = {
  type: 'object',
  properties: { env: { type: 'string', description: 'The environment variable that holds the value.' } },
  required: ['env'],
  additionalProperties: false,
};

/**
 * The JSON Schema (draft 2020-12) of a document, made from its validator.
 * @param instead what may stand in place of any string: nothing but `{ "env": … }` in an inventory.
 */
export function jsonSchema(schema: z.ZodType, title: string, instead: object = fromEnvironment): object {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema: node, path }) => {
      const isKey = path.at(-1) === 'propertyNames';
      if (isKey || node.type !== 'string' || node.anyOf) return;
      const { description, default: fallback, ...asString } = node;
      for (const key of Object.keys(node)) delete (node as Record<string, unknown>)[key];
      Object.assign(node, {
        anyOf: [asString, instead],
        ...(description ? { description } : {}),
        ...(fallback !== undefined ? { default: fallback } : {}),
      });
    },
  });
  return { $schema: made.$schema, title, ...made };
}
