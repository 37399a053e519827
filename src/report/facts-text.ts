import pc from 'picocolors';
import type { KnownHost, ProgramFacts } from '../ask/host-facts';
import { paragraph } from '../text/fit';
import { cutToWidth, formatElapsed, localTime } from '../text/format';
import type { TextOptions } from './change-text';
import { allVisible } from './level';

/** What a reader looks for first; `--json` has all. */
const telling =
  /^(?:OPENSSL|LUA|PROMEX|QUIC|SYSTEMD|PCRE2?(?:_JIT)?|NFTABLES|IPTABLES|LVS|VRRP_VMAC|JSON|SNMP|DBUS|BFD)$/;

/** Hosts as text, one paragraph each. `now`: for what is told as a time that has passed. No newline at the end. */
export function renderFacts(hosts: readonly KnownHost[], { color, columns }: TextOptions, now: Date): string {
  const { bold, dim } = pc.createColors(color);
  const paragraphs = hosts.map((host) => {
    const head = bold(cutToWidth(`${host.host} ${host.address}`, columns));
    const rows = rowsOf(allVisible(host), now).flatMap(([name, text]) => {
      const [first = '', ...rest] = paragraph(`  ${name.padEnd(10)} `, text, columns, 13);
      return [first.replace(name, dim(name)), ...rest];
    });
    return [head, ...rows].join('\n');
  });
  return paragraphs.join('\n\n');
}

function rowsOf(host: KnownHost, now: Date): [name: string, text: string][] {
  const { os, clock, login, drained, lock, lastRun, bootOwed } = host;
  const since = (at: string) =>
    at ? `${formatElapsed(Math.max(0, now.getTime() - Date.parse(at)))} ago` : 'unknown';
  return [
    ['os', `${os.name}${os.el ? ` (EL${os.el})` : ''}, kernel ${host.kernel}, ${host.machine}`],
    ['hostname', host.hostname],
    [
      'machine',
      `${host.cpus} CPU, ${Math.round(host.memoryKb / 1024)} MB memory, booted ${since(host.booted)}`,
    ],
    ...(bootOwed
      ? [
          [
            'boot owed',
            `${since(bootOwed.since)}: ${bootOwed.packages.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
          ] as [string, string],
        ]
      : []),
    ['tools', `${host.packages} for packages, ${host.init} for services`],
    ['haproxy', program(host.haproxy)],
    ['keepalived', program(host.keepalived)],
    ...host.interfaces.map(({ name, addresses }): [string, string] => [name, addresses.join(', ')]),
    ['VIPs', host.vips.join(', ') || 'none'],
    ['SELinux', host.selinux],
    ['firewall', host.firewalls.join(', ') || 'none that haprov knows is on'],
    ['clock', clockText(clock)],
    ['login', `${login.user}${login.root ? `, root by ${login.root}` : ''}`],
    ...(drained
      ? [['drained', `${since(drained.since)}${drained.by ? `, by ${drained.by}` : ''}`] as [string, string]]
      : []),
    ...(lock
      ? [['lock', `${lock.run}, ${lock.owner}${lock.alive ? '' : ', not alive'}`] as [string, string]]
      : []),
    [
      'last run',
      lastRun
        ? `${lastRun.run}: ${lastRun.command}, ${lastRun.result}, ${since(lastRun.at)}, by ${lastRun.owner}`
        : 'none',
    ],
  ];
}

function program(known: ProgramFacts | undefined): string {
  if (!known) return 'not installed';
  const can = known.can.filter((word) => telling.test(word));
  return can.length > 0 ? `${known.version} (${can.join(', ')})` : known.version;
}

function clockText({ at, aheadMs, synchronized }: KnownHost['clock']): string {
  if (!at) return 'it does not say';
  const apart =
    Math.abs(aheadMs) < 2000
      ? 'as here'
      : `${formatElapsed(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`;
  const by = synchronized === undefined ? '' : synchronized ? ', synchronized' : ', NOT synchronized';
  return `${localTime(at)}, ${apart}${by}`;
}
