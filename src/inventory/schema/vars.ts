import * as z from 'zod';
import { record, text } from '../../document/fields';

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export const value: z.ZodType<Value> = z.json() as z.ZodType<Value>;
export const vars = record(
  text('a name of letters, digits and "_"', /^[A-Za-z_][A-Za-z0-9_]*$/),
  value,
  'an object of variables',
).describe(
  'Variables that templates and playbooks see as vars.NAME. A host wins over its groups, they win over the inventory.',
);
