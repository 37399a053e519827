import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchema } from '../document/json-schema';
import { ExitCode } from '../errors';
import { inventorySchema } from '../inventory/schema/schema';
import type { Context } from '../planning/context';
import { fromVariable, playbookSchema } from '../playbook/schema';

export const schemas = {
  inventory: () => jsonSchema(inventorySchema, 'haprov inventory'),
  playbook: () => jsonSchema(playbookSchema, 'haprov playbook', fromVariable),
};

/** `haprov schema`: prints or writes the JSON Schemas, made from the zod schemas, with which editors complete and check. */
export async function schema(
  options: { kind: keyof typeof schemas; write?: string },
  context: Context,
): Promise<ExitCode> {
  const text = (kind: keyof typeof schemas) => `${JSON.stringify(schemas[kind](), null, 2)}\n`;
  if (options.write === undefined) {
    await context.print(Buffer.from(text(options.kind)));
  } else {
    for (const kind of Object.keys(schemas) as (keyof typeof schemas)[])
      writeFileSync(join(options.write, `${kind}.schema.json`), text(kind));
  }
  return ExitCode.done;
}
