import { join } from 'node:path';
import { jsonSchema } from '../document/json-schema';
import { writeBelow } from '../document/write-below';
import { describeFault, InputError } from '../errors';
import { inventorySchema, schemaFile } from '../inventory/schema/schema';
import type { Finding } from '../plan/plan';
import type { Context } from '../planning/context';
import { loadDesiredState } from '../planning/desired-state';
import { findingsOf } from '../planning/lint-subject';
import type { Adopted } from './adopted';
import { drainRows } from './drain';
import { gainsOf } from './gains';
import { asJson, type Made, writeMade } from './made';
import { type ModelReport, reportOf } from './report';

export interface Written {
  findings: Finding[];
  /** Why the inventory cannot be used as it is. */
  faults: string[];
  /** Whether drain will work, a row a host. */
  drain: string[];
}

/**
 * Writes the folder, and reads it again as every other command does.
 * @param modelled what it does otherwise, where it is said in the model
 * @throws UsageError
 */
export async function writeFolder(
  folder: string,
  { adopted, made, modelled }: { adopted: Adopted; made: Made; modelled?: ModelReport },
  context: Context,
): Promise<Written> {
  writeMade(folder, made);
  writeBelow(folder, schemaFile, asJson(jsonSchema(inventorySchema, 'haprov inventory')), 0o644);
  const found = await readAgain(join(folder, 'inventory.json'), adopted, context);
  const report = reportOf({
    adopted,
    places: new Set(made.files.keys()),
    gains: gainsOf(adopted),
    ...(modelled ? { modelled } : {}),
    ...found,
  });
  writeBelow(folder, 'report.md', Buffer.from(report), 0o600);
  return found;
}

async function readAgain(file: string, { hosts }: Adopted, context: Context): Promise<Written> {
  try {
    const said = await loadDesiredState({ inventory: file }, context);
    return {
      findings: findingsOf(said, 'inventory.json'),
      faults: [],
      drain: drainRows(hosts, said.inventory),
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { findings: [], faults: error.faults.map(describeFault), drain: [] };
  }
}
