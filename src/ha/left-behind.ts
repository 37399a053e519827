import { endpoints } from './haproxy-change';
import { hostOf, verbsOn } from './interruption';
import type { Surroundings } from './surroundings';

/**
 * What goes on running although a service leaves a haproxy.cfg: the units that listen on its servers' ports, on hosts that
 * could tell, where no service that stays has a server. What the same plan stops goes on no more. A sentence each.
 */
export function leftBehind(from: string, to: string, around: Surroundings): string[] {
  const { listening, services, plan } = around;
  const serviceOf = (server: string) => server.slice(0, server.lastIndexOf('/'));
  const stays = new Set([...endpoints(to).keys()].map(serviceOf));
  const left = new Map<string, string[]>();
  for (const [server, endpoint] of endpoints(from)) {
    const [service, host, port] = [serviceOf(server), hostOf(server, endpoint, plan.hosts), portOf(endpoint)];
    const isNeeded = services.some(({ backends: { servers } }) =>
      servers.some((one) => one.host?.name === host && one.port === port),
    );
    const found = listening.get(host)?.find((one) => one.port === port);
    const isStopped = found?.units.some((name) => verbsOn(host, name, around).includes('stop'));
    if (stays.has(service) || isNeeded || !found || isStopped) continue;
    const unit = found.units[0] ?? 'somebody';
    left.set(service, [...(left.get(service) ?? []), `${unit} on ${host} (port ${port})`]);
  }
  return [...left].map(
    ([service, units]) =>
      `service ${service} leaves; what stays behind and goes on: ${units.join(', ')}. If it is not needed, have it stopped: { "type": "service", "unit": …, "running": false, "enabled": false }`,
  );
}

const portOf = (endpoint: string) => Number(/:(\d+)$/.exec(endpoint)?.[1]);
