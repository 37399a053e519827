import { gone, type Loss } from './loss';

const certificate = /\.(?:pem|crt|cer|cert)$/;

/** One line of a crt-list: `PATH [OPTIONS] NAME …`. */
interface Entry {
  path: string;
  /** The names that it is shown for; none where the certificate's own count. */
  names: string[];
}

/** Nothing where a text is no crt-list. */
function entriesOf(text: string): Entry[] | undefined {
  const rows = text.split('\n').filter((row) => /^\s*[^\s#]/.test(row));
  const entries = rows.map((row): Entry => {
    const [path = '', ...names] = row
      .replace(/\[[^\]]*\]/, ' ')
      .trim()
      .split(/\s+/);
    return { path, names: names.filter((name) => !name.startsWith('!') && !name.startsWith('#')) };
  });
  return entries.length > 0 && entries.every(({ path }) => certificate.test(path)) ? entries : undefined;
}

/** Whether a name of a list, which may begin with "*.", is shown for `name`. */
const covers = (name: string) => (listed: string) => {
  const [one, other] = [listed.toLowerCase(), name.toLowerCase()];
  return one === other || (one.startsWith('*.') && other.slice(other.indexOf('.')) === one.slice(1));
};

/** Certificates of a crt-list that no other takes the place of, and names that none is shown for any more. @param path of the list */
export function listedNoMore(path: string, from: string, to: string): Loss[] {
  const [before, after] = [entriesOf(from), entriesOf(to) ?? []];
  if (!before) return [];
  const has = (entries: readonly Entry[], one: string) => entries.some((entry) => entry.path === one);
  const isShown = (name: string) => after.some(({ names }) => names.some(covers(name)));
  const isReplaced = (path: string) =>
    before.every((entry) => entry.path !== path || (entry.names.length > 0 && entry.names.every(isShown)));
  const removed = [...new Set(before.map((entry) => entry.path))].filter(
    (one) => !has(after, one) && !isReplaced(one),
  );
  const added = [...new Set(after.map((entry) => entry.path))].filter((one) => !has(before, one));
  const left = removed.length > added.length ? removed : [];
  const unnamed = before
    .filter((entry) => !left.includes(entry.path))
    .flatMap((entry) => entry.names)
    .filter((name) => !isShown(name) && !after.some((entry) => entry.names.length === 0));
  return [
    ...(left.length > 0 ? [gone(`${path} has the certificate ${left.join(', ')} no more`)] : []),
    ...(unnamed.length > 0
      ? [gone(`${path} has a certificate for ${[...new Set(unnamed)].join(', ')} no more`)]
      : []),
  ];
}
