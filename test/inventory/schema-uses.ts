import type { z } from 'zod';

/** What of a schema a value can use, and does. Each use is a path, with `*` for any key and index, and a choice made there. */

type Schema = z.core.$ZodType;

/** The schema under defaults, transformations and the like. */
function bare(schema: Schema): z.core.$ZodTypes {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
    case 'nullable':
      return bare(def.innerType);
    case 'pipe':
      return bare(def.in);
    case 'lazy':
      return bare(def.getter());
    default:
      return schema as z.core.$ZodTypes;
  }
}

const at = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);

/** Variables hold anything: what is in them is no option. */
const isAnything = (schema: z.core.$ZodTypes) =>
  schema._zod.def.type === 'union' &&
  schema._zod.def.options.some((option) => bare(option)._zod.def.type === 'null');

/** Every use of `schema`. */
export function allUses(schema: Schema, path = ''): string[] {
  const found = bare(schema);
  const { def } = found._zod;
  if (isAnything(found)) return [path];
  switch (def.type) {
    case 'object':
      return [path, ...Object.entries(def.shape).flatMap(([key, part]) => allUses(part, at(path, key)))];
    case 'record':
      return [path, ...allUses(def.valueType, at(path, '*'))];
    case 'array':
      return [path, ...allUses(def.element, at(path, '*'))];
    case 'union':
      return def.options.flatMap((option, index) => allUses(option, `${path}|${index}`));
    case 'enum':
      return Object.values(def.entries).map((value) => `${path}=${value}`);
    case 'literal':
      return def.values.map((value) => `${path}=${value}`);
    case 'boolean':
      return [`${path}=true`, `${path}=false`];
    default:
      return [path];
  }
}

/** The uses that `value`, which fits `schema`, makes of it. */
export function usesOf(schema: Schema, value: unknown, path = ''): string[] {
  const found = bare(schema);
  const { def } = found._zod;
  if (isAnything(found)) return [path];
  switch (def.type) {
    case 'object':
      return [
        path,
        ...Object.entries(value as object).flatMap(([key, part]) =>
          usesOf(def.shape[key] as Schema, part, at(path, key)),
        ),
      ];
    case 'record':
      return [
        path,
        ...Object.values(value as object).flatMap((part) => usesOf(def.valueType, part, at(path, '*'))),
      ];
    case 'array':
      return [path, ...(value as unknown[]).flatMap((part) => usesOf(def.element, part, at(path, '*')))];
    case 'union': {
      const index = def.options.findIndex((option) => (option as z.ZodType).safeParse(value).success);
      return usesOf(def.options[index] as Schema, value, `${path}|${index}`);
    }
    case 'enum':
    case 'literal':
    case 'boolean':
      return [`${path}=${value}`];
    default:
      return [path];
  }
}

/** The names of the fields whose keys are the user's own. */
export function recordsIn(schema: Schema, name = ''): string[] {
  const found = bare(schema);
  const { def } = found._zod;
  if (isAnything(found)) return [];
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).flatMap(([key, part]) => recordsIn(part, key));
    case 'record':
      return [name, ...recordsIn(def.valueType)];
    case 'array':
      return recordsIn(def.element, name);
    case 'union':
      return def.options.flatMap((option) => recordsIn(option, name));
    default:
      return [];
  }
}
