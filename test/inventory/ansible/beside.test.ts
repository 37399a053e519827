import { join } from 'node:path';
import { InputError } from '../../../src/errors';
import { readAnsible } from '../../../src/inventory/ansible/beside';
import { convertAnsible } from '../../../src/inventory/ansible/convert';
import { withFiles } from '../../bad-input/cases';

/** What becomes of an inventory and of what lies beside it. */
const convert = (name: string, files: Record<string, string>) =>
  withFiles({ files }, (folder) => {
    const { text, notes } = convertAnsible(readAnsible(join(folder, name)));
    const { $schema, ...made } = JSON.parse(text) as Record<string, unknown>;
    expect($schema).toBe('inventory.schema.json');
    const short = (file: string) => file.replace(`${folder}/`, '');
    return Promise.resolve({
      made,
      notes: notes.map(
        ({ file, line, message }) => `${short(file)}${line === undefined ? '' : `:${line}`}: ${message}`,
      ),
    });
  });

const yaml = `all:
  vars: { site: Lisbon, level: 1 }
  children:
    edge:
      hosts:
        lb[1:2].example.org:2222:
        spare: { ansible_host: 10.0.0.9, ansible_user: ops }
      vars:
        level: 2
      children:
        inner: { hosts: { lb1.example.org: } }
`;

test('a YAML inventory: groups in groups, ranges, ports, variables', async () => {
  const { made, notes } = await convert('hosts.yml', { 'hosts.yml': yaml });
  expect(notes).toEqual([]);
  expect(made).toEqual({
    vars: { site: 'Lisbon', level: 1 },
    hosts: {
      'lb1.example.org': { address: 'lb1.example.org', ssh: { port: 2222 } },
      'lb2.example.org': { address: 'lb2.example.org', ssh: { port: 2222 } },
      spare: { address: '10.0.0.9', ssh: { user: 'ops' } },
    },
    groups: {
      edge: { hosts: ['lb1.example.org', 'lb2.example.org', 'spare'], vars: { level: 2 } },
      inner: ['lb1.example.org'],
    },
    playbooks: ['ha-pair'],
  });
});

test.each(['hosts.ini', 'hosts.yml'])('what lies beside %s wins as it does for Ansible', async (name) => {
  const files = {
    'hosts.ini': '[web]\na own=inventory\nb\n[web:vars]\nx=inventory\ny=inventory\nz=inventory\n',
    'hosts.yml':
      'web:\n  hosts: { a: { own: inventory }, b: }\n  vars: { x: inventory, y: inventory, z: inventory }\n',
    'group_vars/all.yml': 'y: all\n',
    'group_vars/web/10.yml': '---\n# first\nx: first\n',
    'group_vars/web/20.json': '{"x": "second"}',
    'group_vars/web/.hidden': 'x: hidden\n',
    'host_vars/a': 'own: host_vars\nansible_user: ops\n',
    'host_vars/b.yaml': '---\n',
  };
  const { made, notes } = await convert(name, files);
  expect(notes).toEqual([]);
  expect(made).toEqual({
    vars: { y: 'all' },
    hosts: { a: { address: 'a', ssh: { user: 'ops' }, vars: { own: 'host_vars' } }, b: { address: 'b' } },
    groups: { web: { hosts: ['a', 'b'], vars: { x: 'second', z: 'inventory' } } },
    playbooks: ['ha-pair'],
  });
});

test('what is left out is said with its own file', async () => {
  const { made, notes } = await convert('hosts.yml', {
    'hosts.yml': 'web:\n  hosts: { a: }\n  other: 1\n',
    'group_vars/nobody.yml': 'x: 1\n',
    'group_vars/web.yml': 'ansible_password: x\nurl: "http://{{ host }}"\n',
    'host_vars/a.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
    'host_vars/gone': 'x: 1\n',
  });
  expect(made.groups).toEqual({
    web: { hosts: ['a'], ssh: { password: { env: 'HAPROV_SSH_PASSWORD' } } },
  });
  expect(notes).toEqual(
    expect.arrayContaining([
      'hosts.yml:3: web.other is left out: a group has hosts, children and vars only',
      'group_vars/nobody.yml: there is no group "nobody", so it is left out',
      expect.stringMatching(/^group_vars\/web\.yml:1: ansible_password is not copied/),
      expect.stringMatching(/^group_vars\/web\.yml:2: url is left out: .* is an expression/),
      expect.stringMatching(/^host_vars\/a\.yml: is encrypted/),
      'host_vars/gone: there is no host "gone", so it is left out',
    ]),
  );
});

test.each([
  ['web: [a]\n', /hosts.yml:1:\d+: here stands an object of names, and found is a list/],
  ['web:\n  hosts: { "a[3:1]": }\n', /hosts.yml:2:\d+: the range \[3:1\] is empty/],
  [
    'a: { children: { b: { children: { a: } } } }\nc: { hosts: { x: } }\n',
    /the group a is inside itself: a, b, a/,
  ],
  ['web:\n', /there is no host in it/],
  ['web:\n  hosts: [\n', /hosts.yml:2/],
])('%j is refused', (text, says) =>
  withFiles({ files: { 'hosts.yml': text } }, async (folder) => {
    const read = () => readAnsible(join(folder, 'hosts.yml'));
    expect(read).toThrow(InputError);
    expect(read).toThrow(says);
  }),
);
