import { parseText } from '../../document/document';
import { faultsToReport } from '../../document/faults';
import { printJson } from '../../document/print-json';
import { validate } from '../../document/validate';
import { type Fault, InputError } from '../../errors';
import { checkReferences } from '../check';
import { inventorySchema, schemaFile } from '../schema/schema';
import { resolveSecrets } from '../secrets';
import { fittingNames } from './names';
import { type Precedence, precedenceOf } from './precedence';
import type { AnsibleHost, AnsibleInventory } from './read';
import { carryOver, type SecretName } from './settings';
import { fromEnvironment, isTemplate, type Note } from './values';

export interface Converted {
  /** An inventory of ours, as JSON. */
  text: string;
  /** What was left out or changed, and where it stood. */
  notes: Fault[];
  /** What is still at fault, each with its place in the text. */
  faults: Fault[];
  /** What an inventory of ours needs besides. */
  missing: string[];
}

/**
 * Makes an inventory of ours of an Ansible inventory: hosts, groups, variables and how hosts are reached.
 * @throws InputError when no host is left that SSH reaches.
 */
export function convertAnsible(ansible: AnsibleInventory): Converted {
  const notes = new Map(ansible.notes.map((fault) => [JSON.stringify(fault), fault]));
  const note: Note = (line, message) => {
    const place = typeof line === 'number' ? { file: ansible.file, line } : line;
    const fault = { path: '', ...place, message };
    notes.set(JSON.stringify(fault), fault);
  };
  const precedence = precedenceOf(ansible);
  const reached = [...ansible.hosts.values()].filter((host) => goesBySsh(host, precedence, note));
  const sorted = () => [...notes.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (reached.length === 0)
    throw new InputError([
      ...sorted(),
      { file: ansible.file, path: '', message: 'no host is left that is reached by SSH' },
    ]);

  const hostNames = fittingNames(
    reached.map(({ name }) => name),
    'host',
    (name) => name === 'all',
  );
  const secretName = secretNames();
  const hosts = reached.map((host): [string, object] => {
    const name = hostNames.get(host.name) ?? host.name;
    if (name !== host.name) note(host.line, `the host ${host.name} is called ${name}: ${rule}`);
    const address = addressOf(host, precedence, note);
    return [name, { address, ...carryOver(host.vars, name, secretName, note) }];
  });
  const [all, ...others] = precedence.groups;
  const top = all ? carryOver(all.vars, 'all', secretName, note) : {};
  const groups = convertGroups(others, precedence, hostNames, secretName, note);
  const text = printJson({
    $schema: schemaFile,
    ...top,
    hosts: Object.fromEntries(hosts),
    ...(groups.length > 0 ? { groups: Object.fromEntries(groups) } : {}),
    playbooks: ['ha-pair'],
  });
  const names = groups.map(([name]) => name);
  return { text, notes: sorted(), faults: faultsOf(text), missing: missingFields(names) };
}

const rule =
  'a name is of letters, digits, ".", "_" and "-", at most 63; a host is not called "all", nor a group a number';

const sshConnections = ['ssh', 'smart', 'paramiko', 'paramiko_ssh', 'ansible.builtin.ssh'];

function goesBySsh(host: AnsibleHost, { find }: Precedence, note: Note): boolean {
  const { value = 'ssh', line = host.line } = find(host, 'ansible_connection') ?? {};
  if (sshConnections.includes(String(value))) return true;
  note(line, `the host ${host.name} is left out: ansible_connection=${String(value)} is not SSH`);
  return false;
}

function addressOf(host: AnsibleHost, { find }: Precedence, note: Note): unknown {
  const key = find(host, 'ansible_ssh_host') ? 'ansible_ssh_host' : 'ansible_host';
  const { value, line = host.line } = find(host, key) ?? {};
  if (value === undefined || value === null || value === '') return host.name;
  const environment = fromEnvironment(value);
  if (environment) return environment;
  if (!isTemplate(value)) return String(value);
  note(
    line,
    `${key} is left out, and the name stands for the address: ${JSON.stringify(value)} is an expression, and haprov evaluates none`,
  );
  return host.name;
}

/** In the order in which one's variables win over another's. */
function convertGroups(
  groups: Precedence['groups'],
  { membersOf }: Precedence,
  hostNames: ReadonlyMap<string, string>,
  secretName: SecretName,
  note: Note,
): [string, unknown][] {
  const isUsed = new Set(hostNames.values());
  // JavaScript would put a name that is a number before all others, and with it its variables.
  const names = fittingNames(
    groups.map(({ name }) => name),
    'group',
    (name) => isUsed.has(name) || /^[0-9]+$/.test(name),
  );
  return groups.flatMap((group): [string, unknown][] => {
    const members = [...membersOf(group)].flatMap((host) => hostNames.get(host) ?? []);
    // Everybody has that one, and nearly nobody speaks of it.
    if (group.name === 'ungrouped' && group.vars.size === 0) return [];
    if (members.length === 0) {
      note(group.line, `the group ${group.name} is left out, with its variables: it has no host`);
      return [];
    }
    const name = names.get(group.name) ?? group.name;
    if (name !== group.name)
      note(
        group.line,
        `the group ${group.name} is called ${name}: ${isUsed.has(group.name) ? 'a host has that name' : rule}`,
      );
    const carried = carryOver(group.vars, name, secretName, note);
    return [[name, Object.keys(carried).length > 0 ? { hosts: members, ...carried } : members]];
  });
}

/** One variable for each secret, however often it stands there; the first has the plainest name. */
function secretNames(): SecretName {
  const names = new Map<string, string>();
  return (field, value, owner) => {
    const base = field === 'password' ? 'HAPROV_SSH_PASSWORD' : 'HAPROV_SUDO_PASSWORD';
    const key = JSON.stringify([field, value]);
    const used = new Set(names.values());
    const own = `${base}_${owner.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
    const name =
      names.get(key) ??
      [base, own].find((one) => !used.has(one)) ??
      `${own}_${[...used].filter((one) => one.startsWith(own)).length + 1}`;
    names.set(key, name);
    return name;
  };
}

/** What our own loader will say of it, but for variables of the environment that are not set yet. */
function faultsOf(text: string): Fault[] {
  const document = parseText('', text);
  const { value, unset, conceal } = resolveSecrets(document, {});
  const checked = validate(inventorySchema, { document, value, unknown: unset, conceal });
  const later = checked.remains ? checkReferences(checked.remains, document) : [];
  return faultsToReport([...document.faults, ...checked.faults, ...later]);
}

/** Names that people give to the groups that the playbook ha-pair asks for. */
const alike: Record<string, { what: string; names: RegExp }> = {
  balancers: {
    what: 'the hosts that run HAProxy and keepalived',
    names:
      /^(?:lbs?|balancers?|load[-_]?balancers?|ha[-_]?prox(?:y|ies)|prox(?:y|ies)|keepalived|front[-_]?ends?)$/i,
  },
  web: {
    what: 'the hosts that run httpd',
    names: /^(?:www|webs?|web[-_]?servers?|httpd?|apache2?|apps?|app[-_]?servers?|back[-_]?ends?)$/i,
  },
};

function missingFields(groups: readonly string[]): string[] {
  const wanted = Object.entries(alike).flatMap(([name, { what, names }]) => {
    if (groups.includes(name)) return [];
    const found = groups.find((group) => names.test(group));
    return [`groups.${name}: ${what}${found === undefined ? '' : ` (your group "${found}"?)`}`];
  });
  return [
    ...wanted,
    'vips.NAME: address, virtualRouterId and "group": "balancers": the address that moves',
    'hosts.NAME.priority of each balancer: the highest holds the address',
    'services.NAME: port, and backends with "group": "web" and port',
  ];
}
