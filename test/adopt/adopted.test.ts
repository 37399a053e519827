import { readFileSync } from 'node:fs';
import { adopt } from '../../src/adopt/adopted';
import type { FoundHost } from '../../src/adopt/found-host';
import { inventoryOf, withOwnFiles } from '../../src/adopt/inventory';
import { readOnDisk } from '../../src/adopt/on-disk';
import { reportOf } from '../../src/adopt/report';
import { concealed, holdsSecret } from '../../src/adopt/secret';
import { troublesOf } from '../../src/adopt/trouble';
import { foundHost, known } from './found';

const cfg = '/etc/haproxy/haproxy.cfg';
const conf = '/etc/keepalived/keepalived.conf';
const vrrp = (priority: number, password: string) =>
  `vrrp_instance web {\n  priority ${priority}\n  authentication {\n    auth_pass ${password}\n  }\n}\n`;

const pair = (fred: Partial<FoundHost> = {}, ethyl: Partial<FoundHost> = {}) =>
  adopt(
    known(
      foundHost('fred', { [cfg]: 'global\n', [conf]: vrrp(101, 'on-fred1') }, fred),
      foundHost('ethyl', { [cfg]: 'global\n', [conf]: vrrp(100, 'on-ethyl') }, ethyl),
    ),
  );

const report = (adopted: ReturnType<typeof adopt>) =>
  reportOf({
    adopted,
    places: new Set(withOwnFiles(adopted, { hosts: {} }).files.keys()),
    findings: [],
    faults: [],
    drain: [],
    gains: [],
  });
/** Rows of one part of a report. */
const part = (text: string, title: string) =>
  (
    new RegExp(`^## ${title}.*\\n\\n([\\s\\S]*?)\\n\\n(?=## |$(?![\\s\\S]))`, 'm').exec(`${text}\n`)?.[1] ??
    ''
  ).split('\n');

test('what all have alike is one file, what differs is one for each, and the inventory names both', () => {
  const made = inventoryOf(pair(), {
    ssh: { user: 'root' },
    hosts: { fred: { address: '192.168.56.201' }, ethyl: { address: '192.168.56.202' } },
  });
  expect(made).toEqual({
    $schema: 'inventory.schema.json',
    ssh: { user: 'root' },
    hosts: { fred: { address: '192.168.56.201' }, ethyl: { address: '192.168.56.202' } },
    haproxy: { config: { [cfg]: { source: `files${cfg}`, owner: 'root', group: 'root', mode: '0644' } } },
    keepalived: {
      config: {
        [conf]: {
          hosts: { fred: `fred${conf}`, ethyl: `ethyl${conf}` },
          owner: 'root',
          group: 'root',
          mode: '0644',
        },
      },
    },
    playbooks: ['own-configuration'],
  });
});

test('a file of one host only, and owners that differ', () => {
  const extra = foundHost('ethyl', {
    [cfg]: 'global\n  lua-load /etc/haproxy/x.lua\n',
    '/etc/haproxy/x.lua': '',
  });
  const file = extra.files.get(cfg);
  if (file) extra.files.set(cfg, { ...file, mode: '0600' });
  const adopted = adopt(known(foundHost('fred', { [cfg]: 'global\n' }), extra));
  expect(inventoryOf(adopted, { hosts: {} })).toMatchObject({
    haproxy: {
      config: {
        [cfg]: {
          hosts: { fred: `fred${cfg}`, ethyl: { source: `ethyl${cfg}`, mode: '0600' } },
          mode: '0644',
        },
        '/etc/haproxy/x.lua': { hosts: { ethyl: 'ethyl/etc/haproxy/x.lua' } },
      },
    },
  });
  expect(part(report(adopted), 'What differs')).toEqual(
    expect.arrayContaining([
      '- `/etc/haproxy/x.lua` is on ethyl only: on fred nothing names it',
      `- \`${cfg}\`: fred root:root 0644, ethyl root:root 0600`,
    ]),
  );
});

test('what haprov cannot find the secrets of by reading is never shown; a password that it reads is masked in a diff', () => {
  const files = {
    [cfg]: 'userlist x\n  user anna insecure-password s3cret\nlisten y\n  stats auth a:s3cret\n',
    '/etc/haproxy/conf.d/a.cfg': 'backend z\n  http-check send hdr Authorization Basic\\ YTpi\n',
    '/etc/haproxy/conf.d/b.cfg': 'backend q\n  tcp-check send AUTH\\ s3cret2\\r\\n\n',
  };
  const haproxy = Object.keys(files);
  const { files: found } = adopt(known(foundHost('fred', files, { haproxy })));
  expect(found.map(({ isSecret, isHidden }) => [isSecret, isHidden])).toEqual([
    [true, false],
    [true, false],
    [true, true],
  ]);
});

test('a file that lets HAProxy bind a VIP which is elsewhere is adopted as it is, with the place that a link leads to', () => {
  const text = '# ours\nnet.ipv4.ip_nonlocal_bind = 1\n';
  const own = { [cfg]: 'frontend x\n bind :80\n' };
  const fred = foundHost('fred', { ...own, '/etc/sysctl.d/90-ha.conf': text });
  const ethyl = foundHost(
    'ethyl',
    {
      ...own,
      '/etc/sysctl.d/99-sysctl.conf': text,
      '/etc/sysctl.d/10-else.conf': 'net.ipv4.ip_forward = 1\n',
    },
    {
      links: new Map([['/etc/sysctl.d/99-sysctl.conf', '/etc/sysctl.conf']]),
      bootSysctls: ['/etc/sysctl.d/99-sysctl.conf:net.ipv4.ip_nonlocal_bind = 1'],
    },
  );
  const adopted = adopt(known(fred, ethyl));
  const { inventory, files } = withOwnFiles(adopted, { hosts: {} });
  expect(inventory).toMatchObject({
    groups: { 'only-fred': ['fred'], 'only-ethyl': ['ethyl'] },
    playbooks: ['./kernel.json', 'own-configuration'],
  });
  expect([...files.keys()]).toEqual([
    `files${cfg}`,
    'fred/etc/sysctl.d/90-ha.conf',
    'ethyl/etc/sysctl.conf',
    'kernel.json',
  ]);
  expect(files.get('ethyl/etc/sysctl.conf')?.content.toString()).toBe(text);
  expect(report(adopted)).not.toContain('kernel parameter');
});

test('a report names files of the folder only', () => {
  const adopted = pair();
  const compare = '`diff fred/etc/keepalived/keepalived.conf ethyl/etc/keepalived/keepalived.conf`';
  expect(report(adopted)).toContain(compare);
  const bare = reportOf({ adopted, places: new Set(), findings: [], faults: [], drain: [], gains: [] });
  expect(bare).toContain('fred and ethyl have it otherwise');
  expect(bare).not.toContain('`diff fred');
});

test('a report shows what differs, and no secret', () => {
  const text = report(pair());
  expect(part(text, 'What differs')).toEqual(expect.arrayContaining(['-  priority 101', '+  priority 100']));
  expect(text).not.toMatch(/on-fred1|on-ethyl/);
});

test('a certificate that is a link is left to what renews it', () => {
  const pem = '/etc/haproxy/site.pem';
  const files = { [cfg]: `frontend x\n  bind :443 ssl crt ${pem}\n`, [pem]: 'x' };
  const links = new Map([[pem, '/etc/letsencrypt/live/site/full.pem']]);
  const adopted = adopt(known(foundHost('fred', files, { links })));
  expect(adopted.files.map(({ path }) => path)).toEqual([cfg]);
  expect(part(report(adopted), 'What was found')).toContain(
    `- \`${pem}\` is a link to \`/etc/letsencrypt/live/site/full.pem\`: what renews it goes on to do so (crt, \`${cfg}:2\`)`,
  );
});

test('what is not managed is said once for all hosts, or with its host', () => {
  const unit = new Map([
    ['LoadState', 'loaded'],
    ['ActiveState', 'active'],
    ['UnitFileState', 'disabled'],
  ]);
  const both = { there: [cfg, '/etc/haproxy/old.cfg'] };
  const text = report(
    pair(
      { ...both, bootSysctls: ['/etc/sysctl.conf:net.ipv4.ip_nonlocal_bind = 1'] },
      { ...both, units: new Map([['haproxy', unit]]) },
    ),
  );
  expect(part(text, 'What was found')).toEqual([
    '- `/etc/haproxy/old.cfg` is there, and nothing names it',
    '- fred: kernel parameter `/etc/sysctl.conf:net.ipv4.ip_nonlocal_bind = 1`',
    '- ethyl: the unit haproxy does not start at boot (disabled): the plan will enable it',
  ]);
});

test.each([
  ['    auth_pass s3cret', '    auth_pass ***'],
  ['  stats auth admin:s3:cret', '  stats auth admin:***'],
  ['  user anna insecure-password s3cret groups x', '  user anna insecure-password *** groups x'],
  ['  user anna password $5$s3cret groups x', '  user anna password *** groups x'],
  ['  http-check send hdr Authorization "Basic s3cret"', null],
  ['  tcp-check send AUTH\\ s3cret\\r\\n', null],
  ['TOKEN="s3cret"', null],
  ['db_password: s3cret', null],
])('a secret in %j', (line, shown) => {
  expect(holdsSecret(`a\n${line}\nb\n`)).toBe(true);
  expect(concealed(line)).not.toContain('s3cret');
  if (shown !== null) expect(concealed(line)).toBe(shown);
});

test.each([
  '  option httpchk GET /token',
  '# password',
  '  acl auth http_auth(staff)',
  'TOKEN=$(cat /run/token)',
  '  auth_type PASS',
])('no secret in %j', (line) => {
  expect(holdsSecret(line)).toBe(false);
});

test('a secret is looked for in linear time, whatever a file holds', () => {
  for (const piece of ['\n', ' ', 'user x ', 'pass', 'Authorization ', 'tcp-check send ', 'a=', '\t\n'])
    expect(holdsSecret(piece.repeat(400_000))).toBe(piece.startsWith('Authorization'));
});

test.each([
  ['EL6', { haproxy: '1.5', keepalived: '1.2.13' }],
  ['EL7', { haproxy: '1.5', keepalived: '1.3.5' }],
])('the old how-to’s own two hosts, as %s ran them', (_, versions) => {
  const read = (part: string, path: string) => readFileSync(`test/adopt/how-to/${part}${path}`);
  const hosts = ['fred', 'ethyl'].map((name) =>
    foundHost(name, { [cfg]: read('files', cfg), [conf]: read(name, conf) }),
  );
  const adopted = adopt(hosts.map((host) => ({ host, versions })));
  expect(adopted.files.map(({ path, isSame, isHidden }) => [path, isSame, isHidden])).toEqual([
    [cfg, true, false],
    [conf, false, false],
  ]);
  expect(adopted.hosts.flatMap(({ named }) => [...named.notRead, ...named.unsure])).toEqual([]);
  const text = report(adopted);
  expect(part(text, 'What differs')).toEqual(
    expect.arrayContaining(['- lvs_id landlord_fred', '+ state SLAVE', '+ priority 100']),
  );
  expect(text).not.toContain('admin:admin');
});

describe('what is wrong on a host before haprov has done anything', () => {
  const pem = '/etc/haproxy/site.pem';
  const naming = { [cfg]: `frontend x\n  bind :443 ssl crt ${pem}\n` };
  const troubles = (onDisk: FoundHost['onDisk'], files: Record<string, string> = naming) =>
    troublesOf(
      adopt(
        known(
          foundHost('fred', files, onDisk ? { onDisk } : {}),
          foundHost('ethyl', files, onDisk ? { onDisk } : {}),
        ),
      ),
    );
  const clock = 'clock 1000.00 500.00 10000';

  test('a certificate that is gone: the next reload fails, and the line that names it', () => {
    const refused = `configuration refused [ALERT] unable to stat SSL certificate from file '${pem}'`;
    expect(troubles(readOnDisk([clock, refused]))).toEqual([
      {
        hosts: ['fred', 'ethyl'],
        isFatal: true,
        text: `\`${pem}\` (crt, named by \`${cfg}:2\`) is not there: the next reload or boot of HAProxy fails`,
      },
    ]);
  });

  test('what HAProxy refuses for another reason, in its own words, without a password', () => {
    const told = troubles(readOnDisk([clock, 'configuration refused [ALERT] password=hunter2 is odd']), {
      [cfg]: 'global\n',
    });
    expect(told).toMatchObject([{ isFatal: true, text: expect.stringMatching(/refuses.*password=\*\*\*/) }]);
  });

  test('what HAProxy takes is no trouble, nor is what nobody was asked about', () => {
    expect(troubles(readOnDisk([clock, 'configuration valid']))).toEqual([]);
    expect(troubles(undefined)).toEqual([]);
  });

  test('keepalived goes on without a script, and would not start with other faults', () => {
    const files = { [conf]: 'vrrp_script web {\n  script "/etc/keepalived/web.sh"\n}\n' };
    expect(troubles(readOnDisk([clock]), files)).toMatchObject([
      { isFatal: false, text: expect.stringMatching(/web\.sh.*keepalived\.conf:2.*goes on without it/) },
    ]);
    const refused = readOnDisk([clock, 'keepalived-file refused', 'keepalived-file says Unable to find it']);
    expect(troubles(refused, {})).toMatchObject([
      { isFatal: true, text: expect.stringContaining('would not start again: Unable to find it') },
    ]);
  });

  test('a file that is newer than what runs, unless haprov knows that it was read', () => {
    // Its newest process is 400 s old, and the file 100 s.
    const changed = `changed 900.00 ${cfg}`;
    expect(troubles(readOnDisk([clock, changed]), { [cfg]: 'global\n' })).toMatchObject([
      { isFatal: false, text: expect.stringContaining(`\`${cfg}\` was changed after HAProxy`) },
    ]);
    for (const rows of [[changed, 'loaded same'], [`changed 500.00 ${cfg}`]])
      expect(troubles(readOnDisk([clock, ...rows]), { [cfg]: 'global\n' })).toEqual([]);
  });
});

test('a file that is gone on one host is not called unnamed there', () => {
  const map = '/etc/haproxy/hosts.map';
  const naming = { [cfg]: `frontend x\n  use_backend %[req.hdr(host),map(${map},y)]\n` };
  const adopted = adopt(known(foundHost('fred', { ...naming, [map]: 'a b\n' }), foundHost('ethyl', naming)));
  expect(part(report(adopted), 'What differs')).toContain(
    `- \`${map}\` is on fred only: on ethyl it is named by \`${cfg}:2\`, and is not there`,
  );
});
