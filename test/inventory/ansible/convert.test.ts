import { InputError } from '../../../src/errors';
import { convertAnsible } from '../../../src/inventory/ansible/convert';
import { readAnsibleIni } from '../../../src/inventory/ansible/read';
import type { Inventory } from '../../../src/inventory/inventory';
import { withFiles } from '../../bad-input/cases';
import { loadInventory } from '../../support/load-inventory';

const convert = (text: string) => convertAnsible(readAnsibleIni('hosts.ini', text));
const written = (text: string) => JSON.parse(convert(text).text) as Record<string, Record<string, unknown>>;
const notes = (text: string) =>
  convert(text).notes.map(({ line, message }) => `${line === undefined ? '' : `${line}: `}${message}`);
const load = (text: string, env: NodeJS.ProcessEnv = {}): Promise<Inventory> =>
  withFiles({ files: { 'inventory.json': text } }, (_folder, file) => loadInventory(file, env));

const pair = `
[balancers]
lb-a ansible_host=10.0.0.1 ansible_port=2201
lb-b ansible_host=10.0.0.2

[web]
web[1:2].example.org:2222

[all:vars]
ansible_user=deploy
ansible_ssh_private_key_file=~/.ssh/id_ed25519
site=Lisbon

[web:vars]
ansible_become=yes
site=Porto
`;

test('hosts, groups, variables and how hosts are reached', async () => {
  const { text, notes: lost, faults } = convert(pair);
  expect([lost, faults]).toEqual([[], []]);
  const inventory = await load(text);
  expect(
    inventory.hosts.map(({ name, address, ssh, vars, groups }) => [name, address, ssh, vars, groups]),
  ).toEqual([
    [
      'lb-a',
      '10.0.0.1',
      { user: 'deploy', port: 2201, identityFiles: [expect.stringMatching(/^\/.*id_ed25519$/)] },
      { site: 'Lisbon' },
      ['all', 'balancers'],
    ],
    [
      'lb-b',
      '10.0.0.2',
      { user: 'deploy', identityFiles: [expect.anything()] },
      { site: 'Lisbon' },
      ['all', 'balancers'],
    ],
    ...[1, 2].map((n) => [
      `web${n}.example.org`,
      `web${n}.example.org`,
      { user: 'deploy', port: 2222, sudo: true, identityFiles: [expect.anything()] },
      { site: 'Porto' },
      ['all', 'web'],
    ]),
  ]);
});

test('what is short stands on a line', () => {
  expect(convert(pair).text).toContain('    "lb-b": { "address": "10.0.0.2" },\n');
});

/** Settings, and what becomes of them. */
const settings: [string, object | undefined, string | undefined][] = [
  ['ansible_user=admin', { user: 'admin' }, undefined],
  ['ansible_ssh_user=admin', { user: 'admin' }, undefined],
  ['ansible_user=1000', undefined, 'ansible_user is left out: 1000 is not a user name'],
  ['ansible_port="2222"', { port: 2222 }, undefined],
  ['ansible_ssh_port=22', { port: 22 }, undefined],
  ['ansible_port=0', undefined, 'ansible_port is left out: 0 is not a port from 1 to 65535'],
  ['ansible_ssh_private_key_file=/k', { identityFiles: ['/k'] }, undefined],
  [
    'ansible_private_key_file=keys/k',
    { identityFiles: ['keys/k'] },
    'ansible_private_key_file is a relative path, which begins at the inventory for haprov',
  ],
  ['ansible_timeout=30', { connectTimeout: 30 }, undefined],
  ['ansible_become=true', { sudo: true }, undefined],
  ['ansible_become=No', { sudo: false }, undefined],
  ['ansible_become=perhaps', undefined, 'ansible_become is left out: "perhaps" is not true, false or "auto"'],
  [
    'ansible_become=constructor',
    undefined,
    'ansible_become is left out: "constructor" is not true, false or "auto"',
  ],
  ['ansible_become_method=sudo', { become: 'sudo' }, undefined],
  ['ansible_become_method=doas', { become: 'doas' }, undefined],
  [
    'ansible_become_method=su',
    undefined,
    'ansible_become_method is left out: "su" is not "sudo", "doas", or a list of words such as ["dzdo", "-n"]; not su, which asks for the password of root at a terminal',
  ],
  ['ansible_become_user=root', undefined, undefined],
  ['ansible_become_user=app', undefined, 'ansible_become_user is left out: haprov works as root'],
  ['ansible_connection=ssh', undefined, undefined],
  [
    'ansible_python_interpreter=/usr/bin/python3',
    undefined,
    'ansible_python_interpreter is left out: haprov runs no Python on hosts',
  ],
  ['ansible_frobnicate=1', undefined, 'ansible_frobnicate is left out: haprov has nothing for it'],
  [
    'ansible_user="{{ who }}"',
    undefined,
    'ansible_user is left out: "{{ who }}" is an expression, and haprov evaluates none',
  ],
  [`ansible_user="{{ lookup('env', 'WHO') }}"`, { user: { env: 'WHO' } }, undefined],
  [`ansible_password="{{ lookup('env', 'PW') }}"`, { password: { env: 'PW' } }, undefined],
  [
    'ansible_ssh_user=b ansible_user=a',
    { user: 'b' },
    'ansible_ssh_user wins over what is said of ssh.user by another name, as it does for Ansible',
  ],
];
test.each(settings)('%s', (given, ssh, note) => {
  for (const text of [
    `h ${given}\n`,
    `[g]\nh\n[g:vars]\n${given
      .split(' ansible_')
      .join('\nansible_')
      .replace(/="(.*)"$/, '=$1')}\n`,
  ]) {
    const { hosts, groups } = written(text);
    const found = [hosts?.h, groups?.g].map((one) => (one as { ssh?: object } | undefined)?.ssh);
    expect(found.filter(Boolean)).toEqual(ssh ? [ssh] : []);
    expect(notes(text).map((one) => one.replace(/^\d+: /, ''))).toEqual(note === undefined ? [] : [note]);
  }
});

test('a password never reaches the inventory, nor the notes: one variable for each', async () => {
  const text = [
    'a ansible_password=swordfish1 ansible_become_pass=swordfish2',
    'b ansible_ssh_pass=swordfish1',
    '[g]',
    'c[1:2] ansible_ssh_password=swordfish3',
  ].join('\n');
  const { text: made, notes: said } = convert(text);
  expect(made + JSON.stringify(said)).not.toContain('swordfish');
  const { hosts } = JSON.parse(made);
  const [same, other] = [{ env: 'HAPROV_SSH_PASSWORD' }, { env: 'HAPROV_SSH_PASSWORD_C1' }];
  expect(hosts.a.ssh).toEqual({ password: same, sudoPassword: { env: 'HAPROV_SUDO_PASSWORD' } });
  expect([hosts.b.ssh.password, hosts.c1.ssh.password, hosts.c2.ssh.password]).toEqual([same, other, other]);
  expect(notes(text)).toEqual([
    '1: ansible_password is not copied: set the environment variable HAPROV_SSH_PASSWORD to it before you run haprov',
    '1: ansible_become_pass is not copied: set the environment variable HAPROV_SUDO_PASSWORD to it before you run haprov',
    '2: ansible_ssh_pass is not copied: set the environment variable HAPROV_SSH_PASSWORD to it before you run haprov',
    '4: ansible_ssh_password is not copied: set the environment variable HAPROV_SSH_PASSWORD_C1 to it before you run haprov',
  ]);
  const env = { HAPROV_SSH_PASSWORD: 'x', HAPROV_SSH_PASSWORD_C1: 'y', HAPROV_SUDO_PASSWORD: 'z' };
  expect((await load(made, env)).hosts[3]?.ssh.password).toBe('y');
});

/** What is told, with its line. */
const told: [string, string[]][] = [
  [
    'localhost ansible_connection=local\nh',
    ['1: the host localhost is left out: ansible_connection=local is not SSH'],
  ],
  [
    'h\n[c]\nx\n[c:vars]\nansible_connection=docker',
    [
      '5: the host x is left out: ansible_connection=docker is not SSH',
      '2: the group c is left out, with its variables: it has no host',
    ],
  ],
  [
    'h\n[p:children]\nmissing',
    [
      '3: there is no group "missing", so it is left out of [p:children]: [missing] declares one',
      '2: the group p is left out, with its variables: it has no host',
    ],
  ],
  ['h\n[p]\nx\n[p:children]\nh', ['5: "h" is a host, so it is left out of [p:children]: hosts stand in [p]']],
  [
    'h\n[none:vars]\na=1',
    ['2: there is no group "none", so its variables are left out: [none] declares one'],
  ],
  ['h\n[empty]\n', ['2: the group empty is left out, with its variables: it has no host']],
  ['h\n[g]\nh\n[k]\nh:22', ['5: :22 is left out: Ansible takes a port only where a host is named first']],
  [
    '[fd00::1]:22',
    [
      '1: the host fd00::1 is called fd00-1: a name is of letters, digits, ".", "_" and "-", at most 63; a host is not called "all", nor a group a number',
    ],
  ],
  ['all', [expect.stringContaining('1: the host all is called host-all: ')]],
  ['web\n[web]\nweb', ['2: the group web is called group-web: a host has that name']],
  ['h\n[10]\nh', [expect.stringContaining('2: the group 10 is called group-10: ')]],
  ['h x="{{ y }}"', ['1: x is left out: "{{ y }}" is an expression, and haprov evaluates none']],
  [`h x="{'a': ['{% if %}']}"`, [expect.stringContaining('is an expression')]],
  [`h x="{'env': 'prod'}"`, ['1: x is left out: { "env": … } stands for an environment variable here']],
  [`h x="[{'file': 'f'}]"`, ['1: x is left out: { "file": … } stands for the text of a file here']],
  [
    `h x="{'__proto__': 1}" __proto__=1`,
    [
      '1: x is left out: "__proto__" is not a name that can be used',
      '1: __proto__ is left out: "__proto__" is not a name that can be used',
    ],
  ],
  [
    'h my-var=1 9x=2',
    [
      '1: my-var is called my_var: a name is of letters, digits and "_"',
      '1: 9x is called _9x: a name is of letters, digits and "_"',
    ],
  ],
  ['h my-var=1 my_var=2', ['1: my-var is left out: it would be called my_var, and there is one already']],
  ['h db_password=x', [expect.stringContaining('1: db_password looks like a secret in plain text')]],
  [
    'h\n[g]\nh\n[g:vars]\nmotto=a b # c',
    ['5: motto: what follows "#" is a part of the value, as it is for Ansible'],
  ],
  [
    'h ansible_host="{{ x }}"',
    [
      '1: ansible_host is left out, and the name stands for the address: "{{ x }}" is an expression, and haprov evaluates none',
    ],
  ],
];
test.each(told)('%j is told', async (text, expected) => {
  expect(notes(text).sort()).toEqual([...expected].sort());
  const { text: made, faults } = convert(text);
  expect(faults).toEqual([]);
  await load(made);
});

/** What our own rules refuse, and the reader has to put right. */
const unfit: [string, string, string][] = [
  ['web_1', 'hosts.web_1.address', 'is "web_1"'],
  [
    'a ansible_host=127.0.0.1 ansible_port=44\nb ansible_host=127.0.0.1 ansible_port=45',
    'hosts.b.address',
    'is already the address of host a',
  ],
];
test.each(unfit)('%j does not load, and the notes say why', async (text, path, message) => {
  const { text: made, faults } = convert(text);
  expect(faults).toMatchObject([{ path, message }]);
  await expect(load(made)).rejects.toMatchObject({ faults: [{ path, message }] });
});

/** Lines that cannot be read. */
const bad: [string, number, string][] = [
  ['[web servers]', 1, 'is no section'],
  ['[]', 1, 'is no section'],
  ['[web] ; the web', 1, 'begins with "#"'],
  ['h\n[g:hostvars]\nx y', 2, 'there are [g], [g:children] and [g:vars] only'],
  ['h x', 1, '"x" is no variable'],
  ['h x="a', 1, 'a quote (") that is never closed'],
  ['h x=a\\', 1, 'a backslash that takes nothing'],
  ['h\n[g]\nh\n[g:vars]\nx', 5, 'here stands key=value'],
  ['h\n[p:children]\na b', 3, 'is no group name'],
  ['---\nall:\n', 1, 'begins a YAML file'],
  ['all:', 1, 'is it a YAML file?'],
  ['{ "hosts": 1 }', 1, '"{" is no host name'],
  ['web[1:3', 1, 'a range that is none'],
  ['web[3:1]', 1, 'the range [3:1] is empty'],
  ['web[01:1]', 1, 'both its ends must be of one length'],
  ['web[1:3:0]', 1, 'is empty'],
  ['web[a:9]', 1, 'a range that is none'],
  ['web[0:99999999999]', 1, 'more than 10000 hosts'],
  ['web[0:999][0:999]', 1, 'more than 10000 hosts'],
  ['a\0b', 1, 'a NUL character'],
];
test.each(bad)('%j', (text, line, message) => {
  const { faults } = refusal(`\n${text}`);
  expect(faults).toContainEqual(
    expect.objectContaining({ file: 'hosts.ini', line: line + 1, message: expect.stringContaining(message) }),
  );
});

test('all that cannot be read is said at once', () => {
  expect(refusal('a b\n[x y]\nc[3:1]\n[ok]\nd e\n').faults.map(({ line }) => line)).toEqual([1, 2, 5]);
});

test.each([
  ['', 'there is no host in it'],
  ['[g]\n[h:children]\ng\n', 'there is no host in it'],
  ['a ansible_connection=local', 'no host is left that is reached by SSH'],
  ['h\n[a:children]\nb\n[b:children]\na\n', 'the group a is inside itself: a, b, a'],
  ['h\n[all:children]\nall\n', 'the group all is inside itself'],
])('%j: %s', (text, message) => expect(refusal(text).message).toContain(message));

test('however deep groups are nested', () => {
  const chain = Array.from({ length: 20_000 }, (_, n) => `[g${n}:children]\ng${n + 1}\n`).join('');
  expect(refusal(`h\n${chain}[g20000]\nh\n`).message).toContain('nested more than 64 deep');
});

function refusal(text: string): InputError {
  try {
    convert(text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('it was read');
}

test('what an inventory of ours needs besides, with the groups that were perhaps meant', () => {
  expect(convert(pair).missing).toEqual([
    'vips.NAME: address, virtualRouterId and "group": "balancers": the address that moves',
    'hosts.NAME.priority of each balancer: the highest holds the address',
    'services.NAME: port, and backends with "group": "web" and port',
  ]);
  expect(convert('[loadbalancers]\na\n[webservers]\nb\n').missing.slice(0, 2)).toEqual([
    'groups.balancers: the hosts that run HAProxy and keepalived (your group "loadbalancers"?)',
    'groups.web: the hosts that run httpd (your group "webservers"?)',
  ]);
});
