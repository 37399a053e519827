import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { adopt } from '../../src/adopt/adopted';
import { fromFiles } from '../../src/adopt/from-files';
import { InputError, UsageError } from '../../src/errors';
import { withFiles } from '../bad-input/cases';

const howTo = 'test/adopt/how-to';
const silent = () => {
  throw new Error('nothing was to be said');
};

test('each keepalived.conf is a host’s, HAProxy’s file is that of all, and its servers tell where they are', () => {
  const { found, base } = fromFiles(
    [
      'files/etc/haproxy/haproxy.cfg',
      ...['fred', 'ethyl'].map((host) => `${host}/etc/keepalived/keepalived.conf`),
    ].map((file) => join(howTo, file)),
    silent,
  );
  expect(base).toEqual({
    hosts: { fred: { address: '192.168.56.201' }, ethyl: { address: '192.168.56.202' } },
  });
  expect(adopt(found).files.map(({ path, isSame }) => [path, isSame])).toEqual([
    ['/etc/haproxy/haproxy.cfg', true],
    ['/etc/keepalived/keepalived.conf', false],
  ]);
});

const pairs = readdirSync('test/adopted').filter((name) =>
  statSync(join('test/adopted', name)).isDirectory(),
);

test.each(pairs)(
  'the pair %s from its folders: every file is taken, byte for byte, or is said not to be managed',
  (pair) => {
    const roots = ['fred', 'ethyl'].map((host) => join('test/adopted', pair, host));
    const { found } = fromFiles(roots, silent);
    const { files, hosts } = adopt(found);
    for (const [index, root] of roots.entries()) {
      const { found: host, named } = hosts[index] ?? {};
      for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
        if (statSync(join(root, name)).isDirectory()) continue;
        const bytes = readFileSync(join(root, name));
        const file = files.find(({ path }) => path === `/${name}`)?.on.get(host?.name ?? '');
        const isSaid = [...(named?.written ?? []).map(({ path }) => path), ...(host?.beside ?? [])].includes(
          `/${name}`,
        );
        expect({ name, taken: file?.content.equals(bytes) ?? isSaid }).toEqual({ name, taken: true });
      }
    }
  },
);

test('what a file names is taken from beside it, and an Ansible inventory says how the hosts are reached', () =>
  withFiles(
    {
      files: {
        'haproxy.cfg':
          'frontend x\n  bind :443 ssl crt /etc/haproxy/certs/\n  use_backend %[path,map(/etc/haproxy/a.map)]\n',
        'extra.cfg': 'backend y\n  server lb1 10.0.0.1:80\n',
        'certs/a.pem': 'pem',
        'a.map': '/ y\n',
        'keepalived-lb1.conf': 'include vrrp.d/*.conf\nvrrp_instance a {\n  unicast_src_ip 10.0.0.11\n}\n',
        'keepalived-lb2.conf': 'vrrp_instance a {\n  notify /etc/keepalived/note.sh\n}\n',
        'vrrp.d/more.conf': '',
        'note.sh': '#!/bin/sh\n',
        'hosts.yml': 'all:\n  hosts: { lb2: { ansible_host: 10.0.0.12, ansible_foo: 1 }, web1: }\n',
      },
    },
    async (folder) => {
      const said: string[] = [];
      const names = ['haproxy.cfg', 'keepalived-lb1.conf', 'hosts.yml', 'extra.cfg', 'keepalived-lb2.conf'];
      const { found, base } = fromFiles(
        names.map((name) => join(folder, name)),
        (text) => said.push(text),
      );
      expect(base).toEqual({
        $schema: 'inventory.schema.json',
        hosts: { lb1: { address: '10.0.0.11' }, lb2: { address: '10.0.0.12' }, web1: { address: 'web1' } },
        groups: { balancers: ['lb1', 'lb2'] },
      });
      expect(said).toEqual([expect.stringContaining('ansible_foo is left out')]);
      const adopted = adopt(found);
      expect(adopted.files.map(({ path, on }) => [path, [...on.keys()].join()])).toEqual([
        ['/etc/haproxy/haproxy.cfg', 'lb1,lb2'],
        ['/etc/haproxy/conf.d/extra.cfg', 'lb1,lb2'],
        ['/etc/haproxy/certs/a.pem', 'lb1,lb2'],
        ['/etc/haproxy/a.map', 'lb1,lb2'],
        ['/etc/keepalived/keepalived.conf', 'lb1,lb2'],
        ['/etc/keepalived/vrrp.d/more.conf', 'lb1'],
        ['/etc/keepalived/note.sh', 'lb2'],
      ]);
    },
  ));

test.each([
  [['gone.cfg'], InputError, 'gone.cfg: cannot be read'],
  [['README.md', 'LICENSE'], UsageError, 'neither HAProxy'],
])('%j is refused', (names, kind, says) => {
  expect(() => fromFiles(names, silent)).toThrow(kind);
  expect(() => fromFiles(names, silent)).toThrow(says);
});

test('an Ansible inventory alone is init’s', () =>
  withFiles({ files: { 'hosts.ini': 'a\n' } }, async (folder) => {
    expect(() => fromFiles([join(folder, 'hosts.ini')], silent)).toThrow(
      'no file of HAProxy or keepalived is named',
    );
  }));
