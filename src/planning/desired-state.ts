import { setImmediate as afterWhatWaits } from 'node:timers/promises';
import type { Document } from '../document/document';
import { faultsToReport } from '../document/faults';
import { InputError } from '../errors';
import type { OwnTexts } from '../ha/own/reading';
import { programsOf } from '../inventory/ask-sources';
import type { Host, Inventory } from '../inventory/inventory';
import type { Finding } from '../plan/plan';
import { expand, type Resource } from '../playbook/expand';
import { loadPlaybooks } from '../playbook/load';
import { installation } from '../playbook/playbook';
import { type Asker, inventoryOf, type Named } from './connect-first';
import type { Context } from './context';
import { readOwnConfiguration } from './own-configuration';

/** What the user says, and what every host is to have by it. */
export interface DesiredState {
  inventory: Inventory;
  /** The findings about files of the user's own. */
  notes: Finding[];
  /** What each host is to read of them. */
  texts: OwnTexts[];
  wanted: Map<Host, Resource[]>;
}

/** Loads and checks inventory, playbooks and templates; no host is asked. @throws InputError with all faults */
export async function loadDesiredState(named: Named, asker: Asker): Promise<DesiredState> {
  return desiredStateOf(await inventoryOf(named, asker));
}

/**
 * As {@link loadDesiredState}, and begins to log in at hosts meanwhile, as soon as the inventory is found right. None hears
 * who logs in before all is found right.
 * @param begin begins the logins; the caller ends them where this throws
 */
export async function loadAndConnect(
  named: Named,
  asker: Asker,
  begin: (inventory: Inventory) => void,
): Promise<DesiredState> {
  const said = await inventoryOf(named, asker);
  begin(said);
  const steps = stepsTo(said);
  for (;;) {
    // What hosts have said meanwhile is answered.
    await afterWhatWaits();
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** What an inventory and its playbooks and templates want. @throws InputError with all faults */
export function desiredStateOf(said: Inventory): DesiredState {
  const steps = stepsTo(said);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function* stepsTo(said: Inventory): Generator<void, DesiredState> {
  const { inventory, notes, texts } = readOwnConfiguration(said);
  yield;
  const playbooks = loadPlaybooks(inventory);
  yield;
  return { inventory, notes, texts, wanted: new Map(yield* expandAll(inventory, playbooks)) };
}

/** As {@link loadDesiredState}, for who looks at an inventory that may be somebody else's: says whose code runs. */
export async function loadAndTell(named: Named, context: Context): Promise<DesiredState> {
  const said = desiredStateOf(await inventoryOf(named, context, tellsOfPrograms(context)));
  const origins = [...said.wanted.values()].flat().map(({ origin }) => origin?.() ?? '');
  const own = [...new Set(origins)].filter(
    (name) => name.endsWith('.ejs') && !name.startsWith(`${installation}/`),
  );
  if (own.length > 0) tell(`templates are code, and these have run: ${own.join(', ')}`, context);
  return said;
}

/** For who reads an inventory: says which programs it will have run. */
export const tellsOfPrograms = (context: Context) => (document: Document) => {
  const programs = programsOf(document);
  if (programs.length > 0) tell(`the inventory has these programs run: ${programs.join(', ')}`, context);
};

const tell = (text: string, context: Context) => context.emit({ type: 'message', level: 'info', text });

/** Every host is expanded, also those outside --limit: a fault is a fault. All faults at once, each once. */
function* expandAll(
  inventory: Inventory,
  playbooks: Parameters<typeof expand>[1],
): Generator<void, [Host, Resource[]][]> {
  const faults = new Map<string, InputError['faults'][number]>();
  const expanded: [Host, Resource[]][] = [];
  for (const host of inventory.hosts) {
    try {
      expanded.push([host, expand(inventory, playbooks, host)]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const fault of error.faults) faults.set(JSON.stringify(fault), fault);
    }
    yield;
  }
  if (faults.size > 0) throw new InputError(faultsToReport([...faults.values()]));
  return expanded;
}
