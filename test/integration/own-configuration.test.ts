import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  describeLab,
  eventually,
  fetchUrl,
  haprov,
  holders,
  isWell,
  lab,
  network,
  on,
  vip,
} from '../support/lab';
import { runLoad } from '../support/load';

/** A pair by files that somebody wrote by hand, with nothing of haprov's in them: pushed, edited, refused, put back. */

const folder = mkdtempSync(join(tmpdir(), 'haprov-own-'));
const inventory = join(folder, 'inventory.json');
const hosts = ['fred', 'ethyl'];

const haproxy = [
  '# caf\xe9, as an old editor wrote it',
  'global',
  '    user haproxy',
  '    group haproxy',
  '    stats socket /var/lib/haproxy/stats mode 600 level admin',
  'defaults',
  '    mode http',
  '    timeout connect 2s',
  '    timeout client 30s',
  '    timeout server 30s',
  'frontend www',
  '    bind *:80',
  '    use_backend %[path,map_beg(/etc/haproxy/maps/paths.map,web)] if { path_beg /api }',
  '    default_backend web',
  '',
].join('\n');
const web = (check: string) =>
  `backend web\n    ${check}\n    default-server inter 1s fall 2 rise 1\n    server w1 ${network}.201:8080 check\n    server w2 ${network}.202:8080 check\n`;
const keepalived = (host: string) => {
  const [own, peer, priority] = host === 'fred' ? [201, 202, 110] : [202, 201, 100];
  return [
    `global_defs {\n    router_id ${host}\n    script_user root\n    enable_script_security\n}`,
    'vrrp_script alive {\n    script "/usr/bin/killall -0 haproxy"\n    interval 1\n    weight -30\n    fall 2\n    rise 2\n}',
    `vrrp_instance VI_37 {\n    state BACKUP\n    interface eth0\n    virtual_router_id 37\n    priority ${priority}\n    unicast_src_ip ${network}.${own}`,
    `    unicast_peer {\n        ${network}.${peer}\n    }\n    authentication {\n        auth_type PASS\n        auth_pass by-hand7\n    }`,
    `    virtual_ipaddress {\n        ${vip}/24\n    }\n    track_script {\n        alive\n    }\n}\n`,
  ].join('\n');
};

/** Writes a file of the pair's folder, as latin1. */
function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text, 'latin1');
}

/** Host path → bytes in hexadecimal, of the files that are pushed. */
const bytesOn = (host: string) =>
  on(
    host,
    'for f in /etc/haproxy/haproxy.cfg /etc/haproxy/conf.d/10-web.cfg /etc/haproxy/maps/paths.map /etc/keepalived/keepalived.conf; do od -An -v -tx1 $f | tr -d " \\n"; echo; done',
  )
    .trim()
    .split('\n');
const bytesHere = (host: string) =>
  ['haproxy.cfg', 'conf.d/10-web.cfg', 'maps/paths.map', `keepalived-${host}.conf`].map((name) =>
    readFileSync(join(folder, name)).toString('hex'),
  );

const plan = async () => (await haprov('plan', inventory)).stdout;

/** Asks the VIP all the while. */
async function underLoad<T>(work: () => Promise<T>): Promise<[T, Awaited<ReturnType<typeof runLoad>>]> {
  const end = new AbortController();
  const load = runLoad({
    url: `http://${vip}/`,
    requests: 20_000,
    concurrency: 4,
    keepAlive: false,
    minMs: 200_000,
    signal: end.signal,
  });
  const done = await work();
  end.abort();
  return [done, await load];
}

describeLab('configuration of one’s own', () => {
  beforeAll(async () => {
    lab('reset', '--alone', ...hosts);
    write('haproxy.cfg', haproxy);
    write('conf.d/10-web.cfg', web('option httpchk GET /'));
    write('maps/paths.map', '/api web\n');
    for (const host of hosts) write(`keepalived-${host}.conf`, keepalived(host));
    write(
      'inventory.json',
      JSON.stringify({
        ssh: { user: 'root' },
        hosts: { fred: { address: `${network}.201` }, ethyl: { address: `${network}.202` } },
        groups: { balancers: hosts, web: hosts },
        haproxy: {
          config: {
            '/etc/haproxy/haproxy.cfg': { source: 'haproxy.cfg', group: 'haproxy', mode: '0640' },
            '/etc/haproxy/conf.d': 'conf.d',
            '/etc/haproxy/maps': 'maps',
          },
        },
        keepalived: {
          packages: ['keepalived', 'psmisc'],
          config: {
            '/etc/keepalived/keepalived.conf': {
              hosts: { fred: 'keepalived-fred.conf', ethyl: 'keepalived-ethyl.conf' },
              mode: '0600',
            },
          },
        },
        playbooks: ['httpd', 'own-configuration'],
      }),
    );
  });

  test('bare hosts get it byte for byte, and then nothing is left to do; status knows what is behind it', async () => {
    for (const host of hosts) on(host, 'mkdir -p /var/www/html && echo well >/var/www/html/index.html');
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    for (const host of hosts) expect(bytesOn(host)).toEqual(bytesHere(host));
    expect(on('fred', 'stat -c "%a %U:%G" /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf')).toBe(
      '640 root:haproxy\n600 root:root\n',
    );
    expect(await plan()).toContain('No changes');
    await isWell(inventory);
    const { vips, services } = JSON.parse((await haprov('status', inventory, '--json')).stdout);
    expect(vips).toMatchObject([{ vip: 'VI_37', address: vip }]);
    expect(services).toMatchObject([
      { service: 'www' },
      { service: 'web', servers: [{ server: 'w1' }, { server: 'w2' }] },
    ]);
  });

  test('an edit of all of it rolls through under load, and nobody notices', async () => {
    write('haproxy.cfg', haproxy.replace('timeout server 30s', 'timeout server 45s'));
    write('conf.d/10-web.cfg', web('option httpchk GET /index.html'));
    write('maps/paths.map', '/api web\n/api/v2 web\n');
    for (const host of hosts)
      write(`keepalived-${host}.conf`, keepalived(host).replace('interval 1', 'interval 2'));
    const [done, { failed, failures, sent }] = await underLoad(() => haprov('apply', inventory, '--yes'));
    expect({ code: done.code, failures, failed }).toEqual({ code: 0, failures: [], failed: 0 });
    expect(sent).toBeGreaterThan(100);
    for (const host of hosts) expect(bytesOn(host)).toEqual(bytesHere(host));
  });

  const states = '    server-state-file /var/lib/haproxy/haprov-servers\n';
  test.each([
    ['by commands, and redispatch', haproxy.replace('defaults\n', 'defaults\n    option redispatch\n')],
    [
      'by the file that its configuration names',
      haproxy.replace('defaults\n', `${states}defaults\n    load-server-state-from-file global\n`),
    ],
  ])('a server that is dead before a push gets nothing after it: %s', async (_, text) => {
    // The first push brings the lines; what is measured is a reload of a HAProxy that has them.
    write('haproxy.cfg', text);
    expect(await haprov('push', inventory, '--yes')).toMatchObject({ code: 0 });
    on('ethyl', 'iptables -I INPUT -p tcp --dport 8080 -j REJECT --reject-with tcp-reset');
    const isDown = (host: string) =>
      /^web,w2,(?:[^,]*,){15}DOWN/m.test(on(host, 'echo "show stat" | socat - /var/lib/haproxy/stats'));
    await eventually('both see it down', () => hosts.every(isDown), 100);
    write('haproxy.cfg', text.replace('timeout client 30s', 'timeout client 40s'));
    const [done, { failures, sent }] = await underLoad(() => haprov('push', inventory, '--yes'));
    on('ethyl', 'iptables -D INPUT -p tcp --dport 8080 -j REJECT --reject-with tcp-reset');
    expect({ code: done.code, stderr: done.stderr, failures }).toEqual({ code: 0, stderr: '', failures: [] });
    expect(sent).toBeGreaterThan(100);
    await eventually('both see it up again', () => !hosts.some(isDown), 100);
    for (const host of hosts)
      on(host, '[ ! -e /var/lib/haproxy/haprov-servers ] || grep -qx 1 /var/lib/haproxy/haprov-servers');
  });

  test.each([
    [
      'haproxy -c',
      'conf.d/10-web.cfg',
      web('balanse roundrobin'),
      'parsing [/etc/haproxy/conf.d/10-web.cfg:2]',
    ],
    [
      'keepalived -t',
      'keepalived-ethyl.conf',
      keepalived('ethyl').replace('state BACKUP', 'stat BACKUP'),
      "(/etc/keepalived/keepalived.conf: Line 14) Unknown keyword 'stat'",
    ],
  ])(
    'what %s refuses is named where its writer knows it, before anything is changed',
    async (_, name, text, says) => {
      const [before, good] = [hosts.map(bytesOn), readFileSync(join(folder, name), 'latin1')];
      write(name, text);
      const { code, stderr } = await haprov('apply', inventory, '--yes');
      write(name, good);
      expect(code).toBe(1);
      expect(stderr).toContain(says);
      expect(stderr).toContain(`mend ${join(folder, name)}`);
      expect(hosts.map(bytesOn)).toEqual(before);
      expect(await plan()).toContain('No changes');
    },
  );

  test('a gate that stays shut gives every byte back, and clients notice nothing', async () => {
    const [before, good] = [hosts.map(bytesOn), readFileSync(join(folder, 'conf.d/10-web.cfg'), 'latin1')];
    write('conf.d/10-web.cfg', web('option httpchk GET /nowhere'));
    const { code, stderr } = await haprov('apply', inventory, '--yes');
    write('conf.d/10-web.cfg', good);
    expect(code).toBe(1);
    expect(stderr).toMatch(/server web\/w[12] is DOWN \(check L7STS: .*404/);
    expect(hosts.map(bytesOn)).toEqual(before);
    expect(await fetchUrl(`http://${vip}/`)).toMatchObject({ status: 200 });
  });

  test('a drain finds a host’s servers by all its addresses; one that was taken out by hand, or rests, stays so', async () => {
    const good = readFileSync(join(folder, 'conf.d/10-web.cfg'), 'latin1');
    const other = `${network}.212`;
    on('ethyl', `ip addr add ${other}/24 dev eth0`);
    const more = `    server w3 ${other}:8080 check\n    server rests ${other}:8080 check disabled\n    server by-hand ${other}:8080 check\n    server-template t 1-2 ${other}:8080 check\n`;
    write('conf.d/10-web.cfg', web('option httpchk GET /index.html') + more);
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    for (const host of hosts)
      on(host, 'echo "set server web/by-hand state maint" | socat - /var/lib/haproxy/stats');
    const states = (host: string) =>
      on(host, 'echo "show stat" | socat - /var/lib/haproxy/stats')
        .split('\n')
        .map((row) => row.split(','))
        .filter(([proxy, server]) => proxy === 'web' && server !== 'BACKEND')
        .map((row) => `${row[1]} ${row[17]}`);
    const are = (state: string) => [
      'w1 UP',
      `w2 ${state}`,
      `w3 ${state}`,
      'rests MAINT',
      'by-hand MAINT',
      `t1 ${state}`,
      `t2 ${state}`,
    ];
    const drained = await haprov('drain', inventory, 'ethyl', '--force');
    expect(drained.stdout + drained.stderr).toContain('web/w3');
    expect(drained).toMatchObject({ code: 0 });
    for (const host of hosts) expect(states(host)).toEqual(are('DRAIN'));
    write('haproxy.cfg', haproxy.replace('timeout client 30s', 'timeout client 50s'));
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    for (const host of hosts) expect(states(host)).toEqual(are('DRAIN'));
    expect(await haprov('undrain', inventory, 'ethyl')).toMatchObject({ code: 0 });
    for (const host of hosts) {
      expect(states(host)).toEqual(are('UP'));
      on(host, 'echo "set server web/by-hand state ready" | socat - /var/lib/haproxy/stats');
    }
    write('conf.d/10-web.cfg', good);
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    on('ethyl', `ip addr del ${other}/24 dev eth0`);
  });

  test('where HAProxy of the holder dies, status says so, and the other one has the address', async () => {
    on('fred', 'systemctl kill -s KILL haproxy; systemctl stop haproxy');
    await eventually('the address moves', () => holders().join() === 'ethyl', 200);
    const { stdout } = await haprov('status', inventory);
    expect(stdout).toContain('VI_37');
    expect(stdout).not.toContain('haprov_health');
    expect(stdout).not.toContain('/usr/libexec/keepalived/haprov');
    on('fred', 'systemctl start haproxy');
    await eventually('the address is back', () => holders().join() === 'fred', 200);
  });
});
