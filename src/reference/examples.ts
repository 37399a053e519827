import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Key } from './keys';

/** More than this is no example that one takes in at a glance. */
const mostLetters = 200;

/** A value that a key may have, as JSON: one that is shipped, else one that its values tell; undefined where neither is there. */
export function exampleOf(kind: 'inventory' | 'playbook', key: Key, folder: string): string | undefined {
  const shipped =
    shippedExample(kind, key.path, folder) ?? (key.like && shippedExample(kind, key.like, folder));
  if (shipped) return shipped;
  const words = /^one of ([^,]+), ([^,]+)/.exec(key.values);
  if (words) return words[1] === key.fallback ? words[2] : words[1];
  if (key.values.startsWith('true or false')) return key.fallback === 'true' ? 'false' : 'true';
  return key.fallback ?? /^a number from (\d+)/.exec(key.values)?.[1];
}

/**
 * A value of a key as some inventory or playbook of this installation has it, as JSON; those in documents come first, for they are
 * written to be read.
 * @param path as `keysOf` writes it
 */
function shippedExample(kind: 'inventory' | 'playbook', path: string, folder: string): string | undefined {
  const steps = path.split(/\.|(?=\[\])/);
  for (const value of kind === 'inventory' ? inventories(folder) : playbooks(folder)) {
    const found = valuesAt(value, kind === 'playbook' ? inResources(value, steps) : steps);
    const short = found
      .map((one) => JSON.stringify(one))
      .find((text) => text.length <= mostLetters && text !== '{}');
    if (short !== undefined) return short;
  }
  return undefined;
}

function* inventories(folder: string): Generator<unknown> {
  for (const name of [
    'docs/inventory.md',
    ...below(folder, 'docs/inventory', '.md'),
    'docs/own-configuration.md',
    'docs/hooks.md',
  ])
    yield* blocks(join(folder, name));
  for (const name of [
    'inventory.example.json',
    ...below(folder, 'examples', '.json'),
    ...below(folder, 'test/setups', '.json'),
  ])
    yield parsed(readFileSync(join(folder, name), 'utf8'));
}

function* playbooks(folder: string): Generator<unknown> {
  yield* blocks(join(folder, 'docs/playbooks.md'));
  for (const name of below(folder, 'playbooks', '.json'))
    yield parsed(readFileSync(join(folder, name), 'utf8'));
}

function below(folder: string, name: string, ending: string): string[] {
  return readdirSync(join(folder, name))
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => join(name, file));
}

/** The JSON in a document; a part of an object stands there without its braces. */
function blocks(document: string): unknown[] {
  const found = readFileSync(document, 'utf8').matchAll(/^```json\n([\s\S]*?)^```/gm);
  return Array.from(found, ([, text = '']) => parsed(text) ?? parsed(`{${text}}`));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keys of a resource begin with its type: they are looked for in each resource of that type. */
function inResources(playbook: unknown, [first = '', ...more]: readonly string[]): readonly string[] {
  const isOfPlaybook = ['$schema', 'name', 'description', 'vars', 'playbooks', 'tasks'].includes(first);
  return isOfPlaybook || playbook === undefined
    ? [first, ...more]
    : ['tasks', '[]', 'resources', '[]', `type=${first}`, ...more];
}

/** All values at a path: NAME is any key, [] any item, and `type=X` what has that type. */
function valuesAt(value: unknown, [step, ...more]: readonly string[]): unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (step === '[]') return Array.isArray(value) ? value.flatMap((one) => valuesAt(one, more)) : [];
  const members = value as Record<string, unknown>;
  if (step.startsWith('type=')) return `type=${members.type}` === step ? valuesAt(value, more) : [];
  if (step === 'NAME')
    return Array.isArray(value) ? [] : Object.values(value).flatMap((one) => valuesAt(one, more));
  return Object.hasOwn(members, step) ? valuesAt(members[step], more) : [];
}
