import { readFileSync } from 'node:fs';
import Ajv from 'ajv';

/** The published schema of what a command prints, as an object. */
export const publishedSchema = (kind: string) =>
  JSON.parse(readFileSync(`schema/${kind}.schema.json`, 'utf8')) as object;

/** The schema with nothing beside what it names: so a field that it does not tell of is found. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const made = Object.fromEntries(Object.entries(node).map(([key, one]) => [key, closed(one)]));
  return 'properties' in made && made.type === 'object' ? { ...made, additionalProperties: false } : made;
}

const ajv = new Ajv({ strict: false, allErrors: true });
const compiled = new Map<string, ReturnType<typeof ajv.compile>>();

/** Fails where `value` is not what the published schema of `kind` says, or has a field that it does not tell of. */
export function expectPublished(kind: string, value: unknown): void {
  const validate = compiled.get(kind) ?? ajv.compile(closed(publishedSchema(kind)) as object);
  compiled.set(kind, validate);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}
