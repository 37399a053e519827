import type { Host } from '../../src/inventory/inventory';
import { readinessOf } from '../../src/planning/host-plan';
import { findingsOf } from '../../src/planning/lint-subject';
import { missingFiles, missingQuestion } from '../../src/planning/missing-files';
import { unreadFiles } from '../../src/planning/unread-files';
import { withFiles } from '../bad-input/cases';
import { faultsOf } from '../bad-input/check-all';
import { recorder } from '../commands/recorder';
import { loadDesiredState } from '../support/load-inventory';

const pair = { a: { address: '10.0.0.1', priority: 2 }, b: { address: '10.0.0.2', priority: 1 } };
const conf = (priority: number, id = 5) =>
  `vrrp_instance V {\n virtual_router_id ${id}\n priority ${priority}\n virtual_ipaddress {\n 10.0.0.9\n }\n}\n`;
const cfg = (address: string) =>
  `defaults\n mode http\nlisten web\n bind ${address}:80\n bind 127.0.0.1:81-82\n server x 10.0.0.1:8080\nlisten stats\n bind *:8404\n stats auth me:s3cret-page\n`;

const load = <T>(
  inventory: object,
  files: Record<string, string>,
  use: (said: ReturnType<typeof loadDesiredState>, mask: (text: string) => string) => T,
) =>
  withFiles(
    {
      files: {
        'inventory.json': JSON.stringify({ hosts: pair, playbooks: ['own-configuration'], ...inventory }),
        ...files,
      },
    },
    (_folder, file) => {
      const said = loadDesiredState(file, recorder({}).context);
      return use(said, (text) => said.inventory.secrets.mask(text));
    },
  );

const own = {
  haproxy: { config: { '/etc/haproxy/haproxy.cfg': { hosts: { a: 'a.cfg', b: 'b.cfg' } } } },
  keepalived: { config: { '/etc/keepalived/keepalived.conf': { hosts: { a: 'a.conf', b: 'b.conf' } } } },
};
const files = {
  'a.cfg': cfg('10.0.0.1'),
  'b.cfg': cfg('10.0.0.2'),
  'a.conf': conf(110),
  'b.conf': conf(100),
};

test('the inventory has what the files say, and the ports that a host must listen on are those of its own files', async () => {
  await load(own, files, ({ inventory, wanted }) => {
    expect(inventory.vips.map(({ name, members }) => [name, members.map(({ host }) => host.name)])).toEqual([
      ['V', ['a', 'b']],
    ]);
    expect(inventory.services.map(({ name }) => name)).toEqual(['web']);
    const [a] = inventory.hosts;
    const readiness = a && readinessOf(inventory, a, wanted.get(a) ?? []);
    expect(readiness).toEqual({
      units: ['haproxy', 'keepalived'],
      ports: [80, 81, 82, 8404, 8080],
      balances: true,
      healthPort: 8404,
    });
    const file = (wanted.get(a as Host) ?? []).filter(
      ({ about }) => about.path === '/etc/haproxy/haproxy.cfg',
    );
    expect(readinessOf(inventory, a as Host, file, ['haproxy'])).toEqual({
      units: ['haproxy'],
      ports: [80, 81, 82, 8404],
      balances: true,
      healthPort: 8404,
    });
  });
});

test('passwords of the files are masked, and findings stand in the files on this machine', async () => {
  await load(own, { ...files, 'b.conf': `include gone.conf\n${conf(100, 6)}` }, (said, mask) => {
    expect(mask('stats auth me:s3cret-page')).toBe('stats auth me:***');
    const found = findingsOf(said, 'inventory.json').filter(({ rule }) => rule === 'own-configuration');
    expect(found.map(({ where }) => where)).toEqual(expect.arrayContaining(['b.conf:1:1']));
    expect(
      findingsOf(said, 'inventory.json', new Set(['own-configuration'])).some(
        ({ rule }) => rule === 'own-configuration',
      ),
    ).toBe(false);
  });
});

test('what the inventory says beside files that say it is refused, at its place', async () => {
  const beside = {
    ...own,
    vips: { V: { address: '10.0.0.9', virtualRouterId: 5 } },
    services: { web: { port: 80, backends: { port: 81 } } },
  };
  const text = JSON.stringify({ hosts: pair, playbooks: ['own-configuration'], ...beside });
  await withFiles({ files: { 'inventory.json': text, ...files } }, (_folder, file) => {
    expect(faultsOf(() => loadDesiredState(file, recorder({}).context))).toMatchObject([
      { path: 'vips.V', message: expect.stringContaining('keepalived.config') },
      { path: 'services.web', message: expect.stringContaining('haproxy.config') },
    ]);
  });
});

test('a template of one’s own sees what the inventory says, whatever is read of it', async () => {
  const template =
    '<% for (const vip of vips) { %>vrrp_instance <%= vip.name %> {\n virtual_router_id <%= vip.virtualRouterId %>\n virtual_ipaddress {\n <%= vip.address %>\n }\n}\n<% } %>';
  const said = { keepalived: { config: 'k.ejs' }, vips: { V: { address: '10.0.0.9', virtualRouterId: 5 } } };
  await load(said, { 'k.ejs': template }, ({ inventory, wanted }) => {
    expect(inventory.vips).toMatchObject([
      { name: 'V', virtualRouterId: 5, members: [{ priority: 100 }, { priority: 100 }] },
    ]);
    const [a] = inventory.hosts;
    const text = a && wanted.get(a)?.find(({ type }) => type === 'file')?.content;
    expect(
      text?.({
        major: 9,
        versions: { haproxy: '2.4', keepalived: '2.2.8' },
        interfaceOf: () => 'eth0',
      }).toString(),
    ).toContain('vrrp_instance V {\n virtual_router_id 5');
  });
});

const survey = (answers: Record<string, string>, versions = { haproxy: '2.4.1' }) =>
  ({
    hosts: Object.entries(answers).map(([name, answer]) => ({
      name,
      answers: { find: () => answer },
      facts: { versions },
    })),
  }) as never;

test.each([
  ['a file of its own', { a: '/etc/haproxy/haproxy.cfg\n/etc/haproxy/more.cfg\n' }, []],
  ['its folder', { a: '/etc/haproxy/haproxy.cfg\n/etc/haproxy/\n' }, []],
  ['a host without HAProxy yet', { a: '' }, []],
  [
    'neither',
    { a: '/etc/haproxy/haproxy.cfg\n', b: '/etc/haproxy/haproxy.cfg\n' },
    [
      'HAProxy on a and b does not read /etc/haproxy/more.cfg: its unit starts it with /etc/haproxy/haproxy.cfg',
    ],
  ],
  [
    'a folder with another name',
    { a: '/etc/haproxy/haproxy.cfg\n/etc/haproxy/conf.d\n' },
    [
      'HAProxy on a does not read /etc/haproxy/more.cfg: its unit starts it with /etc/haproxy/haproxy.cfg /etc/haproxy/conf.d',
    ],
  ],
])(
  'a file that is pushed is also read, or it is said: HAProxy is started with %s',
  async (_, answers, says) => {
    const config = {
      '/etc/haproxy/haproxy.cfg': 'a.cfg',
      '/etc/haproxy/more.cfg': 'b.cfg',
      '/etc/haproxy/x.map': 'a.conf',
    };
    await load({ haproxy: { config } }, files, ({ inventory }) => {
      const found = unreadFiles(inventory, survey(answers), 'inventory.json');
      expect(found.map(({ message }) => message)).toEqual(says);
      expect(found.every(({ where }) => where.startsWith('inventory.json:1: haproxy.config'))).toBe(true);
    });
  },
);

test('a file that haproxy.cfg names is asked for where the inventory does not bring it, and named where no host has it', async () => {
  const tls = `${cfg('10.0.0.1')} errorfile 503 /etc/haproxy/503.http\n bind :443 ssl crt /etc/pki/site.pem crt relative.pem\n`;
  const config = { '/etc/haproxy/haproxy.cfg': 'a.cfg', '/etc/haproxy/503.http': 'a.conf' };
  await load({ haproxy: { config } }, { ...files, 'a.cfg': tls }, ({ inventory, texts, wanted }) => {
    const [a] = inventory.hosts;
    const asked = missingQuestion(texts[0], (a && wanted.get(a)) ?? []);
    expect(asked.map(({ script }) => script)).toEqual([
      "[ -e /etc/pki/site.pem ] || [ -e /etc/pki/site.pem.rsa ] || [ -e /etc/pki/site.pem.ecdsa ] || [ -e /etc/pki/site.pem.dsa ] || printf '%s\\n' /etc/pki/site.pem",
    ]);
    const found = (answers: Record<string, string>, versions = {}) =>
      missingFiles(inventory, survey(answers, versions as never), texts, wanted).map(
        ({ where, message }) => `${where} ${message}`,
      );
    const both = { a: '/etc/pki/site.pem\n', b: '/etc/pki/site.pem\n' };
    expect(found(both, { haproxy: '2.4.1' })).toEqual([
      'a.cfg:11:20 a and b have no /etc/pki/site.pem, and the inventory brings none',
    ]);
    expect(found({ ...both, a: '' }, { haproxy: '2.4.1' })).toEqual([
      'a.cfg:11:20 b has no /etc/pki/site.pem, and the inventory brings none',
    ]);
    expect(found(both)).toEqual([]);
  });
});
