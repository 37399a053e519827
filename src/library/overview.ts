import { resolve } from 'node:path';
import { type Fault, InputError } from '../errors';
import { type FoundInventory, findInventory } from '../inventory/find';
import { buildInventory, readInventory } from '../inventory/load';
import type { Context } from '../planning/context';

export { inventoryNames } from '../inventory/find';

/** What an inventory says, whether it is valid or not. */
export interface Overview extends FoundInventory {
  hosts: string[];
  /** The address of each; its name where it has none. */
  vips: string[];
  services: string[];
  playbooks: string[];
  faults: readonly Fault[];
  /** Whether that are all faults: it names no program and no secret, which are not asked here. */
  isWhole: boolean;
}

/** What says that a value is not known because no program runs here, and no secret is opened. */
const notAsked = 'not asked';

/**
 * The inventory that is meant where none is named; undefined where there is none. Asks no host, runs no program for a value and no
 * template, and opens no secret. `onFound` is told which it is before it is read.
 * @throws InputError where it cannot be read; UsageError where it is not told which is meant
 */
export async function overview(
  { onFound }: { onFound?: (found: FoundInventory) => Promise<void> },
  context: Context,
): Promise<Overview | undefined> {
  const found = findInventory(context.env);
  if (!found) return undefined;
  await onFound?.(found);
  const document = readInventory(resolve(found.file));
  return { ...found, ...contentOf(document.value), ...faultsOf(document, context) };
}

function faultsOf(
  document: ReturnType<typeof readInventory>,
  context: Context,
): Pick<Overview, 'faults' | 'isWhole'> {
  try {
    buildInventory(
      document,
      context.env,
      () => ({ fault: notAsked }),
      (secrets) => context.keepSecret(secrets),
    );
    return { faults: [], isWhole: true };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const faults = error.faults.filter(({ message }) => message !== notAsked);
    return { faults, isWhole: faults.length === error.faults.length };
  }
}

function contentOf(value: unknown): Pick<Overview, 'hosts' | 'vips' | 'services' | 'playbooks'> {
  const namesIn = (key: string) => {
    const part = fieldOf(value, key);
    return typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.keys(part) : [];
  };
  const vips = namesIn('vips').map((name) => {
    const address = fieldOf(fieldOf(fieldOf(value, 'vips'), name), 'address');
    return typeof address === 'string' ? address : name;
  });
  const playbooks = fieldOf(value, 'playbooks');
  return {
    hosts: namesIn('hosts'),
    vips,
    services: namesIn('services'),
    playbooks: Array.isArray(playbooks) ? playbooks.filter((one) => typeof one === 'string') : [],
  };
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
