/** A package that was installed since a host has booted, and that only a boot has all of it use. */
interface NewPackage {
  name: string;
  /** `VERSION-RELEASE`. */
  version: string;
  /** When it was installed: ISO 8601. */
  at: string;
}

/** A boot that a host owes. */
export interface BootOwed {
  /** Since when: ISO 8601. */
  since: string;
  /** Each once, the first to be installed first. */
  packages: NewPackage[];
}

/** Reads what `tell_boot_owed` printed, among other rows; undefined where no boot is owed. */
export function readBootOwed(rows: readonly string[]): BootOwed | undefined {
  const newest = new Map<string, NewPackage>();
  const found = rows
    .flatMap((row): NewPackage[] => {
      const [, name, version, seconds] = /^newer (\S+) (\S+) (\d+)$/.exec(row) ?? [];
      return name && version ? [{ name, version, at: new Date(Number(seconds) * 1000).toISOString() }] : [];
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  for (const one of found) newest.set(one.name, one);
  const [first] = found;
  return first && { since: first.at, packages: [...newest.values()] };
}
