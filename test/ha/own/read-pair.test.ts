import { readPair } from '../../../src/ha/own/read-pair';
import type { OwnTexts } from '../../../src/ha/own/reading';
import type { Host } from '../../../src/inventory/inventory';
import fc from '../../support/property';

const host = (name: string, address: string): Host => ({ name, address, ssh: {}, vars: {}, groups: ['all'] });
const [fred, ethyl] = [host('fred', '10.0.0.1'), host('ethyl', '10.0.0.2')];
const hosts = [fred, ethyl];

/** What is read of haproxy.cfg and keepalived.conf, the same on each host or one for each. */
const read = ({ haproxy, keepalived }: { haproxy?: string[][]; keepalived?: Record<string, string>[] }) => {
  const of = <T>(all: T[] | undefined, index: number) => all?.[index] ?? all?.[0];
  const texts = hosts.map((one, index): OwnTexts => {
    const [cfg, conf] = [of(haproxy, index), of(keepalived, index)];
    return {
      host: one,
      ...(cfg ? { haproxy: cfg.map((text, at) => ({ file: `/etc/haproxy/${at}.cfg`, text })) } : {}),
      ...(conf ? { keepalived: { main: '/k.conf', files: new Map(Object.entries(conf)) } } : {}),
    };
  });
  return readPair(texts, { vips: [], hosts });
};

const instance = (
  name: string,
  { id = 51, priority = 100, addresses = '10.0.0.9/24', rest = '' }: Record<string, string | number> = {},
) =>
  `vrrp_instance ${name} {\n  interface eth0\n  virtual_router_id ${id}\n  priority ${priority}\n  virtual_ipaddress {\n    ${addresses}\n  }\n  ${rest}\n}\n`;

describe('VIPs', () => {
  test('the instances of an address are one VIP, with each host’s priority, the highest first', () => {
    const { vips, notes } = read({
      keepalived: [
        { '/k.conf': instance('VI_1', { priority: 100, rest: 'nopreempt\nadvert_int 2' }) },
        { '/k.conf': instance('VI_1', { priority: 150, rest: 'nopreempt\nadvert_int 2' }) },
      ],
    });
    expect(vips).toMatchObject([
      {
        name: 'VI_1',
        address: '10.0.0.9',
        prefix: 24,
        family: 4,
        virtualRouterId: 51,
        interface: 'eth0',
        advertInterval: 2,
        preempt: false,
        unicast: false,
        members: [
          { host: ethyl, priority: 150 },
          { host: fred, priority: 100 },
        ],
      },
    ]);
    expect(notes).toEqual([]);
  });

  test('all addresses of an instance are its VIP’s, and what listens on any of them is at it', () => {
    const rest = 'virtual_ipaddress_excluded {\n10.0.0.8\n}';
    const { vips, services } = read({
      keepalived: [{ '/k.conf': instance('a', { addresses: '10.0.0.9/24\n10.0.0.7', rest }) }],
      haproxy: [['listen x\n bind 10.0.0.8:80\n server a 10.0.0.1:1\n']],
    });
    expect(vips?.[0]?.addresses).toEqual([
      { address: '10.0.0.9', prefix: 24, family: 4, stands: 'advert' },
      { address: '10.0.0.7', family: 4, stands: 'advert' },
      { address: '10.0.0.8', family: 4, stands: 'excluded' },
    ]);
    expect(services?.[0]?.endpoints).toMatchObject([{ address: '10.0.0.8', vip: { name: 'a' } }]);
  });

  test('instances of several addresses in any order are the same; two of one host are two, each by a name', () => {
    const { vips } = read({
      keepalived: [
        {
          '/k.conf':
            instance('a', { addresses: '10.0.0.9\n10.0.0.8' }) +
            instance('b', { id: 2, addresses: '10.0.0.7' }),
        },
        {
          '/k.conf':
            instance('b', { addresses: '10.0.0.8\n10.0.0.9' }) +
            instance('a', { id: 2, addresses: '10.0.0.7' }),
        },
      ],
    });
    expect(vips?.map(({ name, address, members }) => [name, address, members.length])).toEqual([
      ['a', '10.0.0.9', 2],
      ['b', '10.0.0.7', 2],
    ]);
  });

  test.each([
    ['/usr/bin/pgrep -x haproxy', true],
    ['/usr/bin/killall -0 haproxy', true],
    ['/bin/sh -c \\"kill -0 `cat /run/haproxy.pid`\\"', true],
    ['/usr/bin/systemctl -q is-active haproxy', true],
    ['/bin/sh -c \\"pidof haproxy | grep -q . || exit 1\\"', true],
    ['pgrep haproxy && curl -sf http://127.0.0.1/', false],
    ['/usr/bin/curl -sf http://127.0.0.1/', false],
    ['/etc/keepalived/haproxy-up.sh', false],
  ])('whether %s sees no more than a process: %s', (command, sees) => {
    const script = `vrrp_script one {\n  script "${command}"\n}\n`;
    const of = (rest: string) =>
      read({ keepalived: [{ '/k.conf': script + instance('a', { rest }) }] }).vips?.[0]?.check
        .looksForProcess;
    expect(of('track_script {\none\n}')).toBe(sees);
    // What a file says, nobody knows; what looks at nothing sees nothing.
    expect(of('track_script {\none\n}\ntrack_file {\nother\n}')).toBe(false);
    expect(of('')).toBe(false);
  });

  test('unicast, an IPv6 address behind that of the link, the check that it goes by, the password', () => {
    const script =
      'vrrp_script alive {\n  script "/bin/true"\n  interval 3\n  fall 4\n  rise 5\n  weight -20\n}\n';
    const rest =
      'unicast_src_ip 10.1.0.1\nunicast_peer {\n10.1.0.2\n}\ntrack_script {\nalive\n}\nauthentication {\nauth_type PASS\nauth_pass s3cret\n}';
    const { vips, secrets } = read({
      keepalived: [{ '/k.conf': script + instance('six', { addresses: 'fe80::1\n2001:DB8::9/64', rest }) }],
    });
    expect(vips).toMatchObject([
      {
        address: '2001:db8::9',
        family: 6,
        unicast: { fred: '10.1.0.1', ethyl: '10.1.0.1' },
        auth: 's3cret',
        check: { interval: 3, fall: 4, rise: 5, weight: 20 },
      },
    ]);
    expect(secrets).toEqual(['s3cret', 's3cret']);
  });

  test('includes are followed, lines of another host are left out, and a file that is not there is said', () => {
    const two = instance('two', { id: 9, addresses: '10.0.0.3' }).replace(/^(?=.)/gm, '@fred ');
    const files = {
      '/k.conf': `include vips/*.conf\n${two}include nowhere.conf\n`,
      '/vips/one.conf': instance('one'),
    };
    const { vips, notes } = read({ keepalived: [files] });
    expect(vips?.map(({ name, members }) => [name, members.map((one) => one.host.name)])).toEqual([
      ['one', ['fred', 'ethyl']],
      ['two', ['fred']],
    ]);
    expect(notes.map(({ severity, at, message }) => [severity, at.host, at.line, message])).toEqual(
      ['fred', 'ethyl'].map((name) => [
        'warning',
        name,
        11,
        'nobody can tell from the files what nowhere.conf holds',
      ]),
    );
  });
});

const defaults = 'defaults\n  mode http\n  timeout connect 1s\n';

describe('services', () => {
  const keepalived = [{ '/k.conf': instance('front') }];

  test('a listen, a frontend with its routes, and backends behind it', () => {
    const { services } = read({
      keepalived,
      haproxy: [
        [
          defaults,
          [
            'frontend www',
            '  bind 10.0.0.9:80',
            '  bind 10.0.0.9:443,:::8443 ssl crt /x.pem',
            '  bind quic4@10.0.0.9:443 ssl crt /x.pem',
            '  bind 127.0.0.1:81',
            '  acl api path_beg /api /v2',
            '  use_backend api if api { req.hdr(host) -i a.example }',
            '  use_backend %[path,map(/m)]',
            '  default_backend web',
            'backend web',
            '  option httpchk HEAD /health',
            '  default-server inter 3s fall 5 rise 1',
            '  cookie SRV insert',
            '  server one 10.0.0.1:8080 check weight 10 cookie a',
            '  server two 10.0.0.2:8080 check backup',
            'backend api',
            '  server-template s 2 api.example:9000',
            'listen db',
            '  mode tcp',
            '  bind *:5432',
            '  server away 10.9.9.9:5433',
          ].join('\n'),
        ],
      ],
    });
    const named = new Map(services?.map((one) => [one.name, one]));
    expect([...named.keys()]).toEqual(['www', 'web', 'api', 'db']);
    expect(named.get('www')).toMatchObject({
      mode: 'http',
      endpoints: [
        { address: '10.0.0.9', port: 80, tls: false, vip: { name: 'front' } },
        { address: '10.0.0.9', port: 443, tls: true },
        { address: '*', port: 8443, tls: true },
        { address: '10.0.0.9', port: 443, tls: true, udp: true },
      ],
      routes: [
        { hosts: ['a.example'], paths: ['/api', '/v2'], sni: [], service: { name: 'api' } },
        { hosts: [], paths: [], sni: [] },
        { hosts: [], paths: [], sni: [], service: { name: 'web' } },
      ],
      backends: { servers: [], hosts: [] },
    });
    expect(named.get('www')?.routes[1]?.service).toBeUndefined();
    expect(named.get('web')).toMatchObject({
      endpoints: [],
      cookie: 'SRV',
      check: { type: 'http', path: '/health', interval: 3000, fall: 5, rise: 1 },
      backends: {
        servers: [
          { name: 'one', address: '10.0.0.1', port: 8080, weight: 10, backup: false, host: fred },
          { name: 'two', address: '10.0.0.2', port: 8080, backup: true, host: ethyl },
        ],
        hosts,
      },
    });
    expect(named.get('api')?.backends.servers.map(({ name, address }) => [name, address])).toEqual([
      ['s1', 'api.example'],
      ['s2', 'api.example'],
    ]);
    expect(named.get('db')).toMatchObject({
      mode: 'tcp',
      endpoints: [{ address: '*', port: 5432 }],
      check: { type: 'tcp' },
    });
  });

  test('a server that begins disabled is called that', () => {
    const { services } = read({
      haproxy: [
        [
          `${defaults}backend b\n  server-template spare 2 10.0.0.8:80 disabled\n  default-server disabled\n  server one 10.0.0.1:80\n  server two 10.0.0.2:80 enabled\nfrontend f\n  bind :80\n  default_backend b\n`,
        ],
      ],
    });
    const servers = services?.find(({ name }) => name === 'b')?.backends.servers ?? [];
    expect(servers.map(({ name, disabled }) => [name, disabled])).toEqual([
      ['spare1', true],
      ['spare2', true],
      ['one', true],
      ['two', undefined],
    ]);
  });

  test('what is for people, haprov and tables alone is no service', () => {
    const { services, asked } = read({
      haproxy: [
        [
          `${defaults}listen stats\n  bind *:8404\n  stats enable\nfrontend health\n  bind 127.0.0.1:9901\n  monitor-uri /\n  stats enable\n  stats uri /stats\nbackend table\n  stick-table type ip size 1m\nfrontend out\n  bind :80\n  http-request redirect scheme https\n`,
        ],
      ],
    });
    expect(services?.map(({ name }) => name)).toEqual(['out']);
    expect(asked).toEqual({ healthPort: 9901 });
  });

  test.each([
    [
      'a listener for haprov goes before a page',
      'listen s\n bind *:1\n stats enable\nlisten h\n bind 127.0.0.1:2\n stats enable\n stats uri /stats\n',
      { healthPort: 2 },
    ],
    [
      'a page where there is nothing better',
      'listen s\n bind *:8404\n stats enable\n',
      { healthPort: 8404, page: { path: '/haproxy?stats' } },
    ],
    [
      'with its password',
      'listen s\n bind 127.0.0.1:8404\n stats uri /s\n stats auth a:b\n',
      { healthPort: 8404, page: { path: '/s', login: 'YTpi' } },
    ],
    [
      'a stats socket is asked, and no page',
      'global\n stats socket /s\nlisten s\n bind *:1\n stats enable\n',
      undefined,
    ],
    ['a page at another address', 'listen s\n bind 10.0.0.9:1\n stats enable\n', undefined],
    ['a page behind TLS', 'listen s\n bind *:1 ssl crt /x\n stats enable\n', undefined],
    [
      'a page behind rules of its own',
      'listen s\n bind *:1\n stats enable\n stats http-request deny if TRUE\n',
      undefined,
    ],
    ['nothing', 'listen s\n bind *:1\n', undefined],
  ])('what HAProxy is asked by: %s', (_, text, expected) => {
    expect(read({ haproxy: [[text]] }).asked).toEqual(expected);
  });

  test('hosts whose files differ have one service of a name, with the servers and addresses of both', () => {
    const own = (address: string, server: string) => [
      `${defaults}listen web\n  bind ${address}:80\n  server ${server}:81\n`,
    ];
    const { services } = read({ haproxy: [own('10.0.0.1', 'a 10.0.0.1'), own('10.0.0.2', 'b 10.0.0.2')] });
    expect(services).toMatchObject([
      {
        endpoints: [{ address: '10.0.0.1' }, { address: '10.0.0.2' }],
        backends: { servers: [{ name: 'a' }, { name: 'b' }], hosts },
      },
    ]);
  });

  test('whom alone it serves is nobody to be asked from anywhere; who wants a PROXY header neither', () => {
    const { services } = read({
      haproxy: [
        [
          `${defaults}listen a\n  bind :80 accept-proxy\n  acl ours src 10.0.0.0/8 192.168.0.0/16\n  http-request deny unless ours\n  server x 10.0.0.1:81\n`,
        ],
      ],
    });
    expect(services).toMatchObject([
      { allow: ['10.0.0.0/8', '192.168.0.0/16'], proxyProtocol: { accept: true } },
    ]);
  });

  test('passwords of people and of statistics', () => {
    const { secrets } = read({
      haproxy: [
        [
          'userlist u\n  user ann insecure-password open1\n  user bob password $5$hash groups x\nlisten s\n  bind :1\n  stats auth admin:se:cret\n',
        ],
        [''],
      ],
    });
    expect(secrets).toEqual(['open1', '$5$hash', 'se:cret']);
  });
});

test('no text makes reading throw', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      'listen x',
      'frontend x',
      'backend x',
      'bind :80',
      'bind 10.0.0.9:1-70000 ssl',
      'server-template s 5-2 a:1',
      'server s [::1]',
      'use_backend x if { path /',
      'default_backend x',
      'vrrp_instance v {',
      'virtual_router_id x',
      'virtual_ipaddress {',
      '10.0.0.9/99',
      'priority -1',
      'weight 999',
      'interval 0.001',
      'vrrp_script v {',
      'track_script {',
      'v',
      '}',
      'include x',
      'inter 999999d',
    ),
  );
  const text = fc.array(piece, { maxLength: 25 }).map((rows) => rows.join('\n'));
  fc.assert(
    fc.property(text, text, (cfg, conf) => {
      const { vips, services } = read({ haproxy: [[cfg]], keepalived: [{ '/k.conf': conf }] });
      expect(vips?.every(({ members }) => members.length > 0)).toBe(true);
      expect(services).toBeDefined();
    }),
    { numRuns: Number(process.env.HAPROV_MODEL_RUNS ?? 300) },
  );
});

test('what variables and headers hold that let somebody in is a secret, and what a variable is preset to is known', () => {
  const { secrets, services } = read({
    haproxy: [
      [
        [
          'global\n setenv DB_PASSWORD s3cret-db\n presetenv API_TOKEN t0ken\n presetenv PORT 8080\n setenv NODE_NAME one',
          'backend b\n http-request set-header Authorization "Basic YTpiYTpi"\n http-request set-header X-Api-Key %[var(txn.k)]',
          ' http-request set-header X-Name one\n server x 10.0.0.1:${PORT}\nlisten l\n bind :80\n default_backend b\n',
        ].join('\n'),
      ],
      [''],
    ],
  });
  expect(secrets).toEqual(['s3cret-db', 't0ken', 'YTpiYTpi']);
  expect(services?.[0]?.backends.servers[0]?.port).toBe(8080);
});
