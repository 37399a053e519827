import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertAnsible } from '../../../src/inventory/ansible/convert';
import { precedenceOf } from '../../../src/inventory/ansible/precedence';
import { type AnsibleInventory, readAnsibleIni } from '../../../src/inventory/ansible/read';
import { withFiles } from '../../bad-input/cases';
import { loadInventory } from '../../support/load-inventory';

const folder = join(__dirname, '../../cases/ansible-ini');
const cases = readdirSync(folder).filter((name) => name.endsWith('.ini'));

/** What `ansible-inventory --list` prints. */
type Listed = Record<string, { hosts?: string[]; children?: string[] }> & {
  _meta: { hostvars: Record<string, object> };
};

/** Each host's variables, and who is in which group, as Ansible counts. */
function resolved(inventory: AnsibleInventory) {
  const { groups, membersOf } = precedenceOf(inventory);
  const vars = [...inventory.hosts.values()].map((host) => {
    const given = groups
      .filter((group) => membersOf(group).has(host.name))
      .flatMap((group) => [...group.vars])
      .filter(([key]) => key !== 'ansible_group_priority');
    return [host.name, Object.fromEntries([...given, ...host.vars].map(([key, { value }]) => [key, value]))];
  });
  const members = groups.map((group) => [group.name, [...membersOf(group)].sort()] as const);
  return {
    vars: Object.fromEntries(vars),
    groups: Object.fromEntries(members.filter(([, hosts]) => hosts.length > 0)),
  };
}

function listed({ _meta: { hostvars }, ...groups }: Listed) {
  const hostsOf = (name: string): string[] => [
    ...new Set([...(groups[name]?.hosts ?? []), ...(groups[name]?.children ?? []).flatMap(hostsOf)]),
  ];
  const names = Object.keys(groups);
  return {
    vars: Object.fromEntries(hostsOf('all').map((host) => [host, hostvars[host] ?? {}])),
    groups: Object.fromEntries(
      names.map((name) => [name, hostsOf(name).sort()] as const).filter(([, hosts]) => hosts.length > 0),
    ),
  };
}

// The .json beside each is what ansible-core 2.14.18 made of it: `ansible-inventory -i X.ini --list`.
test.each(cases)('%s is understood as Ansible understands it', (name) => {
  const ours = resolved(readAnsibleIni(name, readFileSync(join(folder, name), 'utf8')));
  const theirs = listed(JSON.parse(readFileSync(join(folder, name.replace('.ini', '.json')), 'utf8')));
  expect(ours.groups).toEqual(theirs.groups);
  expect(ours.vars).toEqual(theirs.vars);
});

test.each(cases)(
  '%s: every host has the same variables in the inventory that is made of it',
  async (name) => {
    const { text } = convertAnsible(readAnsibleIni(name, readFileSync(join(folder, name), 'utf8')));
    const { hosts } = await withFiles({ files: { 'inventory.json': text } }, (_folder, file) =>
      loadInventory(file, {}),
    );
    const { vars } = listed(JSON.parse(readFileSync(join(folder, name.replace('.ini', '.json')), 'utf8')));
    const wanted = Object.entries(vars).map(([host, own]) => [
      host.replace('::', '-'),
      Object.fromEntries(Object.entries(own).filter(([key]) => !key.startsWith('ansible_'))),
    ]);
    expect(Object.fromEntries(hosts.map((host) => [host.name, host.vars]))).toEqual(
      Object.fromEntries(wanted),
    );
  },
);
