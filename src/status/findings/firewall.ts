import type { FirewallRule } from '../diagnostics';
import { type FindingRule, type Found, foundOn, type Reached, reached } from '../snapshot';

/** Rules that drop VRRP: the peer takes a host that it cannot hear for dead, now or after the next failover. */
export const vrrpBlocked: FindingRule = (snapshot) =>
  reached(snapshot).flatMap((one) => {
    const own = snapshot.inventory.vips.filter(({ members }) =>
      members.some(({ host }) => host === one.host),
    );
    if (own.length === 0) return [];
    const rules = one.diagnostics.rules.filter(
      (rule) => isAboutVrrp(rule) && !isForStrangers(rule, peersOf(one, snapshot)),
    );
    return rules.length > 0 ? [blocking(one, rules, 'VRRP')] : [];
  });

/** A finding that names the rules on a host that are in the way of `what`. */
export function blocking({ host }: Reached, rules: readonly FirewallRule[], what: string): Found {
  const isIdle = rules.every(({ rule }) => packetsOf(rule) === 0);
  return foundOn(host.name, {
    rule: 'firewall-blocks',
    component: 'firewall',
    brief: `blocks ${what}`,
    message: (on) => `the firewall on ${on} blocks ${what}`,
    evidence: [
      ...rules.slice(0, 5).map(({ tool, rule }) => `${tool}: ${rule}`),
      ...(isIdle ? ['it has dropped nothing yet'] : []),
    ],
    next: (on) => `take the rule away on ${on}, or let ${what} through before it`,
  });
}

/** `-p vrrp`, `-p 112`, `ip protocol vrrp`, `meta l4proto 112`, or VRRP's multicast addresses. */
export const isAboutVrrp = ({ rule }: FirewallRule): boolean =>
  /(?:-p|protocol|l4proto|nexthdr) (?:vrrp|112)\b|224\.0\.0\.18\b|ff02::12\b/.test(rule) &&
  !/! -p|!= (?:vrrp|112)/.test(rule);

/** Rules on a host that drop what comes to one of its ports, or goes to a port elsewhere. */
export const rulesAboutPort = ({ diagnostics }: Reached, port: number): FirewallRule[] =>
  diagnostics.rules.filter(({ rule }) => portsIn(rule).includes(port));

/** Rules that drop everything, or everything from or to one of these addresses, whatever its protocol. */
export const sweepingRules = ({ diagnostics }: Reached, addresses: readonly string[]): FirewallRule[] =>
  diagnostics.rules.filter(({ rule }) => {
    if (
      portsIn(rule).length > 0 ||
      /-p (?:udp|icmp|ipv6-icmp)|l4proto (?:udp|icmp)|ct state|ctstate|-o lo|-i lo/.test(rule)
    )
      return false;
    const named = addressesIn(rule);
    // A chain of one's own is entered by rules that we do not see.
    const isMain =
      /-A (?:INPUT|OUTPUT|FORWARD|PREROUTING) |^:(?:INPUT|OUTPUT) DROP|^\[\w+ \w+ (?:filter_)?(?:input|output|ingress|prerouting)\]/i.test(
        rule.replace(/^\[\d+:\d+\] /, ''),
      );
    return named.length > 0 ? named.some((one) => addresses.includes(one)) : isMain;
  });

/** A rule for others than our hosts: it is hardening, not a fault. */
function isForStrangers({ rule }: FirewallRule, peers: readonly string[]): boolean {
  if (/! -[sd] |(?:saddr|daddr) !=/.test(rule)) return true;
  const named = addressesIn(rule).filter((one) => !/^(?:224\.0\.0\.18|ff02::12)$/.test(one));
  return named.length > 0 && !named.some((one) => peers.includes(one));
}

const peersOf = ({ host }: Reached, { inventory }: Parameters<FindingRule>[0]) =>
  inventory.hosts.filter((one) => one !== host).map(({ address }) => address);

function addressesIn(rule: string): string[] {
  const single = rule.matchAll(/(?:-s|-d|saddr|daddr) ([0-9a-fA-F.:]+)(?:\/(?:32|128))?(?=\s|$)/g);
  const sets = rule.matchAll(/(?:saddr|daddr) \{ ([^}]*) \}/g);
  return [
    ...[...single].map(([, address = '']) => address),
    ...[...sets].flatMap(([, addresses = '']) => addresses.split(/,\s*/)),
  ];
}

function portsIn(rule: string): number[] {
  const found = [
    ...rule.matchAll(/(?:--dports? |dport )(?:\{ ?)?(\d+(?:[:-]\d+)?(?:, ?\d+(?:[:-]\d+)?)*)/g),
  ].map(([, ports = '']) => ports);
  return found.flatMap((ports) =>
    ports.split(',').flatMap((part) => {
      const [from = Number.NaN, to = from] = part.trim().split(/[:-]/).map(Number);
      return Number.isNaN(from)
        ? []
        : Array.from({ length: Math.min(to - from + 1, 5000) }, (_, index) => from + index);
    }),
  );
}

/** How many packets it has dropped, where it counts them: `[12:480] -A …`, `counter packets 12 bytes 480`. */
function packetsOf(rule: string): number | undefined {
  const [, packets] = /^\[(\d+):/.exec(rule) ?? /counter packets (\d+)/.exec(rule) ?? [];
  return packets === undefined ? undefined : Number(packets);
}
