import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchema } from '../document/json-schema';
import { inventorySchema } from '../inventory/schema/schema';
import { installation } from '../playbook/playbook';
import { fromVariable, playbookSchema } from '../playbook/schema';

/** Of what users write, made from the zod schemas, with which editors complete and check. */
export const schemas = {
  inventory: () => jsonSchema(inventorySchema, 'haprov inventory'),
  playbook: () => jsonSchema(playbookSchema, 'haprov playbook', fromVariable),
};

const isWritten = (kind: string): kind is keyof typeof schemas => kind in schemas;

/** The text of a JSON Schema: of `inventory` or `playbook`, or of what a command prints, which schemas.mjs makes from its type. */
export const schema = (kind: string): string =>
  isWritten(kind)
    ? `${JSON.stringify(schemas[kind](), null, 2)}\n`
    : readFileSync(join(installation, 'schema', `${kind}.schema.json`), 'utf8');
