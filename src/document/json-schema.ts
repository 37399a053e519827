import * as z from 'zod';

/** What may be written in place of a value, and of which. */
export interface StandIn {
  schema: z.core.JSONSchema.BaseSchema;
  /** @param path where the value's schema stands in the whole. */
  fits(node: { type?: unknown }, path: readonly (string | number)[]): boolean;
}

/** In an inventory: the value of an environment variable, for any string. */
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

/** The JSON Schema (draft 2020-12) of a document, made from its validator. */
export function jsonSchema(schema: z.ZodType, title: string, standIn: StandIn = fromEnvironment): object {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema: node, path }) => {
      // An optional value's schema comes here again, as that of the value.
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
