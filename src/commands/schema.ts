import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchema } from '../document/json-schema';
import { ExitCode } from '../errors';
import { inventorySchema } from '../inventory/schema/schema';
import type { Context } from '../planning/context';
import { installation } from '../playbook/playbook';
import { fromVariable, playbookSchema } from '../playbook/schema';

export const schemas = {
  inventory: () => jsonSchema(inventorySchema, 'haprov inventory'),
  playbook: () => jsonSchema(playbookSchema, 'haprov playbook', fromVariable),
};

type Made = keyof typeof schemas;
const isMade = (kind: string): kind is Made => kind in schemas;
const text = (kind: Made) => `${JSON.stringify(schemas[kind](), null, 2)}\n`;

/**
 * `haprov schema`: prints or writes the JSON Schemas: of inventories and playbooks, made from the zod schemas, with which editors
 * complete and check; of what commands print, which schemas.mjs makes from their types.
 */
export async function schema(options: { kind: string; write?: string }, context: Context): Promise<ExitCode> {
  const { kind, write } = options;
  if (write === undefined)
    await context.print(
      isMade(kind)
        ? Buffer.from(text(kind))
        : readFileSync(join(installation, 'schema', `${kind}.schema.json`)),
    );
  else
    for (const one of Object.keys(schemas).filter(isMade))
      writeFileSync(join(write, `${one}.schema.json`), text(one));
  return ExitCode.done;
}
