import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import type { Status } from '../../src/status/status';
import {
  describeLab,
  eventually,
  fetchUrl,
  haprov,
  inventoryFile,
  isWell,
  lab,
  network,
  on,
} from '../support/lab';
import { runLoad } from '../support/load';

const front = `${network}.200`;
const back = `${network}.210`;
const six = 'fd00:56::200';
const hosts = ['fred', 'ethyl'];
const backends = { group: 'web', port: 8080 };

/** Every kind of service at once, on two VIPs that the pair shares out and one of IPv6. */
const services = {
  plain: { port: 80, vips: ['front'], redirects: [{ scheme: 'https', code: 301 }] },
  www: {
    port: 443,
    vips: ['front'],
    backends,
    tls: { certificate: { file: 'www.pem' }, key: { file: 'www.key' } },
    check: { type: 'http', path: '/', host: 'www.example', status: 403 },
  },
  weighted: {
    port: 81,
    vips: ['back'],
    backends: { port: 8080, servers: { fred: { weight: 3 }, ethyl: { weight: 1 } } },
    cookie: 'SERVERNAME',
  },
  spare: {
    port: 82,
    vips: ['back'],
    backends: { port: 8080, group: 'web', servers: { ethyl: { backup: true } } },
    cookie: 'SERVERNAME',
  },
  few: { port: 83, backends, allow: ['10.9.0.0/16'] },
  fewer: { port: 84, mode: 'tcp', backends, allow: ['10.9.0.0/16'] },
  behind: {
    port: 85,
    backends,
    proxyProtocol: { accept: true },
    extra: ['http-response set-header X-Client %[src]'],
  },
  watched: {
    port: 86,
    vips: ['back'],
    backends,
    check: {
      type: 'command',
      command: '/usr/bin/test -e /run/in-order',
      interval: 1000,
      fall: 1,
      rise: 1,
    },
  },
  six: { port: 87, vips: ['six'], backends },
  names: {
    port: 88,
    vips: ['back'],
    routes: [
      { host: '*.names.example', service: 'inner' },
      { path: ['/metrics', '/figures'], service: 'metrics' },
      { path: '/text', service: 'text' },
    ],
    answer: { status: 404, body: 'nobody is "here"' },
  },
  inner: { backends, cookie: 'INNER' },
  metrics: { answer: { metrics: true } },
  text: { answer: { status: 200, body: 'two\nlines' } },
};

/** A frontend of one's own in front of a service of the inventory. */
const section = `frontend own\n    bind ${back}:89\n    mode http\n    default_backend inner`;

const holdersOf = (address: string) =>
  hosts.filter((host) => on(host, 'ip -o addr show').includes(` ${address}/`));

/** The certificate that is served, without asking who signed it. */
const certificate = () =>
  new Promise<PeerCertificate>((resolve, reject) => {
    const socket = connect({ host: front, port: 443, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.end();
    });
    socket.on('error', reject);
  });

/** What a server on a host's own loopback of TCP says to `text`. */
const tell = (address: string, port: number, text: string) =>
  on('fred', `printf '${text}' | timeout 30 nc ${address} ${port} || true`);

describeLab('services of every kind on one pair', () => {
  let inventory = '';
  const newCertificate = (name: string) => {
    const made = on(
      'fred',
      `cd /tmp && openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=${name} -keyout k -out c 2>/dev/null && cat k && echo @ && cat c && rm k c`,
    );
    const [key = '', pem = ''] = made.split('@\n');
    writeFileSync(join(dirname(inventory), 'www.key'), key);
    writeFileSync(join(dirname(inventory), 'www.pem'), pem);
  };

  const applied = async () => {
    const run = await haprov('apply', inventory, '--yes');
    if (run.code !== 0) throw new Error(`apply: exit ${run.code}: ${run.stdout}${run.stderr}`);
    return run;
  };

  beforeAll(async () => {
    lab('reset', '--alone', ...hosts);
    for (const [index, host] of hosts.entries())
      on(
        host,
        `sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0 && ip -6 addr add fd00:56::${201 + index}/64 dev eth0 nodad && touch /run/in-order`,
      );
    inventory = inventoryFile((raw) => {
      Object.assign(raw, {
        sysctl: { 'net.ipv4.ip_nonlocal_bind': 1, 'net.ipv6.ip_nonlocal_bind': 1, 'net.ipv4.ip_forward': 1 },
        vips: {
          front: { address: front, virtualRouterId: 37, group: 'balancers', unicast: true },
          back: {
            address: back,
            virtualRouterId: 38,
            group: 'balancers',
            priorities: { fred: 100, ethyl: 101 },
            preempt: false,
          },
          six: { address: `${six}/64`, virtualRouterId: 39, group: 'balancers' },
        },
        services,
        haproxy: { sections: [section] },
      });
    });
    newCertificate('first.example');
    await applied();
    await eventually('each VIP on one host', () =>
      [front, back, six].every((vip) => holdersOf(vip).length === 1),
    );
  });

  test('a second apply changes nothing', async () => {
    expect((await applied()).stdout).toContain('No changes');
    await isWell(inventory);
  });

  test('active/active: the higher priority of each holds it; adverts by unicast alone', () => {
    expect(holdersOf(front)).toEqual(['fred']);
    expect(holdersOf(six)).toEqual(['fred']);
    const adverts = on('ethyl', "timeout 30 tcpdump -c 10 -nn -i eth0 'ip proto 112' 2>/dev/null || true");
    expect(adverts).toContain(`${network}.201 > ${network}.202: VRRPv2, Advertisement, vrid 37,`);
    expect(adverts).not.toMatch(/> 224\.0\.0\.18: VRRPv2.*vrid 37,/);
  });

  test('TLS in front, the plain port redirected to it', async () => {
    expect((await certificate()).subject.CN).toBe('first.example');
    const answer = await fetch(`http://${front}/a?b=c`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([301, `https://${front}/a?b=c`]);
    const old = on(
      'fred',
      `timeout 30 openssl s_client -tls1_1 -connect ${front}:443 </dev/null 2>&1 || true`,
    );
    expect(old).toMatch(/alert|no protocols available/);
    expect(on('ethyl', `curl -sk -o /dev/null -w '%{http_code}' https://${front}/`)).toBe('403');
  });

  test('a new certificate: its content is not shown, it is served, and no request fails', async () => {
    newCertificate('second.example');
    const plan = await haprov('plan', inventory);
    expect(plan.stdout).toContain('/etc/haproxy/www.pem');
    expect(plan.stdout).toContain('secret');
    expect(plan.stdout).not.toMatch(/PRIVATE KEY|BEGIN|MII/);
    const load = runLoad({
      url: `http://${back}:81/`,
      requests: 2000,
      concurrency: 4,
      keepAlive: false,
      minMs: 12_000,
    });
    await applied();
    expect((await load).failures).toEqual([]);
    expect((await certificate()).subject.CN).toBe('second.example');
    for (const host of hosts)
      expect(
        on(host, 'stat -c "%a %U" /etc/haproxy/www.pem; cat /var/lib/haprov/runs/*/manifest').trim(),
      ).toMatch(/^600 root/);
  });

  test('weights, backups, allow-lists, PROXY protocol, IPv6', async () => {
    const servers = new Map<string, number>();
    for (let n = 0; n < 16; n++) {
      const { server = '' } = (await fetchUrl(`http://${back}:81/`)) ?? {};
      servers.set(server, (servers.get(server) ?? 0) + 1);
    }
    expect(Object.fromEntries(servers)).toEqual({ fred: 12, ethyl: 4 });
    expect((await fetchUrl(`http://${back}:82/`))?.server).toBe('fred');
    expect((await fetchUrl(`http://${front}:83/`))?.body).toContain(
      'Request forbidden by administrative rules',
    );
    expect(await fetchUrl(`http://${front}:84/`)).toBeUndefined();
    const said = tell(front, 85, 'PROXY TCP4 198.51.100.7 192.0.2.1 1000 85\\r\\nGET / HTTP/1.0\\r\\n\\r\\n');
    expect(said.toLowerCase()).toContain('x-client: 198.51.100.7');
    expect(on('ethyl', `curl -s -o /dev/null -w '%{http_code}' 'http://[${six}]:87/'`)).toBe('403');
  });

  test('names and paths on one port, a section of one’s own, and what HAProxy answers itself', async () => {
    const ask = (host: string, path: string, port = 88) =>
      on('fred', `curl -si -H 'Host: ${host}' 'http://${back}:${port}${path}'`);
    expect(ask('a.names.example:88', '/')).toMatch(/^HTTP\/1.1 403.*set-cookie: INNER=/is);
    expect(ask('b.example', '/')).toMatch(/^HTTP\/1.1 404.*content-type: text\/plain.*nobody is "here"$/is);
    expect(ask('b.example', '/text')).toMatch(/^HTTP\/1.1 200.*two\nlines$/s);
    expect(ask('b.example', '/figures')).toContain('haproxy_process_start_time_seconds');
    expect(ask('b.example', '/', 89)).toMatch(/^HTTP\/1.1 403.*set-cookie: INNER=/is);
    const { services: seen } = JSON.parse((await haprov('status', inventory, '--json')).stdout) as Status;
    const about = seen.map(({ service, ports, behind, to }) => [service, ports, behind, to]);
    expect(about).toEqual(
      expect.arrayContaining([
        ['names', ['88'], [], ['inner', 'metrics', 'text']],
        ['inner', [], ['names', 'own'], []],
        ['own', ['89'], [], ['inner']],
      ]),
    );
  });

  test('a backup serves when nobody else does', async () => {
    on('fred', 'systemctl stop httpd');
    await eventually(
      'ethyl serving',
      async () => (await fetchUrl(`http://${back}:82/`))?.server === 'ethyl',
      150,
    );
    on('fred', 'systemctl start httpd');
    await eventually(
      'fred serving',
      async () => (await fetchUrl(`http://${back}:82/`))?.server === 'fred',
      150,
    );
  });

  test('where a service’s command fails, its VIP leaves, and no other; nopreempt: it stays where it went', async () => {
    const [holder = ''] = holdersOf(back);
    const other = hosts.find((host) => host !== holder) ?? '';
    on(holder, 'rm /run/in-order');
    await eventually('the VIP moving', () => holdersOf(back).join() === other, 80, 200);
    expect(holdersOf(front)).toEqual(['fred']);
    on(holder, 'touch /run/in-order');
    await eventually('the check passing again', () =>
      on(holder, "journalctl -q -u keepalived -o cat | grep -i 'check_watched.*succe' | tail -1"),
    );
    await new Promise((done) => setTimeout(done, 5000));
    expect(holdersOf(back)).toEqual([other]);
  });

  test('a drained host gives up every VIP, with nopreempt too', async () => {
    const [holder = ''] = holdersOf(back);
    const other = hosts.find((host) => host !== holder) ?? '';
    on(holder, 'touch /var/lib/haprov/drained');
    await eventually('all VIPs moving', () =>
      [front, back, six].every((vip) => holdersOf(vip).join() === other),
    );
    on(holder, 'rm /var/lib/haprov/drained');
    await eventually('the others coming back', () => holdersOf(front).join() === 'fred');
    expect(holdersOf(back)).toEqual([other]);
  });
});
