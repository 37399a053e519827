import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anyHost } from '../../src/playbook/context';
import type { Resource } from '../../src/playbook/expand';
import { syntaxError } from '../../src/playbook/template-syntax';
import { withFiles } from '../bad-input/cases';
import { faultsOf, loadAll } from '../bad-input/check-all';

const base = {
  hosts: { a: { address: '10.0.0.1', priority: 2 }, b: { address: '10.0.0.2', priority: 1 } },
  playbooks: ['./p.json'],
};
const task = (...resources: object[]) => ({ tasks: [{ name: 'T', resources }] });
const contentOf = (resource: Resource | undefined) => resource?.content?.(anyHost).toString();

const load = (
  inventory: object,
  playbook: object,
  files: Record<string, string> = {},
): Promise<Map<string, Resource[]>> =>
  withFiles(
    {
      files: {
        'inventory.json': JSON.stringify({ ...base, ...inventory }),
        'p.json': JSON.stringify(playbook),
        ...files,
      },
    },
    (_folder, file) => loadAll(file).resources,
  );

test('vars: playbook < inventory < group < host', async () => {
  const found = await load(
    {
      vars: { b: 'inventory', c: 'inventory', d: 'inventory' },
      groups: { g: { hosts: ['a'], vars: { c: 'group', d: 'group' } } },
      hosts: { ...base.hosts, a: { ...base.hosts.a, vars: { d: 'host' } } },
    },
    {
      vars: { a: 'playbook', b: 'playbook', c: 'playbook', d: 'playbook' },
      ...task({ type: 'line', path: '/x', line: '<%= vars.a %> <%= vars.b %> <%= vars.c %> <%= vars.d %>' }),
    },
  );
  const lines = [...found.values()].map(([one]) => one?.about.line);
  expect(lines).toEqual(['playbook inventory group host', 'playbook inventory inventory inventory']);
});

test('a field whose variable is null is left out', async () => {
  const found = await load(
    { vars: { mode: null, path: '/x' } },
    task({ type: 'file', path: { var: 'vars.path' }, content: 'x', mode: { var: 'vars.mode' } }),
  );
  expect(found.get('a')?.[0]?.spec).not.toHaveProperty('mode');
});

test('a variable stands for its value as it is: a list, an object, true', async () => {
  const found = await load(
    { vars: { names: ['x', 'y'], on: true }, sysctl: { 'net.ipv4.ip_forward': 1 } },
    task(
      { type: 'package', names: { var: 'vars.names' } },
      { type: 'service', unit: 'u', enabled: { var: 'vars.on' } },
      { type: 'sysctl', values: { var: 'sysctl' } },
    ),
  );
  expect(found.get('a')?.map(({ spec }) => spec)).toMatchObject([
    { names: ['x', 'y'] },
    { unit: 'u', enabled: true },
    { values: { 'net.ipv4.ip_forward': '1' } },
  ]);
});

test('a task is for the hosts of its group', async () => {
  const found = await load(
    { groups: { g: ['b'] } },
    { tasks: [{ name: 'T', group: 'g', resources: [{ type: 'package', names: ['x'] }] }] },
  );
  expect([...found].map(([name, resources]) => [name, resources.length])).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
});

test('playbooks that a playbook names come first, each once, with the nearest of that name and vars of their own', async () => {
  const line = (path: string) => ({ type: 'line', path, line: '<%= vars.a %>' });
  const found = await load(
    { playbooks: ['./p.json', './last.json'] },
    { playbooks: ['x', './sub/y.json'], vars: { a: 'p' }, ...task(line('/p')) },
    {
      'playbooks/x.json': JSON.stringify({ vars: { a: 'x' }, ...task(line('/x')) }),
      'sub/playbooks/x.json': JSON.stringify(task(line('/never'))),
      'sub/playbooks/z.json': JSON.stringify({ vars: { a: 'z' }, ...task(line('/z')) }),
      'sub/y.json': JSON.stringify({ playbooks: ['x', 'z'] }),
      'last.json': JSON.stringify({ playbooks: ['./sub/y.json'], vars: { a: 'l' }, ...task(line('/l')) }),
    },
  );
  const lines = found.get('a')?.map(({ about }) => `${about.path} ${about.line}`);
  expect(lines).toEqual(['/x x', '/z z', '/p p', '/l l']);
});

test('templates beside the inventory win over those beside the playbook, and these over what is shipped', async () => {
  const file = (path: string, template: string) => ({ type: 'file', path, template });
  const playbook = task(
    file('/1', 'haproxy/haproxy.cfg'),
    file('/2', 'my/own'),
    file('/3', 'keepalived/haprov-not-drained'),
  );
  const files = {
    'templates/haproxy/haproxy.cfg.ejs': 'mine\n',
    'lib/templates/haproxy/haproxy.cfg.ejs': 'library\n',
    'lib/templates/my/own.ejs': 'library',
    'lib/playbooks/p.json': JSON.stringify(playbook),
  };
  const found = await withFiles(
    {
      files: { 'inventory.json': JSON.stringify({ ...base, playbooks: ['lib/playbooks/p.json'] }), ...files },
    },
    (_folder, path) => loadAll(path).resources.get('a')?.map(contentOf),
  );
  expect(found?.slice(0, 2)).toEqual(['mine\n', 'library\n']);
  expect(found?.[2]).toContain('#!/bin/sh');
});

test('a source is copied byte for byte, and found beside its playbook', async () => {
  const bytes = Buffer.from([0, 1, 0xff, 10]);
  await withFiles(
    {
      files: {
        'inventory.json': JSON.stringify(base),
        'p.json': JSON.stringify(task({ type: 'file', path: '/x', source: 'blob' })),
      },
    },
    (folder, file) => {
      writeFileSync(join(folder, 'blob'), bytes);
      const [resource] = loadAll(file).resources.get('a') ?? [];
      expect(resource?.content?.(anyHost)).toEqual(bytes);
    },
  );
});

test('a last line gets its newline, an empty file stays empty', async () => {
  const found = await load(
    {},
    task({ type: 'file', path: '/1', content: 'x' }, { type: 'file', path: '/2', content: '' }),
  );
  expect(found.get('a')?.map(contentOf)).toEqual(['x\n', '']);
});

test('what is at fault on several hosts is told once', async () => {
  const text = JSON.stringify(task({ type: 'file', path: '/1', template: 'my/bad' }));
  const files = {
    'inventory.json': JSON.stringify(base),
    'p.json': text,
    'templates/my/bad.ejs': '\n<%= nobody %>',
  };
  const faults = await withFiles({ files }, (_folder, file) => faultsOf(() => loadAll(file)));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatchObject({ line: 2 });
});

test.each([
  ['<% if (a) { %>\nx\n<% } %>\n', undefined],
  ['<%# not ( code %>\n<%% neither (\n<%= a // comment\n%>\n', undefined],
  ['x\n<%\nconst b = 1;\nconst = 2;\n%>', 4],
  ['x\n\n<%= a b %>', 3],
  ['<% for (const b of a) { -%>\n<%_ } _%>\n<% ) %>', 3],
])('the line of a JavaScript error in %j is %s', (source, line) => {
  expect(syntaxError(source, ['a'])?.line).toBe(line);
});
