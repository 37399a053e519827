import type { Value } from '../schema/vars';
import type { Line } from './read';

/** Tells of something that is not carried over, at a line of the Ansible inventory. */
export type Note = (line: Line, message: string) => void;

/** Whether Ansible would evaluate it, here or anywhere inside. */
export function isTemplate(value: Value): boolean {
  if (typeof value === 'string') return /\{\{|\{%|\{#/.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => isTemplate(key) || isTemplate(item));
}

const lookup =
  /^\{\{\s*lookup\(\s*(['"])(?:ansible\.builtin\.)?env\1\s*,\s*(['"])([A-Za-z_][A-Za-z0-9_]*)\2\s*\)\s*\}\}$/;

/** `{{ lookup('env', 'NAME') }}`, the one expression that we have a word for. */
export function fromEnvironment(value: Value): { env: string } | undefined {
  const name = typeof value === 'string' ? lookup.exec(value.trim())?.[3] : undefined;
  return name === undefined ? undefined : { env: name };
}

/** Why an inventory of ours would understand the value otherwise than it is meant. */
export function misread(value: Value): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) {
    const keys = Object.keys(value);
    const [key = ''] = keys;
    if (keys.length === 1 && ['env', 'file'].includes(key) && typeof value[key] === 'string')
      return `{ "${key}": … } stands for ${key === 'env' ? 'an environment variable' : 'the text of a file'} here`;
    if (keys.includes('__proto__')) return '"__proto__" is not a name that can be used';
  }
  for (const item of Object.values(value)) {
    const why = misread(item);
    if (why !== undefined) return why;
  }
  return undefined;
}
