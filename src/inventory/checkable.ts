import type { Path } from '../document/document';
import { oneOf } from '../document/suggest';
import type { ValidParts } from '../document/validate';
import type { RawInventory } from './schema/schema';

/**
 * An inventory some of whose parts may be wrong. What was given but is wrong is there as `undefined`: of that, and of
 * what depends on it, nothing is said.
 */
export type Checkable = ValidParts<RawInventory>;
export type CheckedService = NonNullable<NonNullable<Checkable['services']>[string]>;
export type Report = (path: Path, message: string, expected?: string, typed?: string) => void;

/** Whether `name` is among `known`; nothing is said where `known` itself is at fault. */
export function checkName(
  what: string,
  name: string | undefined,
  path: Path,
  known: object | undefined,
  report: Report,
): void {
  if (name !== undefined && known && !Object.hasOwn(known, name))
    report(path, `there is no ${what} "${name}"`, oneOf(Object.keys(known)), name);
}

/** As {@link checkName}, of a VIP: those of a keepalived.conf of the user's own are known only once it is read. */
export function checkVipName(
  { vips, keepalived }: Checkable,
  path: Path,
  name: string | undefined,
  report: Report,
): void {
  if (name !== undefined && keepalived?.config !== undefined)
    report(
      path,
      `"${name}" cannot be named here: the VIPs are those of your own keepalived.conf (keepalived.config)`,
      'nothing: without it, every address is listened at',
    );
  else checkName('VIP', name, path, vips, report);
}

/** As {@link checkName}, of a group; "all" is always one. */
export function checkGroupName(
  { groups }: Checkable,
  path: Path,
  name: string | undefined,
  report: Report,
): void {
  if (name !== 'all') checkName('group', name, path, groups && { all: [], ...groups }, report);
}

/** The hosts of a group; `undefined` where it is not known. */
export function membersOf({ hosts, groups }: Checkable, name: string | undefined): string[] | undefined {
  if (name === undefined) return undefined;
  if (name === 'all') return hosts && Object.keys(hosts);
  const group = groups?.[name];
  const members = Array.isArray(group) ? group : group?.hosts;
  return members?.filter((member) => member !== undefined);
}
