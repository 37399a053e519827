import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addresses, haprov, network, on } from './lab';

/** The pairs of test/adopted on the lab's two hosts, as somebody would have made them by hand. */

const hosts = ['fred', 'ethyl'];

/** Certificates that a pair names, which are made when it is put there. */
const certificates: Record<string, string[]> = {
  hosting: ['etc/haproxy/certs/blue.pem', 'etc/haproxy/certs/green.pem'],
  'two-vips': ['etc/haproxy/tls/site-a.pem', 'etc/haproxy/tls/site-b.pem'],
};

/** What all pairs need, once: packages, the web servers behind them, the kernel parameter that a VIP needs. */
export function prepareHosts(): void {
  for (const host of hosts)
    on(
      host,
      `yum -y -q install haproxy keepalived httpd psmisc >/dev/null &&
       sed -i 's/^Listen 80$/Listen 8080/' /etc/httpd/conf/httpd.conf &&
       echo 'FallbackResource /index.html' >/etc/httpd/conf.d/lab.conf && hostname >/var/www/html/index.html &&
       echo net.ipv4.ip_nonlocal_bind=1 >/etc/sysctl.d/90-ha.conf && sysctl -qw net.ipv4.ip_nonlocal_bind=1 &&
       cp -a /etc/sysconfig/keepalived /root/sysconfig-keepalived && systemctl -q enable --now httpd`,
    );
}

/** The files of a pair as they go to a host, by their paths without the first slash: of this lab's network, whole. */
export function filesOf(name: string): Record<string, Map<string, Buffer>> {
  const folder = mkdtempSync(join(tmpdir(), `haprov-${name}-`));
  cpSync(join('test/adopted', name), folder, { recursive: true });
  for (const path of certificates[name] ?? []) {
    const pem = certificate(folder, path);
    for (const host of hosts) {
      mkdirSync(join(folder, host, path, '..'), { recursive: true });
      writeFileSync(join(folder, host, path), pem);
    }
  }
  const of = (host: string) =>
    new Map(
      (
        readdirSync(join(folder, host), { recursive: true, withFileTypes: true }) as {
          name: string;
          parentPath: string;
          isFile(): boolean;
        }[]
      )
        .filter((one) => one.isFile())
        .map((one): [string, Buffer] => {
          const path = join(one.parentPath, one.name);
          const text = readFileSync(path, 'latin1')
            .replaceAll('192.168.56.', `${network}.`)
            .replaceAll('192.168.56', network);
          return [path.slice(join(folder, host).length + 1), Buffer.from(text, 'latin1')];
        }),
    );
  return Object.fromEntries(hosts.map((host) => [host, of(host)]));
}

function certificate(folder: string, path: string): string {
  const [key, crt] = [join(folder, 'key.pem'), join(folder, 'crt.pem')];
  const made = spawnSync('openssl', [
    ...[
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '365',
    ],
    ...['-subj', `/CN=${path.replace(/.*\/|\.pem$/g, '')}.example.org`, '-keyout', key, '-out', crt],
  ]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  return readFileSync(crt, 'latin1') + readFileSync(key, 'latin1');
}

/** Takes away what was there, puts the pair there and starts it. */
export function putPair(name: string): Record<string, Map<string, Buffer>> {
  const files = filesOf(name);
  // keepalived of both goes first: what is left of the last pair must not speak to the new one.
  for (const host of hosts) on(host, 'systemctl stop keepalived haproxy; iptables -F; ip6tables -F; true');
  for (const host of hosts) {
    const folder = mkdtempSync(join(tmpdir(), 'haprov-pair-'));
    for (const [path, bytes] of files[host] ?? []) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), bytes, {
        mode: /^#!/.test(bytes.toString('latin1', 0, 2)) ? 0o755 : 0o644,
      });
    }
    const tar = spawnSync('tar', ['-C', folder, '--owner=0', '--group=0', '-cf', '-', '.'], {
      maxBuffer: 1e8,
    });
    const hasHaproxy = existsSync(join(folder, 'etc/haproxy/haproxy.cfg'));
    on(
      host,
      `rm -rf /etc/haproxy /etc/keepalived /var/lib/haprov && mkdir -p /etc/haproxy/conf.d /etc/keepalived &&
       cp -a /root/sysconfig-keepalived /etc/sysconfig/keepalived && tar -C / --no-overwrite-dir -xf - &&
       chmod 755 / /etc && systemctl start httpd && systemctl -q ${hasHaproxy ? 'enable --now' : 'disable'} haproxy &&
       systemctl -q enable --now keepalived`,
      tar.stdout,
    );
  }
  return files;
}

/** What `haprov adopt` makes of the pair. @returns the inventory's file, and how adopt ended */
export async function adopt() {
  const folder = join(mkdtempSync(join(tmpdir(), 'haprov-adopted-')), 'pair');
  const words = hosts.map((host) => addresses[host] ?? '');
  const ended = await haprov('adopt', ...words, '--user', 'root', '--out', folder);
  return { ...ended, folder, inventory: join(folder, 'inventory.json') };
}

/** The file of the adopted folder that is pushed to a path: one for both hosts, or fred's. */
export function adoptedFile(folder: string, path: string): string[] {
  const common = join(folder, 'files', path);
  if (existsSync(common)) return [common];
  return hosts.map((host) => join(folder, host, path)).filter((one) => existsSync(one));
}
