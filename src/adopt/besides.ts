import { type AdoptedFile, placeOf } from './adopted';
import type { FoundFile } from './found-host';

/** A file that no key of a program's own configuration names. */
export type BesideFile = Pick<AdoptedFile, 'path' | 'on' | 'isSame' | 'isHidden'> &
  Partial<Pick<AdoptedFile, 'of'>>;

/** What pushes the files that a configuration names: a playbook, and the groups that it needs. */
export interface Besides {
  playbook: object;
  groups: Record<string, string[]>;
}

/**
 * A playbook for the files that the configuration names, and for those that it was made of and that haprov writes no more.
 * What is not the same on all hosts, in bytes, owner or mode, is pushed to each host as that host has it.
 * @param gone removed from all hosts
 * @param name of the playbook
 * @param group of all hosts
 */
export function besides(
  files: readonly BesideFile[],
  gone: readonly AdoptedFile[],
  { name, group, hosts }: { name: string; group: string; hosts: readonly string[] },
): Besides | undefined {
  const removed = gone.map(({ path, of }) => ({
    type: 'file',
    path,
    absent: true,
    notify: { reload: of },
  }));
  const isCommon = ({ isSame, on }: BesideFile) =>
    isSame &&
    new Set([...on.values()].map(({ owner, group: its, mode }) => `${owner}:${its} ${mode}`)).size === 1;
  const common = files.filter(isCommon).flatMap((file) => pushed(file, [...file.on][0]));
  const tasks = [{ name, group, resources: [...removed, ...common] }];
  const groups: Besides['groups'] = {};
  for (const host of hosts) {
    const resources = files
      .filter((file) => !isCommon(file))
      .flatMap((file) => [...file.on].filter(([on]) => on === host).flatMap((one) => pushed(file, one)));
    if (resources.length === 0) continue;
    groups[`only-${host}`] = [host];
    tasks.push({ name: `${name}, as ${host} has them`, group: `only-${host}`, resources });
  }
  const full = tasks.filter(({ resources }) => resources.length > 0);
  if (full.length === 0) return undefined;
  return { playbook: { name, tasks: full }, groups };
}

const pushed = (file: BesideFile, one: [host: string, found: FoundFile] | undefined): object[] => {
  if (!one) return [];
  const [host, { owner, group, mode }] = one;
  return [
    {
      type: 'file',
      path: file.path,
      source: placeOf(file, host),
      owner,
      group,
      mode,
      ...(file.isHidden ? { secret: true } : {}),
      ...(file.of === undefined ? {} : { notify: { reload: file.of } }),
    },
  ];
};
