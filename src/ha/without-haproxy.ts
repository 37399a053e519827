import type { Vip } from '../inventory/inventory';
import type { PlannedHost } from '../plan/plan';
import { unitName } from '../resources/unit';
import { instances } from './keepalived-config';
import { aside, mayServe, ownVips, type Surroundings } from './surroundings';

/**
 * The VIPs of the host at which the unit itself answers, or that leave a host without it: keepalived looks for it, or it
 * listens where clients come in.
 */
export function answering(unit: string, host: PlannedHost, around: Surroundings): Vip[] {
  const known = around.listening.get(host.host);
  const looked = lookedAtSoFar(unit, host);
  return ownVips(host, around).filter(({ address, check, ports }) => {
    if (looked.has(address)) return true;
    if (check.unit !== undefined) return unitName(check.unit) === unit;
    if (check.process === unit) return true;
    const asked = [...ports, ...(check.port ? [check.port] : [])];
    const isSure = known?.some(
      ({ port, units }) => units.includes(unit) && asked.some((one) => one.port === port),
    );
    return !check.haproxy && (isSure ?? (asked.length > 0 && !aside.has(unit)));
  });
}

/** The addresses that leave the host without the unit by the keepalived.conf that still runs, where it is to change. */
function lookedAtSoFar(unit: string, { changes }: PlannedHost): Set<string> {
  const asks = (text: string) => text.split(/[^\w.@:-]+/).some((word) => unitName(word) === unit);
  return new Set(
    changes.flatMap(({ raw }) => {
      const { instances: all, scripts } = instances(raw?.from ?? '');
      const asking = [...scripts].flatMap(([name, text]) =>
        text.includes('haprov-serves unit ') && asks(text) ? [name] : [],
      );
      return [...all.values()]
        .filter(({ trackScripts }) => trackScripts.some((name) => asking.includes(name)))
        .flatMap(({ addresses }) => addresses.map((address) => address.split(/[/ ]/)[0] ?? ''));
    }),
  );
}

/** The virtual servers (LVS) that have a server on the host which the unit may be. */
export function handedOnTo(unit: string, { host }: PlannedHost, around: Surroundings): string[] {
  if (unit === 'haproxy' || aside.has(unit)) return [];
  const known = around.listening.get(host);
  return (around.virtualServers ?? []).flatMap(({ name, port: first, protocol, backends: { servers } }) => {
    const own = servers.find((server) => server.host?.name === host);
    if (!own) return [];
    // Who has a UDP port open no host was asked.
    const isIt = protocol === 'udp' || mayServe(unit, [own.port ?? first], known);
    return isIt ? [name] : [];
  });
}

export const sentOn = (names: readonly string[]) =>
  `the kernel sends clients of virtual server ${names.join(', ')} there until its check has noticed`;
