// The lab's hosts as the benchmark needs them: bare, provisioned, many, and far away.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const project = process.env.HAPROV_LAB_NAME ?? 'haprov-lab';
const network = process.env.HAPROV_LAB_NETWORK ?? '192.168.56';
const state = process.env.HAPROV_LAB_STATE ?? 'test/lab/.state';
const quietly = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };

/** Files of this run, removed by {@link close}. */
export const folder = mkdtempSync(join(tmpdir(), 'haprov-bench-'));
export const hosts = ['fred', 'ethyl'];
export const addressOf = { fred: `${network}.201`, ethyl: `${network}.202` };
export const vip = `${network}.200`;
export const key = resolve(state, 'id_ed25519');
export const knownHosts = join(folder, 'known_hosts');
export const plain = join(folder, 'ssh_config');
export const inventory = join(folder, 'pair.json');
/** The pair with another time-out in haproxy.cfg. */
export const edited = join(folder, 'edited.json');

const lab = (...words) => execFileSync('test/lab/lab', words, quietly);
export const onHost = (host, script) => lab('ssh', host, script);
const container = (host) => `${project}-${host}`;

export const bare = () => lab('reset', ...hosts, '--alone');

/** Raises the lab, and writes what the contestants read. @returns what kind of hosts they are */
export function raise() {
  const kind = /\(([^()]*)\)/.exec(lab('up', ...hosts))?.[1] ?? 'unknown hosts';
  const rows = readFileSync(join(state, 'known_hosts'), 'utf8').split('\n');
  // One key of each host stands for all addresses that it gets.
  const extra = rows.flatMap((row) => {
    const [names = '', type, text] = row.split(' ');
    const nth = hosts.indexOf(names.split(',')[0]);
    return nth < 0 ? [] : [`198.${18 + nth}.* ${type} ${text}`];
  });
  writeFileSync(knownHosts, [...rows.filter(Boolean), ...extra, ''].join('\n'));
  writeFileSync(plain, sshConfig());
  const text = readFileSync('inventory.example.json', 'utf8').replaceAll('192.168.56', network);
  // Ansible's recipe has no first page.
  const pair = { ...JSON.parse(text), $schema: undefined, playbooks: ['ha-pair'] };
  writeFileSync(inventory, JSON.stringify(pair));
  writeFileSync(edited, JSON.stringify({ ...pair, haproxy: { ...pair.haproxy, maxconn: 1999 } }));
  return kind;
}

const sshConfig = (more = '') =>
  [
    ...hosts.map((host) => `Host ${host}\n    HostName ${addressOf[host]}`),
    more,
    `Host *\n    User root\n    IdentityFile "${key}"\n    IdentitiesOnly yes\n    UserKnownHostsFile "${knownHosts}"\n    StrictHostKeyChecking yes\n    LogLevel ERROR\n`,
  ].join('\n');

/** An ssh_config whose connections stay open; {@link hangUp} ends them. */
export function openConfig() {
  const file = join(folder, 'open_config');
  writeFileSync(file, `ControlPath ${folder}/%h\n${sshConfig()}`);
  return file;
}

/** Each container of the pair, to ask its cgroup. */
export const containers = () =>
  hosts.map((host) => {
    const [pid, id] = execFileSync(
      'docker',
      ['inspect', '-f', '{{.State.Pid}} {{.Id}}', container(host)],
      quietly,
    )
      .trim()
      .split(' ');
    return { pid, id };
  });

/**
 * Has the pair answer for so many addresses from the range for benchmarks (RFC 2544), which this machine then reaches
 * through it. They are a route of the pair's, since a host that has hundreds of addresses itself has more to tell of.
 * Their sshd takes all at once, since each of so many hosts would have one of its own, unless `isStrict`.
 * @returns their names and addresses
 */
export function many(count, isStrict) {
  const third = network.split('.')[2];
  const made = [];
  for (const [nth, host] of hosts.entries()) {
    const own = Array.from(
      { length: Math.ceil((count - nth) / hosts.length) },
      (_, at) => `198.${18 + nth}.${third}.${at + 1}`,
    );
    const limit = isStrict ? '10:30:100' : '1000:30:1000';
    onHost(
      host,
      `ip route replace local 198.${18 + nth}.${third}.0/24 dev lo
       sed -i '/^MaxStartups/d' /etc/ssh/sshd_config; sed -i '1i MaxStartups ${limit}' /etc/ssh/sshd_config
       systemctl reload sshd 2>/dev/null || systemctl reload ssh`,
    );
    execFileSync(
      'ip',
      ['route', 'replace', `198.${18 + nth}.${third}.0/24`, 'via', addressOf[host]],
      quietly,
    );
    made.push(...own.map((address) => ({ name: `h${address.split('.').slice(1).join('-')}`, address })));
  }
  return made;
}

/** Takes the routes of {@link many} away; the pair's go with its containers. */
export function fewer() {
  const third = network.split('.')[2];
  for (const nth of hosts.keys())
    try {
      execFileSync('ip', ['route', 'del', `198.${18 + nth}.${third}.0/24`], quietly);
    } catch {
      // It was not there.
    }
}

/** An inventory of these hosts, which wants of them what the pair has. */
export function writeMany(file, made) {
  const playbook = join(folder, 'same.json');
  const resources = [
    { type: 'sysctl', values: { var: 'sysctl' } },
    { type: 'package', names: ['httpd', 'haproxy', 'keepalived', 'psmisc'] },
    { type: 'line', path: '/etc/httpd/conf/httpd.conf', match: '^Listen ', line: 'Listen 8080' },
    { type: 'service', unit: 'httpd', enabled: true, running: true },
    { type: 'service', unit: 'haproxy', enabled: true, running: true },
  ];
  writeFileSync(
    playbook,
    JSON.stringify({ name: 'Same', tasks: [{ name: 'Same', group: 'all', resources }] }),
  );
  const { sysctl, ssh } = JSON.parse(readFileSync(inventory, 'utf8'));
  const asked = Object.fromEntries(made.map(({ name, address }) => [name, { address }]));
  writeFileSync(file, JSON.stringify({ name: 'many', ssh, hosts: asked, sysctl, playbooks: [playbook] }));
}

/** The pair behind a network whose round trip takes `ms`. */
export async function farAway(ms) {
  const child = spawn(
    process.execPath,
    ['test/lab/bench/proxy.mjs', String(ms / 2), ...hosts.map((host) => `${addressOf[host]}:22`)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const ports = await next();
  const config = join(folder, `far_config_${ms}`);
  const far = hosts.map(
    (host, nth) =>
      `Host ${host} ${addressOf[host]}\n    HostName 127.0.0.1\n    Port ${ports[nth]}\n    HostKeyAlias ${addressOf[host]}`,
  );
  writeFileSync(config, `${far.join('\n')}\n${sshConfig()}`);
  return {
    config,
    reset: () => child.stdin.write('reset\n'),
    counts() {
      child.stdin.write('tell\n');
      return next();
    },
    close: () => child.stdin.end(),
  };
}

export function close() {
  fewer();
  rmSync(folder, { recursive: true, force: true });
}
