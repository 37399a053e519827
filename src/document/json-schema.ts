import * as z from 'zod';

/** What may be written in place of a value. */
export interface StandIn {
  schema: z.core.JSONSchema.BaseSchema;
  /** Whether it may replace the value that `node` describes. @param path the node's place in the whole schema. */
  fits(node: { type?: unknown }, path: readonly (string | number)[]): boolean;
}

/** In an inventory, `{ "env": NAME }` may replace any string. */
export const fromEnvironment: StandIn = {
  schema: {
    type: 'object',
    properties: { env: { type: 'string', description: 'The environment variable that holds the value.' } },
    required: ['env'],
    additionalProperties: false,
  },
  fits: (node, path) =>
    node.type === 'string' && path.at(-1) !== 'propertyNames' && path.at(-1) !== '$schema',
};

/** Makes a document's JSON Schema (draft 2020-12) from its zod schema. */
export function jsonSchema(schema: z.ZodType, title: string, standIn: StandIn = fromEnvironment): object {
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
  return { $schema: made.$schema, title, ...made };
}
