import { anyHost } from '../../src/playbook/context';
import { withFiles } from '../bad-input/cases';
import { loadAll } from '../bad-input/check-all';

const pair = {
  hosts: {
    fred: { address: '10.0.0.1', priority: 101 },
    ethyl: { address: '10.0.0.2', priority: 100 },
  },
  groups: { balancers: ['fred', 'ethyl'], web: ['fred', 'ethyl'] },
  playbooks: ['load-balancer'],
};

/** What `fred` is to have at `path`, by the shipped templates. */
async function written(inventory: object, path: string): Promise<string> {
  const files = { 'inventory.json': JSON.stringify({ ...pair, ...inventory }) };
  return withFiles({ files }, (_folder, file) => {
    const found = loadAll(file)
      .resources.get('fred')
      ?.find(({ target }) => target === path);
    return found?.content?.(anyHost).toString() ?? '';
  });
}

const section = (text: string, name: string) =>
  text
    .split(/\n\n/)
    .find((part) => part.startsWith(name))
    ?.trim();

const backends = { port: 8080, group: 'web' };
const services: [string, object, string[]][] = [
  [
    'the seed’s',
    { port: 80, backends, cookie: 'SERVERNAME' },
    [
      'bind *:80',
      'mode http',
      'balance roundrobin',
      'option httplog',
      'option httpclose',
      'option forwardfor',
      'cookie SERVERNAME insert indirect nocache',
      'default-server inter 2000 fall 3 rise 2',
      'server fred 10.0.0.1:8080 cookie fred check',
      'server ethyl 10.0.0.2:8080 cookie ethyl check',
    ],
  ],
  [
    'tcp with a backup, an allow-list, PROXY both ways and extra lines',
    {
      mode: 'tcp',
      port: 6379,
      vips: ['v'],
      backends: {
        port: 6380,
        servers: { fred: { weight: 7, maxconn: 9 }, far: { address: 'db.example', port: 1, backup: true } },
      },
      allow: ['10.0.0.0/8', '2001:db8::/32'],
      proxyProtocol: { accept: true, send: 'v2' },
      timeouts: { client: 1000, tunnel: 2000 },
      extra: ['option tcp-check', 'tcp-check send PING\\r\\n'],
    },
    [
      'bind 10.0.0.9:6379 accept-proxy',
      'mode tcp',
      'balance roundrobin',
      'timeout client 1000',
      'timeout tunnel 2000',
      'acl haprov_allowed src 10.0.0.0/8',
      'acl haprov_allowed src 2001:db8::/32',
      'option tcplog',
      'tcp-request content reject unless haprov_allowed',
      'default-server inter 2000 fall 3 rise 2',
      'option tcp-check',
      'tcp-check send PING\\r\\n',
      'server fred 10.0.0.1:6380 weight 7 maxconn 9 send-proxy-v2 check',
      'server far db.example:1 send-proxy-v2 check backup',
    ],
  ],
  [
    'redirects alone',
    {
      port: 80,
      redirects: [
        { path: '/old', host: 'a.example', location: 'https://b.example/a%20b', code: 308 },
        { scheme: 'https', code: 301 },
      ],
    },
    [
      'bind *:80',
      'mode http',
      'balance roundrobin',
      'option httplog',
      'option httpclose',
      'option forwardfor',
      'http-request redirect location https://b.example/a%%20b code 308 if { path_beg /old } { hdr(host) -i a.example a.example:80 }',
      'http-request redirect scheme https code 301',
    ],
  ],
  [
    'an http check',
    {
      port: 80,
      backends,
      forwardFor: false,
      connection: 'keep-alive',
      check: { type: 'http', path: '/up', host: 'h', status: 204 },
    },
    [
      'bind *:80',
      'mode http',
      'balance roundrobin',
      'option httplog',
      'option http-keep-alive',
      'option httpchk',
      'http-check send meth GET uri /up ver HTTP/1.1 hdr Host h',
      'http-check expect status 204',
      'default-server inter 2000 fall 3 rise 2',
      'server fred 10.0.0.1:8080 check',
      'server ethyl 10.0.0.2:8080 check',
    ],
  ],
];

test.each(services)('haproxy.cfg: %s', async (_, service, rows) => {
  const inventory = { vips: { v: { address: '10.0.0.9', virtualRouterId: 1 } }, services: { s: service } };
  const text = await written(inventory, '/etc/haproxy/haproxy.cfg');
  expect(
    section(text, 'listen s\n')
      ?.split('\n')
      .slice(1)
      .map((row) => row.trim()),
  ).toEqual(rows);
});

test('haproxy.cfg: every address means IPv6 too, where a VIP is IPv6', async () => {
  const vips = { v: { address: '2001:db8::9', virtualRouterId: 1 } };
  const text = await written({ vips, services: { s: { port: 80, backends } } }, '/etc/haproxy/haproxy.cfg');
  expect(text).toContain('    bind *:80\n    bind :::80 v6only\n');
});

test('haproxy.cfg: extra lines of global and defaults', async () => {
  const haproxy = { extra: { global: ['nbthread 2'], defaults: ['option splice-auto'] } };
  const text = await written({ haproxy }, '/etc/haproxy/haproxy.cfg');
  expect(section(text, '# Written')).toMatch(/\n {4}nbthread 2$/);
  expect(section(text, 'defaults')).toMatch(/\n {4}option splice-auto$/);
});

test.each([
  [[], 'MASTER'],
  [['preempt_delay 60'], 'BACKUP'],
])(
  'keepalived drops the delay of what begins as MASTER: with extra %j the first host begins as %s',
  async (extra, state) => {
    const vips = { v: { address: '10.0.0.9', virtualRouterId: 1, extra } };
    const text = await written({ vips, services: {} }, '/etc/keepalived/keepalived.conf');
    expect(section(text, 'vrrp_instance v ')).toContain(`    state ${state}\n`);
  },
);

test('keepalived.conf: unicast, a command of a service, extra lines', async () => {
  const vips = {
    v: {
      address: '10.0.0.9',
      virtualRouterId: 1,
      unicast: { ethyl: '10.1.0.2' },
      extra: ['track_interface {', 'eth9', '}'],
    },
    w: { address: '2001:db8::9', virtualRouterId: 2, auth: 'word', preempt: false },
  };
  const services = {
    s: {
      port: 80,
      vips: ['v'],
      backends,
      check: { type: 'command', command: '/bin/check it', interval: 3400, fall: 4, rise: 5 },
    },
  };
  const text = await written({ vips, services }, '/etc/keepalived/keepalived.conf');
  expect(section(text, 'vrrp_script check_s')).toBe(
    'vrrp_script check_s {\n    script "/bin/check it"\n    interval 3\n    timeout 3\n    fall 4\n    rise 5\n}',
  );
  const [v = '', w = ''] = ['v', 'w'].map((name) => section(text, `vrrp_instance ${name} `));
  expect(v).toContain('    unicast_src_ip 10.0.0.1\n    unicast_peer {\n        10.1.0.2\n    }\n');
  expect(v).toContain('        check_s\n    }\n    track_interface {\n    eth9\n    }\n}');
  // VRRPv3 has no authentication.
  expect(w).not.toMatch(/auth|unicast|check_s/);
  expect(w).toContain('    state BACKUP\n');
  expect(w).toContain('    nopreempt\n');
  // Nobody takes a VIP from a lower priority then: to be drained is to be at fault.
  expect(section(text, 'vrrp_script not_drained_v')).toContain('weight -253');
  expect(section(text, 'vrrp_script not_drained_w')).not.toContain('weight');
});
