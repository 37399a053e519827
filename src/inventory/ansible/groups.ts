import type { Fault } from '../../errors';

/** Nobody nests deeper by hand, and what walks groups uses the stack. */
const deepest = 64;

/** The groups that are inside themselves, and groups that are nested too deeply to be walked. */
export function loopsOf({
  groups,
  file,
}: {
  groups: ReadonlyMap<string, { line: number; children: ReadonlySet<string> }>;
  file: string;
}): Fault[] {
  const faults: Fault[] = [];
  const done = new Set<string>();
  const walk = (name: string, above: readonly string[]): void => {
    if (above.includes(name)) {
      const loop = [...above.slice(above.indexOf(name)), name].join(', ');
      const message = `the group ${name} is inside itself: ${loop}`;
      faults.push({ file, path: '', line: groups.get(name)?.line ?? 0, message });
      return;
    }
    if (done.has(name)) return;
    if (above.length > deepest) {
      faults.push({ file, path: '', message: `groups are nested more than ${deepest} deep` });
      return;
    }
    for (const child of groups.get(name)?.children ?? []) walk(child, [...above, name]);
    done.add(name);
  };
  for (const name of groups.keys()) walk(name, []);
  return faults;
}
