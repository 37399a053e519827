import { isIPv6 } from 'node:net';
import { holds, interfaceFor, unsupported } from '../../host/facts';
import { fittingNames } from '../../inventory/ansible/names';
import { schemaFile } from '../../inventory/schema/schema';
import { textOfBytes } from '../../resources/text-of';
import type { Looked } from './look';
import type { SaidPair } from './said';

/** What `init` proposes, and what it has to say of it. */
export interface Proposal {
  inventory: Record<string, unknown>;
  /** A sentence each: what was seen. */
  seen: string[];
  /** A sentence each: what has to be looked at before it is applied. */
  doubts: string[];
}

interface Wishes {
  /** The inventory's name. */
  name: string;
  /** How all hosts are reached. */
  ssh: Record<string, unknown>;
  /** The names of the secrets. */
  secrets: { stats: string; vrrp: string };
}

/**
 * An inventory of a new pair: httpd with a first page behind HAProxy on both hosts, one VIP. Pure.
 * @param looked what each host of `pair` says; undefined for one that was not asked
 */
export function propose(
  pair: SaidPair,
  looked: readonly (Looked | undefined)[],
  { name, ssh, secrets }: Wishes,
): Proposal {
  const hosts = looked.filter((one) => one !== undefined);
  const names = namesFor(pair, looked);
  const [address = ''] = pair.vip.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const virtualRouterId = freeId(address, hosts);
  const front = freePort([80, 8000, 8888], ['haproxy', 'httpd'], hosts);
  const behind = freePort([8080, 8081, 8090], ['httpd'], hosts, [front.port]);
  const stats = freePort([8989, 8990, 8991], ['haproxy'], hosts, [front.port, behind.port]);
  const inventory = {
    $schema: schemaFile,
    name,
    ...(Object.keys(ssh).length > 0 ? { ssh } : {}),
    hosts: Object.fromEntries(
      pair.hosts.map((host, index) => [
        names[index],
        {
          address: host.address,
          priority: 101 - index,
          ...(host.user === undefined ? {} : { ssh: { user: host.user } }),
        },
      ]),
    ),
    groups: { balancers: names, web: names },
    sysctl: { [`net.${family}.ip_nonlocal_bind`]: 1 },
    vips: {
      front: {
        address: pair.vip,
        virtualRouterId,
        group: 'balancers',
        // keepalived has no authentication in VRRPv3, which IPv6 needs.
        ...(family === 'ipv4' ? { auth: { secret: secrets.vrrp } } : {}),
      },
    },
    services: {
      www: {
        port: front.port,
        backends: { group: 'web', port: behind.port },
        check: { type: 'http', path: '/' },
      },
    },
    stats: { port: stats.port, user: 'admin', password: { secret: secrets.stats } },
    playbooks: ['ha-pair', 'first-page'],
  };
  return {
    inventory,
    seen: hosts.map((host) => seenOn(host, address)),
    doubts: [
      ...hosts.flatMap((host) => doubtsOf(host, address, hosts)),
      ...[front, behind, stats].flatMap(({ taken }) => taken),
    ],
  };
}

function namesFor(pair: SaidPair, looked: readonly (Looked | undefined)[]): string[] {
  const wished = pair.hosts.map((host, index) => host.name ?? looked[index]?.name ?? host.address);
  const fitting = fittingNames(wished, 'host', (one) => ['all', 'balancers', 'web'].includes(one));
  return wished.map((wish) => fitting.get(wish) ?? wish);
}

/** The VIP's last byte, or the next number that nobody was heard with or has in its keepalived.conf. */
function freeId(vip: string, hosts: readonly Looked[]): number {
  const used = new Set(hosts.flatMap(idsOn));
  const last = isIPv6(vip)
    ? Number.parseInt(vip.split(':').at(-1) || '0', 16)
    : Number(vip.split('.').at(-1));
  const all = Array.from({ length: 255 }, (_, index) => ((last - 1 + index + 255) % 255) + 1);
  return all.find((id) => !used.has(id)) ?? 1;
}

function idsOn({ heard, found }: Looked): number[] {
  const written = [...found.files.values()].flatMap(({ content }) => [
    ...textOfBytes(content).matchAll(/^\s*virtual_router_id\s+(\d+)/gm),
  ]);
  return [
    ...heard.adverts.map(({ virtualRouterId }) => virtualRouterId),
    ...written.map(([, id]) => Number(id)),
  ];
}

/** The first port that nobody has but units that will give it up. */
function freePort(
  ports: readonly number[],
  ours: readonly string[],
  hosts: readonly Looked[],
  already: readonly number[] = [],
): { port: number; taken: string[] } {
  const takers = (port: number) =>
    hosts.flatMap(({ name, listeners = [] }) =>
      listeners
        .filter((one) => one.port === port && !one.units.some((unit) => ours.includes(unit)))
        .map(({ units: [unit] }) => `${unit ?? 'a program without a unit'} on ${name}`),
    );
  const [first = 0] = ports;
  const port = ports.find((one) => takers(one).length === 0 && !already.includes(one)) ?? first;
  const who = takers(first);
  return {
    port,
    taken:
      who.length === 0
        ? []
        : [
            `port ${first} is taken by ${who.join(' and ')}${port === first ? '' : `: ${port} stands in its place`}`,
          ],
  };
}

function seenOn({ name, facts, found, heard }: Looked, vip: string): string {
  const on = interfaceFor(facts, vip, [vip]);
  const firewall = found.firewall ? 'firewalld runs, and apply opens what is needed' : 'no firewalld';
  const selinux = found.selinux
    ? `SELinux is ${found.selinux.mode.toLowerCase()}, and apply allows what is needed`
    : 'no SELinux';
  const ids = [...new Set(heard.adverts.map(({ virtualRouterId }) => virtualRouterId))].sort((a, b) => a - b);
  const spoken =
    heard.kind === 'listened'
      ? ids.length === 0
        ? 'nobody speaks VRRP there'
        : `VRRP is spoken there with id ${ids.join(', ')}`
      : heard.kind === 'running'
        ? 'its keepalived runs'
        : 'it cannot listen for VRRP';
  const versions = ['haproxy', 'keepalived'].map((program) => {
    const installed = found.packages.get(program);
    const shipped = facts.versions[program as keyof typeof facts.versions];
    return installed === undefined || installed === '-'
      ? `${program} ${shipped} to be installed`
      : `${program} ${installed}`;
  });
  const rows = [
    `${facts.os.name || 'an unknown system'}${facts.os.major > 0 ? ` (EL${facts.os.major})` : ''}`,
    ...(on === undefined ? [] : [`${on} has the VIP’s network`]),
    ...versions,
    firewall,
    selinux,
    spoken,
  ];
  return `${name}: ${rows.join('; ')}`;
}

function doubtsOf(host: Looked, vip: string, all: readonly Looked[]): string[] {
  const { name, facts, found, heard } = host;
  const cannot = unsupported(facts);
  const runs = (unit: string) => found.units.get(unit)?.get('ActiveState') === 'active';
  const running = ['haproxy', 'keepalived'].filter(runs);
  const [answer] = heard.answers.filter((one) => one.address === vip);
  return [
    ...(cannot === undefined ? [] : [`${name}: ${cannot}`]),
    ...(interfaceFor(facts, vip, [vip]) === undefined
      ? [
          `${name} has no network that ${vip} is in: its addresses are ${facts.addresses
            .filter((one) => one.interface !== 'lo')
            .map(({ address, prefix }) => `${address}/${prefix}`)
            .join(', ')}`,
        ]
      : []),
    ...(running.length > 0
      ? [
          `${name}: ${running.join(' and ')} ${running.length > 1 ? 'run' : 'runs'} there already, and apply would replace the configuration: to keep it, begin with haprov adopt`,
        ]
      : []),
    ...(holds(facts, vip) ? [`${name} has the address ${vip} already`] : []),
    ...(answer && !all.some((one) => holds(one.facts, vip))
      ? [`${vip} is in use: ${answer.mac} answers for it on ${answer.interface} of ${name}`]
      : []),
  ];
}
