import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  describeLab,
  eventually,
  haprov,
  holders,
  inventoryFile,
  isWell,
  lab,
  network,
  on,
} from '../support/lab';

/** TLS on both sides, passwords, limits, and stick tables that the balancers share, on one pair. */

const inside = `${network}.200`;
const outside = `${network}.210`;
const hosts = ['fred', 'ethyl'];

/** A CA, and what it signs. */
function authority(folder: string) {
  const openssl = (words: string) => {
    const { status, stderr } = spawnSync('openssl', words.split(' '), { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${words}: ${stderr}`);
  };
  openssl('req -x509 -newkey rsa:2048 -nodes -days 90 -keyout ca.key -out ca.crt -subj /CN=lab');
  return (name: string, host: string) => {
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${host}\n`);
    openssl(`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${host}`);
    openssl(
      `x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 90 -extfile ${name}.ext -out ${name}.crt`,
    );
    return ['crt', 'key'].map((end) => readFileSync(join(folder, `${name}.${end}`), 'utf8')).join('');
  };
}

/** What the servers are: a HAProxy that says what it was asked. */
const app = `
defaults
    mode http
    timeout client 30s
    timeout server 30s
    timeout connect 5s
frontend tls
    bind :8443 ssl crt /root/app.pem alpn h2,http/1.1
    http-request return status 200 content-type text/plain lf-string "%[env(NAME)] sni=%[ssl_fc_sni] alpn=%[ssl_fc_alpn] ip=%[req.hdr(X-Real-IP)]"
frontend plain
    bind :8081
    http-request return status 200 content-type text/plain lf-string "%[env(NAME)] authorization=%[req.hdr(authorization)]"
`;

const group = 'balancers';
const services = {
  www: {
    port: 443,
    vips: ['inside', 'outside'],
    connection: 'keep-alive',
    tls: {
      certificates: ['front', 'second'].map((name) => ({
        certificate: { file: `${name}.crt` },
        key: { file: `${name}.key` },
      })),
      alpn: ['h2', 'http/1.1'],
      vips: ['outside'],
    },
    backends: {
      port: 8443,
      group,
      tls: { ca: { file: 'ca.crt' }, sni: 'app.example', alpn: ['h2', 'http/1.1'] },
    },
    check: { type: 'http', path: '/' },
    headers: { request: { set: { 'X-Real-IP': '%[src]' } }, response: { set: { 'X-Of-Ours': 'yes' } } },
  },
  search: {
    port: 9200,
    vips: ['inside'],
    backends: { port: 8081, group },
    auth: { users: 'staff' },
    headers: { request: { remove: ['Authorization'] } },
  },
  login: {
    port: 8090,
    vips: ['inside'],
    backends: { port: 8081, group },
    limits: { rate: { requests: 5, seconds: 600, path: '/login' } },
  },
  sticky: {
    port: 8091,
    vips: ['inside'],
    backends: { port: 8081, group },
    stick: { on: 'req.hdr(X-Client)' },
  },
};
const users = { staff: { joe: { password: { file: 'joe' } } } };

interface Said {
  code: string;
  version: string;
  body: string;
}

/** What curl is answered. */
function ask(folder: string, url: string, ...words: string[]): Said {
  const names = ['www.example', 'second.example'].flatMap((name) => ['--resolve', `${name}:443:${outside}`]);
  const format = '\n%{http_code} %{http_version}';
  const curl = ['-s', '-m', '5', '--cacert', join(folder, 'ca.crt'), ...names, '-w', format, ...words, url];
  const { stdout } = spawnSync('curl', curl, { encoding: 'utf8' });
  const [, body = '', code = '', version = ''] = /^([\s\S]*)\n(\d+) (\S+)$/.exec(stdout) ?? [];
  return { code, version, body };
}

describeLab('what is said of traffic holds on a pair', () => {
  let inventory = '';
  let folder = '';
  const edit = (change: (raw: { services: typeof services }) => void) => {
    const raw = JSON.parse(readFileSync(inventory, 'utf8'));
    change(raw);
    writeFileSync(inventory, JSON.stringify(raw));
  };
  const applied = async () => {
    const run = await haprov('apply', inventory, '--yes');
    if (run.code !== 0) throw new Error(`apply: exit ${run.code}: ${run.stdout}${run.stderr}`);
    return run.stdout;
  };
  const startApp = (host: string, pem: string) =>
    on(
      host,
      `systemctl stop app 2>/dev/null; cat >/root/app.pem && systemd-run --unit=app --setenv=NAME=${host} /usr/sbin/haproxy -db -f /root/app.cfg`,
      Buffer.from(pem),
    );
  const signed: Record<string, string> = {};

  beforeAll(async () => {
    lab('reset', '--alone', ...hosts);
    inventory = inventoryFile((raw) => {
      Object.assign(raw, {
        vips: {
          inside: { address: inside, virtualRouterId: 37, group },
          outside: { address: outside, virtualRouterId: 38, group },
        },
        services,
        haproxy: { users },
        playbooks: ['load-balancer'],
      });
    });
    folder = dirname(inventory);
    const sign = authority(folder);
    writeFileSync(join(folder, 'joe'), 'a-password-of-joe');
    for (const name of ['front', 'second', 'app', 'wrong'])
      signed[name] = sign(name, name === 'front' ? 'www.example' : `${name}.example`);
    for (const host of hosts) {
      on(host, 'yum install -y -q haproxy >/dev/null 2>&1 && cat >/root/app.cfg', Buffer.from(app));
      startApp(host, signed.app ?? '');
    }
    await applied();
    await isWell(inventory);
  });

  const seen = (server: string) =>
    on('fred', `curl -s 'http://127.0.0.1:10001/stats;csv'`)
      .split('\n')
      .map((row) => row.split(','))
      .find(([proxy, name]) => proxy === 'www' && name === server)?.[17];

  test('TLS on both sides, in HTTP/2, by the names that are asked for; on one VIP without', () => {
    const ip = `${network}.1`;
    const { code, version, body } = ask(folder, 'https://www.example/', '--http2', '-D', '-');
    expect([code, version]).toEqual(['200', '2']);
    expect(body).toMatch(/^x-of-ours: yes\r$/m);
    expect(body).toMatch(new RegExp(`(fred|ethyl) sni=app.example alpn=h2 ip=${ip}$`));
    expect(ask(folder, 'https://second.example/', '--http1.1')).toMatchObject({
      code: '200',
      version: '1.1',
    });
    expect(ask(folder, `http://${inside}:443/`)).toMatchObject({ code: '200', version: '1.1' });
  });

  test('a server with a certificate of another name is not spoken to', async () => {
    startApp('ethyl', signed.wrong ?? '');
    await eventually('HAProxy refuses it', () => seen('ethyl') === 'DOWN');
    expect(seen('fred')).toBe('UP');
    const { stdout } = await haprov('status', inventory);
    expect(stdout).toContain('backend www/ethyl on ethyl is down: the TLS handshake with it fails');
    startApp('ethyl', signed.app ?? '');
    await eventually('and takes it back', () => seen('ethyl') === 'UP');
  });

  test('nobody comes in without the password, which no server sees, nor anybody who reads what is printed', async () => {
    const search = `http://${inside}:9200/`;
    expect(ask(folder, search).code).toBe('401');
    expect(ask(folder, search, '-u', 'joe:wrong').code).toBe('401');
    const found = ask(folder, search, '-u', 'joe:a-password-of-joe');
    expect([found.code, found.body]).toEqual(['200', expect.stringMatching(/authorization=$/)]);
    writeFileSync(join(folder, 'joe'), 'another-password-of-joe');
    const { stdout } = await haprov('plan', inventory);
    writeFileSync(join(folder, 'joe'), 'a-password-of-joe');
    expect(stdout).toContain('only a secret value changes, which is not shown');
    expect(stdout).not.toContain('password-of-joe');
  });

  test('who asks too often is told so, on that path alone', () => {
    const login = `http://${inside}:8090/login`;
    const codes = Array.from({ length: 8 }, () => ask(folder, login).code);
    expect(codes).toEqual(['200', '200', '200', '200', '200', '429', '429', '429']);
    expect(ask(folder, `http://${inside}:8090/`).code).toBe('200');
  });

  describe('whose client is whose', () => {
    const serverOf = (client: string) =>
      ask(folder, `http://${inside}:8091/`, '-H', `X-Client: ${client}`).body.split(' ')[0];
    const clients = Array.from({ length: 20 }, (_, index) => `client${index}`);
    const table = (host: string) =>
      on(host, `echo 'show table sticky' | socat - /var/lib/haproxy/stats`)
        .split('\n')
        .flatMap((row) => /key=(\S+) .*server_key=(\S+)/.exec(row)?.slice(1, 3).join(' ') ?? [])
        .sort();
    let own: (string | undefined)[] = [];

    test('is known to both balancers', async () => {
      own = clients.map(serverOf);
      expect(new Set(own)).toEqual(new Set(hosts));
      expect(clients.map(serverOf)).toEqual(own);
      const all = clients.map((client, index) => `${client} ${own[index]}`).sort();
      await eventually('ethyl heard of all', () => table('ethyl').join() === all.join());
      expect(table('fred')).toEqual(all);
    });

    test('is known after a reload', async () => {
      edit((raw) => Object.assign(raw.services.sticky.stick, { size: 50_000 }));
      expect(await applied()).not.toContain('is forgotten');
      expect(clients.map(serverOf)).toEqual(own);
    });

    test('is known to the other one when the VIP has moved', async () => {
      on('fred', 'systemctl stop keepalived');
      await eventually('ethyl has it', () => holders(hosts, inside).join() === 'ethyl');
      expect(clients.map(serverOf)).toEqual(own);
      on('fred', 'systemctl start keepalived');
      await isWell(inventory);
    });

    test('is forgotten without peers, and the plan says so before', async () => {
      edit((raw) => Object.assign(raw.services.sticky.stick, { peers: false }));
      const { stdout } = await haprov('plan', inventory);
      expect(stdout).toContain(
        'what sticky remembers of clients is forgotten by the reload (it has no peers)',
      );
    });
  });
});
