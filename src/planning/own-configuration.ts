import { dirname, relative } from 'node:path';
import { faultAt, faultsToReport } from '../document/faults';
import { type Fault, InputError } from '../errors';
import { withOwnLines } from '../ha/own/own-lines';
import { readPair } from '../ha/own/read-pair';
import { virtualServersOfSections } from '../ha/own/read-virtual-servers';
import type { OwnTexts, ReadingNote } from '../ha/own/reading';
import type { Host, Inventory } from '../inventory/inventory';
import type { OwnUnit } from '../inventory/own-files';
import type { Finding } from '../plan/plan';
import { ownContent } from '../playbook/content';
import { anyHost, contextFor } from '../playbook/context';
import { textOfBytes } from '../resources/text-of';

/** What findings of this are called. */
export const ofReading = 'own-configuration';

/** The inventory with the VIPs and services that its own configuration has, and the findings about that. */
interface OwnRead {
  inventory: Inventory;
  /** What each host is to read. */
  texts: OwnTexts[];
  notes: Finding[];
}

/**
 * Reads the files of the user's own: from here on the inventory says what they say.
 * @throws InputError where one cannot be read or rendered, or the inventory says the same beside it
 */
export function readOwnConfiguration(inventory: Inventory): OwnRead {
  const { own, hosts } = inventory;
  if (!own.haproxy && !own.keepalived) return { inventory: withLines(inventory), texts: [], notes: [] };
  const faults: Fault[] = [];
  const texts = hosts.map((host) => textsOf(inventory, host, faults));
  if (faults.length > 0) throw new InputError(faultsToReport(faults));
  const { vips, virtualServers, services, secrets, asked, notes } = readPair(texts, inventory);
  for (const secret of secrets) inventory.secrets.add(secret);
  if (vips)
    for (const key of ['vips', 'virtualServers'] as const)
      faults.push(...besides(inventory, key, 'keepalived'));
  if (services) faults.push(...besides(inventory, 'services', 'haproxy'));
  if (faults.length > 0) throw new InputError(faultsToReport(faults));
  const filled: Inventory = {
    ...inventory,
    said: inventory,
    ...(vips ? { vips } : {}),
    ...(virtualServers ? { virtualServers } : {}),
    ...(services ? { services } : {}),
    ...(asked ? { haproxy: { ...inventory.haproxy, ...asked } } : {}),
  };
  return { inventory: withLines(filled), texts, notes: findingsOf(notes, inventory) };
}

/** With what lines and sections of the user's own say, where haprov writes the rest of the file. */
function withLines(said: Inventory): Inventory {
  const kernel = said.own.keepalived ? [] : virtualServersOfSections(said);
  const inventory =
    kernel.length > 0 ? { ...said, virtualServers: [...said.virtualServers, ...kernel] } : said;
  if (inventory.own.haproxy) return inventory;
  const { services, secrets } = withOwnLines(inventory);
  for (const secret of secrets) inventory.secrets.add(secret);
  return services === inventory.services
    ? inventory
    : { ...inventory, services, servicesByKeys: inventory.services };
}

function textsOf(inventory: Inventory, host: Host, faults: Fault[]): OwnTexts {
  const read = (unit: OwnUnit) =>
    (inventory.own[unit]?.files.get(host.name) ?? [])
      // What keepalived includes may be called anything.
      .filter(({ role }) => unit === 'keepalived' || role !== 'named')
      .flatMap((file) => {
        try {
          const context = () => contextFor(inventory, host, {}, anyHost);
          return [{ file, text: textOfBytes(ownContent(file, inventory, context)) }];
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          faults.push(...error.faults);
          return [];
        }
      });
  const [haproxy, keepalived] = [read('haproxy'), read('keepalived')];
  const main = keepalived.find(({ file }) => file.role === 'main');
  return {
    host,
    ...(haproxy.length > 0 ? { haproxy: haproxy.map(({ file, text }) => ({ file: file.path, text })) } : {}),
    ...(main
      ? {
          keepalived: {
            main: main.file.path,
            files: new Map(keepalived.map(({ file, text }) => [file.path, text])),
          },
        }
      : {}),
  };
}

/** What the inventory says beside files that say it: nobody could tell which of the two holds. */
function besides(inventory: Inventory, key: 'vips' | 'virtualServers' | 'services', unit: OwnUnit): Fault[] {
  // A template is made of what the inventory says.
  const files = [...(inventory.own[unit]?.files.values() ?? [])].flat();
  if (files.some(({ isTemplate }) => isTemplate)) return [];
  return inventory[key].map(({ name }) =>
    faultAt(
      inventory.document,
      [key, name],
      `stands beside ${unit}.config, whose files say which ${key} there are`,
      `no ${key} where ${unit}.config has files of your own: haprov reads them`,
    ),
  );
}

function findingsOf(notes: readonly ReadingNote[], inventory: Inventory): Finding[] {
  const found = notes.map(({ severity, at, message, why, fix }): Finding => {
    const where = placeOf(at, inventory);
    const mask = (text: string) => inventory.secrets.mask(text);
    return { rule: ofReading, severity, where, message: mask(message), why, fix };
  });
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

/** In the user's own file, if that is pushed as it is. */
export function placeOf(
  { host, file, line, column }: ReadingNote['at'],
  { own, file: inventory }: Inventory,
): string {
  const all = Object.values(own).flatMap(({ files }) => files.get(host) ?? []);
  const { source, isTemplate } = all.find(({ path }) => path === file) ?? {};
  const place = `${line}:${column}`;
  return source === undefined || isTemplate
    ? `${file}:${place} on ${host}`
    : `${relative(dirname(inventory), source)}:${place}`;
}
