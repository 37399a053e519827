import type { Inventory } from '../inventory/inventory';
import { altered, gone, type Loss } from './loss';

/** What a map of HAProxy's sent to a service, and will send there no more. @param path of the map */
export function mappedNoMore(
  path: string,
  from: string,
  to: string,
  services: readonly Pick<Inventory['services'][number], 'name'>[],
): Loss[] {
  const [before, after] = [entriesOf(from), entriesOf(to)];
  const names = new Set(services.map(({ name }) => name));
  const removed = new Map<string, string[]>();
  const [lost, moved]: [Loss[], Loss[]] = [[], []];
  for (const [key, value] of before) {
    const other = after.get(key);
    if (other === value) continue;
    if (other === undefined) removed.set(value, [...(removed.get(value) ?? []), key]);
    else if (names.has(value) && !names.has(other))
      lost.push(gone(`${path} sends ${key} to ${other}, which is no service, instead of ${value}`));
    else moved.push(altered(`${path} has ${other} for ${key} instead of ${value}`));
  }
  const left = [...removed].map(([value, keys]) => {
    const more = keys.length > shown ? ` and ${keys.length - shown} more` : '';
    const who = keys.slice(0, shown).join(', ') + more;
    // Maps are about anything; one that names services is about who serves.
    return names.has(value)
      ? gone(`${path} sends ${who} to ${value} no more`)
      : altered(`${path} has ${who} no more`);
  });
  const rest = moved.length - shown;
  return [
    ...left,
    ...lost,
    ...moved.slice(0, shown),
    ...(rest > 0 ? [altered(`${path}: ${rest} more have another value`)] : []),
  ];
}

const shown = 5;

/** A key, and the rest of its line; the first of a key counts. */
function entriesOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const row of text.split('\n')) {
    const [, key, value = ''] = /^\s*([^\s#]\S*)\s*(.*?)\s*$/.exec(row) ?? [];
    if (key !== undefined && !found.has(key)) found.set(key, value);
  }
  return found;
}
