import { join } from 'node:path';
import { jsonSchema } from '../document/json-schema';
import { writeBelow } from '../document/write-below';
import { describeFault, InputError } from '../errors';
import { inventorySchema } from '../inventory/schema/schema';
import type { Finding } from '../plan/plan';
import type { Context } from '../planning/context';
import { loadDesiredState } from '../planning/desired-state';
import { findingsOf } from '../planning/lint-subject';
import { type Adopted, placeOf } from './adopted';
import { gainsOf } from './gains';
import { reportOf } from './report';

export interface Written {
  findings: Finding[];
  /** Why the inventory cannot be used as it is. */
  faults: string[];
}

/** Writes the folder, and reads it again as every other command does. @throws UsageError */
export function writeFolder(folder: string, adopted: Adopted, inventory: object, context: Context): Written {
  const asJson = (value: object) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  for (const file of adopted.files)
    for (const [host, { content }] of file.isSame ? [...file.on].slice(0, 1) : file.on)
      writeBelow(folder, placeOf(file, host), content, file.isSecret ? 0o600 : 0o644);
  writeBelow(folder, 'inventory.schema.json', asJson(jsonSchema(inventorySchema, 'haprov inventory')), 0o644);
  writeBelow(folder, 'inventory.json', asJson(inventory), 0o644);
  const found = readAgain(join(folder, 'inventory.json'), context);
  const report = reportOf({ adopted, gains: gainsOf(adopted), ...found });
  writeBelow(folder, 'report.md', Buffer.from(report), 0o600);
  return found;
}

function readAgain(file: string, context: Context): Written {
  try {
    const said = loadDesiredState(file, context);
    return { findings: findingsOf(said, 'inventory.json'), faults: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { findings: [], faults: error.faults.map(describeFault) };
  }
}
