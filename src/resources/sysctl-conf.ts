import { isSameValue, normalValue } from './sysctl-value';

/** The format of sysctl.conf and of its drop-ins: assignments, and the order in which the boot reads them. */

interface Assignment {
  key: string;
  value: string;
}

/** "net/ipv4/ip_forward" becomes "net.ipv4.ip_forward": the first "." or "/" is the separator. */
function normalKey(key: string): string {
  if (/[./]/.exec(key)?.[0] !== '/') return key;
  return key.replace(/[./]/g, (found) => (found === '/' ? '.' : '/'));
}

/** The assignment of a line; a "-" before the key, which makes sysctl ignore errors, is left out. */
function assignmentOf(line: string): Assignment | undefined {
  const [, key, value] = /^\s*-?([^\s=#;][^=]*)=(.*)$/s.exec(line) ?? [];
  return key === undefined || value === undefined
    ? undefined
    : { key: normalKey(key.trim()), value: normalValue(value) };
}

/**
 * Assigns `values` in `text`: at a key's first assignment, without its other ones; at the end where it has none. Keeps all
 * other lines.
 */
export function assignAll(text: string, values: Readonly<Record<string, string>>): string {
  const seen = new Set<string>();
  const rows = text
    .replace(/\n$/, '')
    .split('\n')
    .slice(text === '' ? 1 : 0);
  const edited = rows.flatMap((row) => {
    const found = assignmentOf(row);
    if (!found || !Object.hasOwn(values, found.key)) return [row];
    if (seen.has(found.key)) return [];
    seen.add(found.key);
    return [found.value === values[found.key] ? row : `${found.key} = ${values[found.key]}`];
  });
  const missing = Object.keys(values).filter((key) => !seen.has(key));
  return [...edited, ...missing.map((key) => `${key} = ${values[key]}`), ''].join('\n');
}

/** The keys that a text assigns, each once. */
export const keysIn = (text: string): string[] => [
  ...new Set(text.split('\n').flatMap((line) => assignmentOf(line)?.key ?? [])),
];

/** Files that initscripts do not read. */
const ignored = /(?:~|\.(?:bak|orig|rpmnew|rpmorig|rpmsave))$/;

/**
 * The assignments of other values than `values` that the boot reads after a file that is ordered by `name`.
 * @param rows `FILE:LINE`; of two files with one name, the first masks the other.
 */
export function overrulers(
  rows: readonly string[],
  name: string,
  values: Readonly<Record<string, string>>,
): (Assignment & { path: string })[] {
  const masks = new Map<string, string>();
  const later = rows
    .flatMap((row) => {
      const [, path = '', base = '', line = ''] = /^(\/[^:]*\/([^/:]+)):(.*)$/.exec(row) ?? [];
      const found = assignmentOf(line);
      if (!masks.has(base)) masks.set(base, path);
      if (!found || base <= name || ignored.test(base) || masks.get(base) !== path) return [];
      return [{ ...found, path, base }];
    })
    .sort((a, b) => (a.base < b.base ? -1 : a.base > b.base ? 1 : 0));
  return Object.keys(values).flatMap((key) => {
    const last = later.findLast((one) => one.key === key);
    return last && !isSameValue(key, last.value, values[key] ?? '')
      ? [{ key, value: last.value, path: last.path }]
      : [];
  });
}
