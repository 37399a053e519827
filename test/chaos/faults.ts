import type { ChildProcess } from 'node:child_process';
import { labName } from '../support/lab';
import { docker, type HostName, inside, pause } from './hosts';
import type { Random } from './random';

/** Where and by whom a fault is made. */
export interface Scene {
  host: HostName;
  random: Random;
  /** The haprov that runs. */
  client: ChildProcess;
}

export interface Fault {
  name: string;
  /** What clients may notice of it: nothing, or a failover. */
  costs: 'nothing' | 'failover';
  /** Made before haprov starts. */
  before?(host: HostName): Promise<unknown>;
  /** Made while haprov runs, at a moment of the round's choice. */
  during?(scene: Scene): Promise<unknown>;
  /** Takes away what is still there of it, once haprov has ended. */
  after?(host: HostName): Promise<unknown>;
  /** Resources that ask for what cannot be. */
  saboteur?: object[];
  /** Another haprov runs beside. */
  hasSecondOperator?: true;
}

const container = (host: HostName) => `${labName}-${host}`;
const boot = (host: HostName) => docker('start', container(host));
const kill = (host: HostName) => docker('kill', container(host));

/** A small file system with what was in the folder, in its place; `after` puts back what is in it then. */
const smallFilesystem = (folder: string, options: string, fill: string) => ({
  before: (host: HostName) =>
    inside(
      host,
      `d=$(mktemp -d) && cp -a ${folder}/. $d/ && mount -t tmpfs -o ${options},mode=755 tmpfs ${folder} &&
       cp -a $d/. ${folder}/ && rm -rf $d; cd ${folder} || exit; ${fill}; true`,
    ),
  after: (host: HostName) =>
    inside(
      host,
      `if mountpoint -q ${folder}; then rm -f ${folder}/.filler*; d=$(mktemp -d) && cp -a ${folder}/. $d/ &&
       umount ${folder} && cp -a $d/. ${folder}/ && rm -rf $d; fi`,
    ),
});

const readOnly = (folder: string) => ({
  before: (host: HostName) =>
    inside(host, `mount --bind ${folder} ${folder} && mount -o remount,bind,ro ${folder}`),
  after: (host: HostName) => inside(host, `while mountpoint -q ${folder}; do umount ${folder} || exit; done`),
});

const daemonKilled = (name: string, unit: string): Fault => ({
  name: `${unit} killed`,
  costs: 'failover',
  during: ({ host }) => inside(host, `pkill -9 -x ${name} || true`),
  after: (host) => inside(host, `systemctl reset-failed ${unit} 2>/dev/null; systemctl start ${unit}`),
});

const noSsh = '-p tcp --dport 22';
const cutSsh = (name: string, target: string, seconds?: number): Fault => ({
  name,
  costs: 'nothing',
  during: async ({ host }) => {
    await inside(host, `iptables -I INPUT ${noSsh} -j ${target}`);
    if (seconds !== undefined) {
      await pause(seconds * 1000);
      await inside(host, `iptables -D INPUT ${noSsh} -j ${target}`);
    }
  },
  after: (host) =>
    inside(host, `while iptables -D INPUT ${noSsh} -j ${target} 2>/dev/null; do :; done; true`),
});

const signals = (name: string, ...list: NodeJS.Signals[]): Fault => ({
  name,
  costs: 'nothing',
  during: async ({ client }) => {
    for (const signal of list) {
      client.kill(signal);
      await pause(200);
    }
  },
});

const sabotage = (name: string, ...saboteur: object[]): Fault => ({ name, costs: 'nothing', saboteur });

export const faults: Fault[] = [
  { name: 'none', costs: 'nothing' },
  {
    name: 'host restarted',
    costs: 'failover',
    during: async ({ host }) => {
      await kill(host);
      await pause(1000);
      await boot(host);
    },
    after: boot,
  },
  { name: 'host killed', costs: 'failover', during: ({ host }) => kill(host), after: boot },
  {
    name: 'host paused',
    costs: 'failover',
    during: async ({ host, random }) => {
      // A busy kernel may refuse to freeze what has just begun.
      await docker('pause', container(host)).catch(() => docker('pause', container(host)));
      await pause(random.between(2, 20) * 1000);
      await docker('unpause', container(host));
    },
  },
  signals('client killed', 'SIGKILL'),
  signals('Ctrl-C', 'SIGINT'),
  signals('Ctrl-C twice', 'SIGINT', 'SIGINT'),
  signals('terminal closed', 'SIGHUP'),
  {
    name: 'sessions killed',
    costs: 'nothing',
    during: ({ host }) => inside(host, "pkill -9 -f 'sshd: (root|[^ ]*)@notty' || true"),
  },
  cutSsh('SSH half-open for 15 s', 'DROP', 15),
  cutSsh('SSH half-open for good', 'DROP'),
  cutSsh('SSH refused', 'REJECT'),
  {
    name: 'disk full',
    costs: 'nothing',
    ...smallFilesystem(
      '/var/lib/haprov',
      'size=8m',
      'dd if=/dev/zero of=.filler bs=4096 2>/dev/null; truncate -s -65536 .filler',
    ),
  },
  {
    name: 'disk of HAProxy full',
    costs: 'nothing',
    ...smallFilesystem('/etc/haproxy', 'size=1m', 'dd if=/dev/zero of=.filler bs=4096 2>/dev/null'),
  },
  {
    name: 'no inodes',
    costs: 'nothing',
    ...smallFilesystem(
      '/etc/keepalived',
      'size=1m,nr_inodes=40',
      'n=0; while touch .filler$n 2>/dev/null; do n=$((n + 1)); done',
    ),
  },
  { name: 'HAProxy folder read-only', costs: 'nothing', ...readOnly('/etc/haproxy') },
  { name: 'journal read-only', costs: 'nothing', ...readOnly('/var/lib/haprov') },
  daemonKilled('haproxy', 'haproxy'),
  daemonKilled('keepalived', 'keepalived'),
  daemonKilled('apache2|httpd', 'httpd'),
  { name: 'second operator', costs: 'nothing', hasSecondOperator: true },
  sabotage('endless command', {
    type: 'command',
    run: 'sleep 4000',
    creates: '/etc/chaos-never',
    timeout: 4,
  }),
  sabotage('endless validator', {
    type: 'file',
    path: '/etc/chaos-endless.conf',
    content: 'x\n',
    validate: 'sleep 4000; : %s',
    timeout: 4,
  }),
  {
    name: 'endless probe',
    costs: 'nothing',
    before: (host) =>
      inside(
        host,
        "printf '#!/bin/sh\\nsleep 4000\\n' >/run/endless-rpm && chmod 755 /run/endless-rpm && mount --bind /run/endless-rpm /usr/bin/rpm",
      ),
    after: (host) => inside(host, 'umount /usr/bin/rpm; pkill -f endless-rp[m]; true'),
  },
  sabotage(
    'unit that fails',
    {
      type: 'file',
      path: '/etc/systemd/system/chaos-fails.service',
      content: '[Service]\nExecStart=/bin/false\n[Install]\nWantedBy=multi-user.target\n',
    },
    { type: 'service', unit: 'chaos-fails', enabled: true, running: true },
  ),
  sabotage('command that fails', { type: 'command', run: 'exit 3', creates: '/etc/chaos-never' }),
];
