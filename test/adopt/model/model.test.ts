import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { adopt } from '../../../src/adopt/adopted';
import { fromFiles } from '../../../src/adopt/from-files';
import { type Modelled, modelled } from '../../../src/adopt/model/compare';
import { withFiles } from '../../bad-input/cases';

/** What becomes of pairs in the model, read back. */

function modelOf(roots: readonly string[]): Modelled {
  const { found, base } = fromFiles(roots, () => {});
  return modelled(adopt(found), base, { env: {} });
}

const pairs = readdirSync('test/adopted').filter((name) =>
  statSync(join('test/adopted', name)).isDirectory(),
);
const rootsOf = (pair: string) => ['fred', 'ethyl'].map((host) => join('test/adopted', pair, host));

/** What haprov has in the place of a socket of the same path, which every one of its own configurations has. */
const isOwnSocket = (row: string) => /^stats socket \/var\/lib\/haproxy\/stats( |$)/.test(row);

test.each(pairs)('nothing that the pair %s does is lost', (pair) => {
  const { differences } = modelOf(rootsOf(pair));
  const lost = differences.flatMap(({ part, lost: rows }) =>
    rows.filter((row) => !isOwnSocket(row)).map((row) => `${part}: ${row}`),
  );
  expect(lost).toEqual([]);
});

test.each([
  ['database', ['vips.db', 'services.readers'], []],
  ['lvs', ['vips.LVS'], []],
  ['own-httpd', ['vips.www'], []],
  ['virtual-mac', ['vips.front', 'services.http-in', 'services.servers'], []],
  ['routers', ['services.web'], ['keepalived']],
])('what of %s the model says, and what keeps its own files', (pair, said, own) => {
  const model = modelOf(rootsOf(pair));
  expect([model.said, [...model.kept.programs.keys()]]).toEqual([said, own]);
});

test('who has no HAProxy is given none, and nobody asks one', () => {
  const { inventory } = modelOf(rootsOf('own-httpd'));
  expect(inventory).toMatchObject({
    playbooks: expect.arrayContaining(['address-only']),
    vips: { www: { check: { haproxy: false } } },
  });
});

const keepalived = (priority: number, more = '') => `vrrp_instance web {
  interface eth0
  virtual_router_id 7
  priority ${priority}
  authentication {
    auth_pass s3cretpw
  }
  virtual_ipaddress {
    10.0.0.10/24
  }
${more}}
`;
const haproxy = `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s

listen web
  bind 10.0.0.10:80
  option forwardfor
  server a 10.0.0.11:8080 check
  server b 10.0.0.12:8080 check backup

listen lone
  bind :81
  server c 10.0.0.13:80
`;

const withPair = <T>(files: Record<string, string>, use: (model: Modelled) => T): Promise<T> =>
  withFiles(
    {
      files: {
        'fred/etc/haproxy/haproxy.cfg': haproxy,
        'ethyl/etc/haproxy/haproxy.cfg': haproxy,
        'fred/etc/keepalived/keepalived.conf': keepalived(101),
        'ethyl/etc/keepalived/keepalived.conf': keepalived(100),
        ...files,
      },
    },
    async (folder) => use(modelOf(['fred', 'ethyl'].map((host) => join(folder, host)))),
  );

test('keys where there are any, sections where not, and a password in a file of its own', () =>
  withPair({}, ({ inventory, files, sections, differences }) => {
    expect(inventory).toMatchObject({
      vips: {
        web: {
          address: '10.0.0.10/24',
          virtualRouterId: 7,
          priorities: { fred: 101, ethyl: 100 },
          auth: { file: 'secrets/auth-web' },
        },
      },
      services: {
        web: {
          port: 80,
          vips: ['web'],
          forwardFor: true,
          backends: {
            port: 8080,
            servers: { a: { address: '10.0.0.11' }, b: { address: '10.0.0.12', backup: true } },
          },
        },
      },
      haproxy: { timeouts: { connect: 5000, client: 30000, server: 30000 } },
      playbooks: ['load-balancer'],
    });
    expect(JSON.stringify(inventory)).not.toContain('s3cretpw');
    expect(files.get('secrets/auth-web')).toEqual({ content: Buffer.from('s3cretpw'), isSecret: true });
    // A server without a check would get one.
    expect(sections).toEqual(['listen lone']);
    expect(differences.flatMap(({ lost }) => lost)).toEqual([]);
  }));

test.each([
  [
    'hosts that do not do the same',
    { 'ethyl/etc/haproxy/haproxy.cfg': haproxy.replace('backup', '') },
    'haproxy',
    /same on all hosts/,
  ],
  [
    'lines that hold in some cases only',
    Object.fromEntries(
      ['fred', 'ethyl'].map((host) => [
        `${host}/etc/haproxy/haproxy.cfg`,
        `global\n.if defined(FOO)\n  nbthread 4\n.endif\n${haproxy}`,
      ]),
    ),
    'haproxy',
    /^it has lines that hold in some cases only: \/etc\/haproxy\/haproxy\.cfg:2: \.if defined\(FOO\)$/,
  ],
  [
    'an instance of one host only',
    { 'ethyl/etc/keepalived/keepalived.conf': 'vrrp_instance other {\n}\n' },
    'keepalived',
    /not every host has it: fred/,
  ],
  [
    'what differs and has no key',
    { 'ethyl/etc/keepalived/keepalived.conf': keepalived(100, '  garp_master_delay 5\n') },
    'keepalived',
    /what it says besides differs/,
  ],
  [
    'words of global_defs',
    { 'fred/etc/keepalived/keepalived.conf': `global_defs {\n  vrrp_strict\n}\n${keepalived(101)}` },
    'keepalived',
    /no key says vrrp_strict/,
  ],
])('kept as it is: %s', (_, files, program, why) =>
  withPair(files, ({ kept, inventory }) => {
    expect(kept.programs.get(program as 'haproxy')).toEqual(
      expect.arrayContaining([expect.stringMatching(why)]),
    );
    expect(inventory).toHaveProperty([program, 'config']);
  }),
);

test('a word of the defaults that says more than haprov’s own is carried', () => {
  const text = haproxy.replace('  mode http\n', '  mode http\n  option redispatch 1\n');
  const files = ['fred', 'ethyl'].map((host) => [`${host}/etc/haproxy/haproxy.cfg`, text]);
  return withPair(Object.fromEntries(files), ({ inventory, differences }) => {
    expect(inventory).toMatchObject({ haproxy: { extra: { defaults: ['option redispatch 1'] } } });
    expect(differences.flatMap(({ lost }) => lost)).toEqual([]);
  });
});

test('a script on one line gets its user where keepalived reads it', () =>
  withPair(
    Object.fromEntries(
      ['fred', 'ethyl'].map((host, index) => [
        `${host}/etc/keepalived/keepalived.conf`,
        `global_defs {\n  script_user ops\n}\nvrrp_script up { script "/bin/true" weight -20 user nobody }\n${keepalived(101 - index, '  track_script {\n    up\n  }\n')}`,
      ]),
    ),
    ({ inventory, differences }) => {
      expect(inventory).toMatchObject({
        keepalived: {
          sections: ['vrrp_script up { script "/bin/true" weight -20 user nobody\n    user ops\n}'],
        },
      });
      expect(differences.flatMap(({ lost }) => lost)).toEqual([]);
    },
  ));

test('whom keepalived ran scripts as stays whom it runs them as', () =>
  withPair(
    Object.fromEntries(
      ['fred', 'ethyl'].map((host, index) => [
        `${host}/etc/keepalived/keepalived.conf`,
        `global_defs {\n  script_user ops\n}\nvrrp_script up {\n  script /bin/true\n}\n${keepalived(101 - index, '  track_script {\n    up\n  }\n  notify /bin/true\n')}`,
      ]),
    ),
    ({ inventory, differences }) => {
      expect(inventory).toMatchObject({
        vips: { web: { extra: ['track_script {', '    up', '}', 'notify /bin/true ops'] } },
        keepalived: { sections: ['vrrp_script up {\n  script /bin/true\n    user ops\n}'] },
      });
      expect(differences.flatMap(({ lost }) => lost)).toEqual([]);
    },
  ));
