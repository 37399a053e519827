import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { labEnvironment, labName, network } from '../support/lab';

/** The two hosts, asked through the engine: a fault may have cut SSH off. Nothing here blocks the load beside it. */

export const hosts = ['fred', 'ethyl'] as const;
export type HostName = (typeof hosts)[number];

/** @throws Error with what the command wrote, when it fails. */
export function run(program: string, ...words: string[]): Promise<string> {
  return new Promise((done, fail) => {
    execFile(
      program,
      words,
      { timeout: 120_000, maxBuffer: 1e8, env: labEnvironment },
      (error, stdout, stderr) =>
        error ? fail(new Error(`${program} ${words.join(' ')}: ${stderr || error.message}`)) : done(stdout),
    );
  });
}

export const docker = (...words: string[]) => run('docker', ...words);
export const inside = (host: string, script: string) =>
  docker('exec', `${labName}-${host}`, 'sh', '-c', script);
export const lab = (...words: string[]) => run(resolve('test/lab/lab'), ...words);
export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Looks every 300 ms, for `seconds` at most; gives what is still wrong then. */
export async function settles(seconds: number, wrong: () => Promise<string>): Promise<string> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await wrong().catch((error: Error) => error.message);
    if (found === '' || performance.now() > end) return found;
    await pause(300);
  }
}

/** All that haprov manages on a host, one line each: what differs between two of these is what a run left half done. */
export const fingerprint = (host: string) =>
  inside(
    host,
    `find /etc/haproxy /etc/keepalived /etc/httpd /etc/sysctl.d /etc/systemd/system /usr/libexec/keepalived /etc/chaos \\
       -xdev \\( -type f -o -type l -o -type d \\) 2>/dev/null | LC_ALL=C sort |
       while IFS= read -r file; do
         printf '%s %s ' "$file" "$(stat -c '%F %a %u %g' "$file")"
         if [ -f "$file" ] && [ ! -L "$file" ]; then sha256sum <"$file"; else readlink "$file" || echo; fi
       done
     sysctl net.ipv4.tcp_fin_timeout net.ipv4.ip_forward net.ipv4.ip_nonlocal_bind
     for unit in haproxy keepalived httpd chaos-fails; do
       echo "$unit $(systemctl is-enabled $unit 2>&1 | tail -n 1) $(systemctl is-active $unit)"
     done`,
  );

/** What of haprov is still on a host although no run is under way; empty where nothing is. */
export async function leftovers(host: string): Promise<string> {
  const found = await inside(
    host,
    `[ ! -L /var/lib/haprov/lock ] || echo "lock: $(readlink /var/lib/haprov/lock)"
     pgrep -af '/var/lib/haprov/runs/.*/transactio[n]' | sed 's/^/runs: /'
     find /etc /usr/libexec \\( -name '.*haprov-2*' -o -name 'haprov-recover*' \\) | sed 's/^/left: /'
     for state in /var/lib/haprov/runs/*/state; do
       case $(readlink "$state") in finished | restored | '') ;; *) echo "$state is $(readlink "$state")" ;; esac
     done`,
  );
  return found.trim() === '' ? '' : `${host}: ${found.trim().replaceAll('\n', '; ')}`;
}

/** Which hosts have each address. */
export async function holdersOf(addresses: readonly string[]): Promise<Map<string, HostName[]>> {
  const lists = await Promise.all(
    hosts.map(async (host) => [host, await inside(host, 'ip -o addr show').catch(() => '')] as const),
  );
  return new Map(
    addresses.map((address) => [
      address,
      lists.filter(([, list]) => list.includes(` ${address}/`)).map(([host]) => host),
    ]),
  );
}

export const vips = { first: `${network}.200`, second: `${network}.211` };
