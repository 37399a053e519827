import type { AnsibleGroup, AnsibleHost, AnsibleInventory, Given } from './read';

/** Who is in which group, and whose variables win. */
export interface Precedence {
  /** Every group, "all" first; a later one's variables win over an earlier one's. */
  groups: AnsibleGroup[];
  /** The hosts of a group and of the groups in it. */
  membersOf(group: AnsibleGroup): ReadonlySet<string>;
  /** A variable of a host: its own, or that of the last of its groups that has it. */
  find(host: AnsibleHost, key: string): Given | undefined;
}

/** As Ansible decides it: by depth, a child over its parents; then by ansible_group_priority; then by name. */
export function precedenceOf({ hosts, groups }: AnsibleInventory): Precedence {
  const members = new Map<string, Set<string>>([['all', new Set(hosts.keys())]]);
  const walk = (name: string): Set<string> => {
    const known = members.get(name);
    if (known) return known;
    const { children = [], hosts: own = [] } = groups.get(name) ?? {};
    const found = new Set([...[...children].flatMap((child) => [...walk(child)]), ...own]);
    members.set(name, found);
    return found;
  };
  const grouped = new Set(
    [...groups.keys()]
      .filter((name) => name !== 'all' && name !== 'ungrouped')
      .flatMap((name) => [...walk(name)]),
  );
  members.set('ungrouped', new Set([...hosts.keys()].filter((name) => !grouped.has(name))));

  const depths = depthsOf(groups);
  const rank = ({ name, vars }: AnsibleGroup): [number, number] => [
    depths.get(name) ?? 1,
    Number(vars.get('ansible_group_priority')?.value ?? 1) || 1,
  ];
  const sorted = [...groups.values()].sort((a, b) => {
    const [[depthA, priorityA], [depthB, priorityB]] = [rank(a), rank(b)];
    return depthA - depthB || priorityA - priorityB || (a.name < b.name ? -1 : 1);
  });
  const membersOf = ({ name }: AnsibleGroup) => walk(name);
  return {
    groups: sorted,
    membersOf,
    find: (host, key) =>
      host.vars.get(key) ??
      sorted.findLast((group) => group.vars.has(key) && membersOf(group).has(host.name))?.vars.get(key),
  };
}

/** The longest way from "all" to each group. */
function depthsOf(groups: ReadonlyMap<string, AnsibleGroup>): Map<string, number> {
  const parents = new Map<string, string[]>();
  for (const { name, children } of groups.values())
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  const depths = new Map([['all', 0]]);
  const depth = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const found = 1 + Math.max(0, ...(parents.get(name) ?? []).map(depth));
    depths.set(name, found);
    return found;
  };
  for (const name of groups.keys()) depth(name);
  return depths;
}
