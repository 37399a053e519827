import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { withFiles } from '../bad-input/cases';
import { faultsOf, loadAll } from '../bad-input/check-all';
import { loadInventory } from '../support/load-inventory';

const pair = { a: { address: '10.0.0.1' }, b: { address: '10.0.0.2' } };
const inventory = (rest: object) =>
  JSON.stringify({ hosts: pair, playbooks: ['own-configuration'], ...rest });

/** Host → path, role and local file of each of its files. */
const filesOf = (rest: object, files: Record<string, string>) =>
  withFiles({ files: { 'inventory.json': inventory(rest), ...files } }, (folder, file) => {
    const { own } = loadInventory(file, {});
    return Object.fromEntries(
      Object.entries(own).map(([unit, { files: byHost }]) => [
        unit,
        Object.fromEntries(
          [...byHost].map(([host, all]) => [
            host,
            all.map(({ path, role, source }) => [path, role, source?.slice(folder.length + 1)]),
          ]),
        ),
      ]),
    );
  });

test('a path alone is the main file, for every balancer', async () => {
  const found = await filesOf(
    { groups: { balancers: ['a'] }, haproxy: { config: 'h.cfg' }, keepalived: { config: 'k.conf' } },
    { 'h.cfg': '', 'k.conf': '' },
  );
  expect(found).toEqual({
    haproxy: { a: [['/etc/haproxy/haproxy.cfg', 'main', 'h.cfg']] },
    keepalived: { a: [['/etc/keepalived/keepalived.conf', 'main', 'k.conf']] },
  });
});

test('files keep the order of the object; a folder is all files in it, without hidden ones, templates by their bare names', async () => {
  const config = {
    '/etc/haproxy/zeta.cfg': 'main.cfg',
    '/etc/haproxy/conf.d': 'conf.d',
    '/etc/haproxy/hosts.map': { hosts: { a: 'a.map' } },
  };
  const files = {
    'main.cfg': '',
    'a.map': '',
    'conf.d/20.cfg': '',
    'conf.d/10.cfg.ejs': '',
    'conf.d/.swp': '',
    'conf.d/errors/503.http': '',
  };
  const { haproxy } = await filesOf({ haproxy: { config } }, files);
  const common = [
    ['/etc/haproxy/zeta.cfg', 'main', 'main.cfg'],
    ['/etc/haproxy/conf.d/10.cfg', 'read', 'conf.d/10.cfg.ejs'],
    ['/etc/haproxy/conf.d/20.cfg', 'read', 'conf.d/20.cfg'],
    ['/etc/haproxy/conf.d/errors/503.http', 'named', 'conf.d/errors/503.http'],
  ];
  expect(haproxy).toEqual({ a: [...common, ['/etc/haproxy/hosts.map', 'named', 'a.map']], b: common });
});

test('all that is wrong is said at once, where it stands', async () => {
  const text = [
    'hosts: { fred: { address: 10.0.0.1 } }',
    'haproxy:',
    '  config:',
    '    /etc/haproxy/haproxy.cfg: nowhere.cfg',
    '    /etc/haproxy/empty: void',
    '    /etc/haproxy/x.map: { hosts: { ferd: x.map } }',
    '    /etc/haproxy/maps: maps',
    '    /etc/haproxy/maps/y.map: x.map',
    'playbooks: [own-configuration]',
  ].join('\n');
  const files = { 'inventory.yaml': text, 'x.map': '', 'maps/y.map': '' };
  const faults = await withFiles({ files, folders: ['void'] }, (folder, file) =>
    faultsOf(() => loadInventory(file, {})).map(({ line, column, message }) =>
      `${line}:${column} ${message}`.replaceAll(folder, ''),
    ),
  );
  expect(faults).toEqual([
    '4:5 there is no file "nowhere.cfg"; looked for /nowhere.cfg',
    '5:5 the folder "void" is empty',
    '6:36 there is no host "ferd"; did you mean "fred"?',
    '8:5 has /etc/haproxy/maps/y.map, which is named above already',
  ]);
});

test('a link that leads in a circle is a fault, as any file that cannot be looked at', async () => {
  const text = inventory({ haproxy: { config: 'round' } });
  await withFiles({ files: { 'inventory.json': text } }, (folder, file) => {
    symlinkSync('round', join(folder, 'round'));
    expect(faultsOf(() => loadInventory(file, {}))).toMatchObject([
      { path: 'haproxy.config', message: '"round" cannot be read (ELOOP)' },
    ]);
  });
});

test('each byte goes to the host as it is, also one that is no UTF-8; a template gets the host and ends its last line', async () => {
  const config = {
    '/etc/haproxy/haproxy.cfg': 'haproxy.cfg.ejs',
    '/etc/haproxy/latin.map': 'latin.map',
    '/etc/haproxy/key.pem': { content: { env: 'KEY' } },
  };
  const files = {
    'inventory.json': inventory({ haproxy: { config } }),
    'haproxy.cfg.ejs': '# <%- host.name %>\nglobal\n    description <%= "two words" %>',
  };
  await withFiles({ files, base64: { 'latin.map': 'Y2Fm6QD/' } }, (folder, file) => {
    const { resources } = loadAll(file, { KEY: 'the key' });
    const [cfg, map, key] = (resources.get('b') ?? []).filter(({ content }) => content);
    const shown = (one: typeof cfg) =>
      one?.shows({ major: 9, versions: { haproxy: '2.4', keepalived: '2.2.8' }, interfaceOf: () => 'eth0' });
    expect(shown(cfg)).toMatchObject([
      {
        content: Buffer.from('# b\nglobal\n    description two\\ words\n'),
        origin: join(folder, 'haproxy.cfg.ejs'),
      },
    ]);
    expect(shown(map)).toMatchObject([{ content: Buffer.from('Y2Fm6QD/', 'base64'), mode: '0644' }]);
    expect(shown(key)).toMatchObject([{ content: Buffer.from('the key\n'), mode: '0640' }]);
  });
});

test('what a host’s file says of its rights wins over what they all have', async () => {
  const config = {
    '/etc/keepalived/keepalived.conf': {
      hosts: { a: 'k.conf', b: { source: 'k.conf', mode: '0600' } },
      owner: 'keepalived',
      mode: '0640',
    },
  };
  await withFiles(
    { files: { 'inventory.json': inventory({ keepalived: { config } }), 'k.conf': '' } },
    (_, file) => {
      const { files } = loadInventory(file, {}).own.keepalived ?? {};
      const rights = [...(files ?? [])].map(([host, [one]]) => [host, one?.owner, one?.group, one?.mode]);
      expect(rights).toEqual([
        ['a', 'keepalived', 'root', '0640'],
        ['b', 'keepalived', 'root', '0600'],
      ]);
    },
  );
});

test('a template that fails is named with its line', async () => {
  const files = {
    'inventory.json': inventory({ keepalived: { config: 'conf/k.conf.ejs' } }),
    'conf/k.conf.ejs': 'one\n<%= vars.nothing %>\n',
  };
  await withFiles({ files }, (folder, file) => {
    expect(faultsOf(() => loadAll(file))).toMatchObject([
      { file: join(folder, 'conf/k.conf.ejs'), line: 2, message: expect.stringContaining('no "nothing"') },
    ]);
  });
});

test.each([
  ['where both are its user’s, the load balancer is what they say', { haproxy: true, keepalived: true }],
  ['where only HAProxy is, haprov writes keepalived’s', { haproxy: true, keepalived: false }],
  ['where only keepalived is, haprov writes HAProxy’s', { haproxy: false, keepalived: true }],
])('load-balancer: %s', async (_, own) => {
  const config = {
    ...(own.haproxy ? { haproxy: { config: 'h.cfg' } } : {}),
    ...(own.keepalived ? { keepalived: { config: 'k.conf' } } : {}),
  };
  const files = {
    'inventory.json': inventory({
      ...config,
      groups: { balancers: ['a', 'b'] },
      playbooks: ['load-balancer'],
    }),
    'h.cfg': 'own',
    'k.conf': 'own',
  };
  await withFiles({ files }, (_folder, file) => {
    const wanted = loadAll(file).resources.get('a') ?? [];
    const isOwn = (path: string) =>
      wanted
        .find(({ target }) => target === path)
        ?.shows({ major: 9, versions: { haproxy: '2.4', keepalived: '2.2.8' }, interfaceOf: () => 'eth0' })
        .some((one) => 'content' in one && one.content.toString() === 'own');
    expect({
      haproxy: isOwn('/etc/haproxy/haproxy.cfg'),
      keepalived: isOwn('/etc/keepalived/keepalived.conf'),
    }).toEqual(own);
    expect(
      wanted
        .filter(({ unit }) => unit !== undefined)
        .map(({ unit }) => unit)
        .sort(),
    ).toEqual(['haproxy', 'keepalived']);
    expect(wanted.some(({ target }) => target.includes('haprov-not-drained'))).toBe(!own.keepalived);
  });
});

test('folders that no package brings are made, and stay as they are where they are there', async () => {
  const files = {
    'inventory.json': inventory({
      haproxy: { config: { '/etc/haproxy/haproxy.cfg': 'h.cfg', '/etc/haproxy/maps/m.map': 'm' } },
    }),
    'h.cfg': '',
    m: '',
  };
  await withFiles({ files }, (_folder, file) => {
    const folders = loadAll(file)
      .resources.get('a')
      ?.filter(({ type }) => type === 'directory');
    expect(folders?.map(({ target, spec }) => [target, spec])).toEqual([
      ['/etc/haproxy/maps', expect.objectContaining({ keep: true })],
    ]);
  });
});
