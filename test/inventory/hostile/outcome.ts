import { formatPath, type Path } from '../../../src/document/document';
import type { Fault } from '../../../src/errors';
import { anyHost } from '../../../src/playbook/context';
import type { Resource } from '../../../src/playbook/expand';
import { withFiles } from '../../bad-input/cases';
import { faultsOf, loadAll } from '../../bad-input/check-all';
import { type Scripts, scriptsFor } from './empty-host';
import { beside, environment } from './everything';
import { haproxyRows, keepalivedRows, plainRows, type Row, shellRows } from './words';

/** All that would be written or run on the hosts, as the programs there would read it. */
export type Effect = { of: string; rows: Row[] }[];
export type Outcome = { faults: readonly Fault[] } | { effect: Effect };

/** What becomes of an inventory: refused, or its effect. @param env what its variables hold. */
export const outcomeOf = (inventory: object, env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
  withFiles(
    { files: { 'inventory.json': JSON.stringify(inventory), ...beside } },
    (_folder, file): Outcome => {
      let effect: Effect = [];
      const faults = faultsOf(() => {
        const { inventory: loaded, resources } = loadAll(file, { ...environment, ...env });
        effect = [...resources].flatMap(([host, wanted]) => [
          ...wanted.flatMap(contentOf),
          ...scriptEffect(scriptsFor(host, loaded.name, wanted)),
        ]);
      });
      return faults.length > 0 ? { faults } : { effect };
    },
  );

/** Every script that would be sent to each host of a good inventory that has nothing yet. */
export const scriptsOf = (inventory: object): Promise<Scripts[]> =>
  withFiles({ files: { 'inventory.json': JSON.stringify(inventory), ...beside } }, (_folder, file) => {
    const { inventory: loaded, resources } = loadAll(file, environment);
    return [...resources].map(([host, wanted]) => scriptsFor(host, loaded.name, wanted));
  });

function contentOf({ id, content: write }: Resource): Effect {
  if (!write || id.endsWith('.pem')) return [{ of: 'resource', rows: [[id]] }];
  const text = write(anyHost).toString();
  const content = (readers: ((text: string) => Row[])[]) =>
    readers.map((rows) => ({ of: id, rows: rows(text) }));
  if (id.endsWith('haproxy.cfg')) return content([haproxyRows, (it) => haproxyRows(it, false)]);
  if (id.endsWith('keepalived.conf')) return content([keepalivedRows, (it) => keepalivedRows(it, true)]);
  return content([plainRows]);
}

const scriptEffect = ({ questions, steps, frame, stage }: Scripts): Effect => [
  ...questions.map((script) => ({ of: 'question', rows: shellRows(script) })),
  ...steps.map((script) => ({ of: 'step', rows: shellRows(script) })),
  { of: 'frame', rows: plainRows(frame) },
  { of: 'stage', rows: shellRows(stage) },
];

/** How one value is written where it has another syntax: a log format of HAProxy's, JSON, a kernel parameter. */
function formsOf(value: string): string[] {
  // What is written as UTF-8 has no halves of characters.
  const written = Buffer.from(value).toString();
  const blanks = value.trim().replace(/\s+/g, ' ');
  return [value, written, written.replace(/%/g, '%%'), JSON.stringify(value).slice(1, -1), blanks];
}

/** Where `found` is more than `expected` with `value` in place of `word`; nothing where it is just that. */
export function strangeRows(expected: Effect, found: Effect, word: string, value: string): unknown[] {
  if (expected.length !== found.length) return [['another number of things', expected.length, found.length]];
  const forms = formsOf(value);
  return expected.flatMap(({ of, rows }, index): unknown[] => {
    const others = found[index]?.rows ?? [];
    if (others.length !== rows.length) return [[of, 'another number of lines', rows.length, others.length]];
    return rows.flatMap((row, at): unknown[] => {
      const other = others[at] ?? [];
      const same = forms.some(
        (form) => row.map((one) => one.replaceAll(word, () => form)).join('\n') === other.join('\n'),
      );
      return same && row.length === other.length ? [] : [[of, row, other]];
    });
  });
}

export type Place = { path: Path; isKey: boolean };

/**
 * Every text in `value`, with its places: as a value, and as a key.
 * @param records the fields whose keys are the user's own.
 */
export function textsOf(value: unknown, records: ReadonlySet<string>): Map<string, Place[]> {
  const texts = new Map<string, Place[]>();
  const add = (text: string, place: Place) => texts.set(text, [...(texts.get(text) ?? []), place]);
  const walk = (node: unknown, path: Path): void => {
    if (typeof node === 'string') add(node, { path, isKey: false });
    if (typeof node !== 'object' || node === null) return;
    const hasOwnKeys = !Array.isArray(node) && records.has(String(path.at(-1)));
    for (const [key, item] of Object.entries(node)) {
      const at = [...path, Array.isArray(node) ? Number(key) : key];
      if (hasOwnKeys) add(key, { path: at, isKey: true });
      walk(item, at);
    }
  };
  walk(value, []);
  return texts;
}

/** `value` with what is at these places replaced. */
export function replaced(
  value: unknown,
  places: readonly Place[],
  by: string,
  written: unknown,
  path: Path = [],
): unknown {
  const isAt = (at: Path, wantsKey: boolean) =>
    places.some((place) => place.isKey === wantsKey && JSON.stringify(place.path) === JSON.stringify(at));
  if (isAt(path, false)) return written;
  if (Array.isArray(value))
    return value.map((item, index) => replaced(item, places, by, written, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const at = [...path, key];
    return [isAt(at, true) ? by : key, replaced(item, places, by, written, at)] as const;
  });
  return Object.fromEntries(entries);
}

/** Whether a fault is about one of these places of the inventory, or what is within. */
export function isAbout(fault: Fault, places: readonly Place[], word: string, by: string): boolean {
  return places.some(({ path }) => {
    // Where it comes from is no part of its place.
    const own = path.filter((part, index) => index < path.length - 1 || (part !== 'file' && part !== 'env'));
    const at = formatPath(own.map((part) => (part === word ? by : part)));
    return fault.path === at || fault.path.startsWith(`${at}.`) || fault.path.startsWith(`${at}[`);
  });
}
