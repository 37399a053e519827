import * as z from 'zod';

/** What may be written in place of a value. */
export interface StandIn {
  schema: z.core.JSONSchema.BaseSchema;
  /** What `schema` refers to, by name. */
  definitions?: Record<string, z.core.JSONSchema.BaseSchema>;
  /** Whether it may replace the value that `node` describes. @param path the node's place in the whole schema. */
  fits(node: { type?: unknown }, path: readonly (string | number)[]): boolean;
}

const reference = (key: string, value: z.core.JSONSchema.BaseSchema) => ({
  type: 'object' as const,
  properties: { [key]: value },
  required: [key],
  additionalProperties: false,
});

/** In an inventory, a reference to a value that stands elsewhere may replace any string. */
const fromElsewhere: StandIn = {
  schema: { $ref: '#/$defs/elsewhere' },
  definitions: {
    elsewhere: {
      anyOf: [
        reference('env', {
          type: 'string',
          pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
          description: 'The environment variable that holds the value.',
        }),
        reference('file', {
          type: 'string',
          minLength: 1,
          description: 'The file that holds the value, relative to the inventory.',
        }),
        reference('command', {
          type: 'array',
          prefixItems: [{ type: 'string', minLength: 1 }],
          items: { type: 'string' },
          minItems: 1,
          description: 'The program that prints the value, and its words; no shell reads them.',
        }),
        reference('secret', {
          type: 'string',
          pattern: '^[\\p{L}\\p{N}_][\\p{L}\\p{N}._/-]{0,199}$',
          description: 'The name of the value in secrets.age: haprov secret set NAME.',
        }),
      ],
    },
  },
  fits: (node, path) =>
    node.type === 'string' && path.at(-1) !== 'propertyNames' && path.at(-1) !== '$schema',
};

/** Makes a document's JSON Schema (draft 2020-12) from its zod schema. */
export function jsonSchema(schema: z.ZodType, title: string, standIn: StandIn = fromElsewhere): object {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema: node, path }) => {
      // zod calls this twice for an optional value; the second call finds the stand-in in place.
      if (!standIn.fits(node, path) || node.anyOf?.includes(standIn.schema)) return;
      const { description, default: fallback, ...itself } = node;
      for (const key of Object.keys(node)) delete (node as Record<string, unknown>)[key];
      const about = {
        ...(description === undefined ? {} : { description }),
        ...(fallback === undefined ? {} : { default: fallback }),
      };
      Object.assign(node, { anyOf: [itself, standIn.schema], ...about });
    },
  });
  const definitions = { ...made.$defs, ...standIn.definitions };
  const more = Object.keys(definitions).length > 0 ? { $defs: definitions } : {};
  return { $schema: made.$schema, title, ...made, ...more };
}
