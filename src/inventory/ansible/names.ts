import { name as nameSchema } from '../../document/fields';

const schema = nameSchema();

/**
 * Names that an inventory of ours may have, each its own: as they are where they fit, otherwise like it.
 * @param kind what the names are of: stands before a name that cannot be used by itself.
 * @param isRefused what else a name must not be.
 */
export function fittingNames(
  names: Iterable<string>,
  kind: string,
  isRefused: (name: string) => boolean,
): Map<string, string> {
  const all = [...names];
  const fits = (name: string) => schema.safeParse(name).success && !isRefused(name);
  const used = new Set(all.filter(fits));
  return new Map(
    all.map((name) => {
      const given = fits(name) ? name : like(name, kind, (other) => fits(other) && !used.has(other));
      used.add(given);
      return [name, given];
    }),
  );
}

function like(name: string, kind: string, isFree: (name: string) => boolean): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  const bases = [plain.slice(0, 56), `${kind}-${plain}`.slice(0, 56)];
  for (let number = 1; ; number += 1) {
    const found = bases.map((base) => (number === 1 ? base : `${base}-${number}`)).find(isFree);
    if (found !== undefined) return found;
  }
}
