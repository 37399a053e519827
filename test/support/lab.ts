import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { environmentOf, labOf } from './labs';

/** The real pair of test/lab, and haprov run against it as a user runs it. */

const place = labOf(Number(process.env.JEST_WORKER_ID ?? 1));
export const { name: labName, network, state } = place;
/** What `test/lab/lab` is called with. */
export const labEnvironment = environmentOf(place);
export const statsPassword = 'lab-stats-password';
export const vip = `${network}.200`;
export const addresses: Record<string, string> = {
  fred: `${network}.201`,
  ethyl: `${network}.202`,
  lucy: `${network}.203`,
  ricky: `${network}.204`,
};

/** `describe`, where the lab is up; otherwise the same, skipped under a title that says so. */
export const describeLab = (
  process.env.HAPROV_LAB === 'up' ? globalThis.describe : globalThis.describe?.skip
) as typeof describe;

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The words that let haprov in with the lab's key. */
export const sshOptions = [
  '--identity',
  join(state, 'id_ed25519'),
  '--known-hosts',
  join(state, 'known_hosts'),
  '--ssh-config',
  'none',
];

/** Starts `haprov WORDS…` with the lab's key and the stats password in its environment. */
export function startHaprov(
  words: string[],
  env: NodeJS.ProcessEnv = {},
  options: readonly string[] = sshOptions,
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [resolve('dist/haprov.js'), ...words, ...options], {
    env: { ...process.env, HAPROV_STATS_PASSWORD: statsPassword, NO_COLOR: '1', CI: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((done) =>
    child.on('close', (code) => done({ code, stdout, stderr })),
  );
  return { child, finished };
}

export const haprov = (...words: string[]): Promise<Finished> => startHaprov(words).finished;

/** Runs a shell command on a lab host as root and gives its output. @throws Error when it fails. */
export function on(host: string, command: string, input?: Buffer): string {
  const result = spawnSync(
    'ssh',
    ['-F', join(state, 'ssh_config'), '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', host, command],
    { encoding: 'utf8', maxBuffer: 1e9, ...(input ? { input } : {}) },
  );
  if (result.status !== 0)
    throw new Error(`${host}: ${command}: exit ${result.status}: ${result.stderr}${result.stdout}`);
  return result.stdout;
}

/** Runs `test/lab/lab WORDS…`. @throws Error when it fails. */
export function lab(...words: string[]): void {
  const result = spawnSync('test/lab/lab', words, { encoding: 'utf8', env: labEnvironment });
  if (result.status !== 0) throw new Error(`lab ${words.join(' ')}: ${result.stdout}${result.stderr}`);
}

/** Runs the engine's own command, for faults that the hosts cannot make by themselves. */
export function docker(...words: string[]): void {
  const result = spawnSync('docker', words, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`docker ${words.join(' ')}: ${result.stderr}`);
}

/** The network of the lab as documents have it. */
export const ofDocuments = '192.168.56';

/** A text that was written for the lab's usual network. */
export const ofThisLab = (text: string) => text.replaceAll(`${ofDocuments}.`, `${network}.`);

type Json = { [key: string]: unknown };

/** A copy of the example inventory, changed by `edit`, in a folder of its own; gives the file's path. */
export function inventoryFile(edit: (inventory: Json) => void = () => {}): string {
  const inventory = JSON.parse(ofThisLab(readFileSync('inventory.example.json', 'utf8'))) as Json;
  // What is served is the tests' own; init.test.ts has the first page.
  inventory.playbooks = ['ha-pair'];
  edit(inventory);
  const file = join(mkdtempSync(join(tmpdir(), 'haprov-lab-')), 'inventory.json');
  writeFileSync(file, JSON.stringify(inventory, null, 2));
  return file;
}

export interface Reply {
  status: number;
  server?: string;
  body: string;
}

/** One request on a connection of its own; `undefined` where nobody answered. */
export async function fetchUrl(
  url: string,
  headers: Record<string, string> = {},
  withinMs = 3000,
): Promise<Reply | undefined> {
  try {
    const response = await fetch(url, {
      headers: { connection: 'close', ...headers },
      signal: AbortSignal.timeout(withinMs),
    });
    const server = /SERVERNAME=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1];
    return { status: response.status, ...(server ? { server } : {}), body: await response.text() };
  } catch {
    return undefined;
  }
}

/** The hosts whose interface has the VIP. */
export const holders = (hosts = ['fred', 'ethyl'], address = vip) =>
  hosts.filter((host) => attempt(host, 'ip -o addr show').includes(` ${address}/`));

/** As {@link on}, for a host that may be down: then nothing. */
function attempt(host: string, command: string): string {
  try {
    return on(host, command);
  } catch {
    return '';
  }
}

/** Tries until `probe` gives something, at most `times`, `pause` ms apart. @throws Error when it never does. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  times = 100,
  pause = 100,
): Promise<NonNullable<T>> {
  for (let attempt = 0; attempt < times; attempt++) {
    const found = await probe();
    if (found) return found;
    await new Promise((done) => setTimeout(done, pause));
  }
  throw new Error(`${what} did not happen in ${times} tries`);
}

/** What a dry run must leave alone: /etc, packages, units, kernel parameters, addresses, and our own folder. */
export function fingerprint(host: string): string {
  return on(
    host,
    `{ find /etc /usr/libexec /var/lib/haprov -xdev \\( -type f -o -type l \\) -print0 2>/dev/null | sort -z | xargs -0 stat -c '%n %s %a %U %G %Y' ;
       find /etc -xdev -type f -print0 | sort -z | xargs -0 cat | sha256sum; rpm -qa | sort;
       systemctl list-unit-files --no-legend; systemctl list-units --no-legend --all --type=service --plain | awk '{print $1, $3, $4}' | grep -v -e user -e session;
       sysctl -n net.ipv4.ip_forward net.ipv4.ip_nonlocal_bind; ip -o addr show; ls -A /tmp /root /var/lib; }`,
  );
}

/** Waits until `haprov status` finds nothing but what is meant. @throws Error with what it finds instead */
export async function isWell(inventory: string, known: readonly string[] = []): Promise<void> {
  let found = '';
  await eventually(
    'all is well',
    async () => {
      const { stdout, stderr, code } = await haprov('status', inventory, '--json', '--exit-code');
      const findings: { rule: string }[] | undefined = stdout ? JSON.parse(stdout).findings : undefined;
      found = findings ? JSON.stringify(findings) : stderr;
      const isKnown =
        findings?.some(({ rule }) => known.includes(rule)) &&
        findings.every(({ rule }) => known.includes(rule));
      return code === 0 || isKnown === true;
    },
    30,
    1000,
  ).catch((error: Error) => {
    throw new Error(`${error.message}: ${found}`);
  });
}
