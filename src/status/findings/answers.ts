import { canonical } from '../../inventory/address';
import { hasPort, isAt } from '../../inventory/endpoints';
import type { Service, Vip } from '../../inventory/inventory';
import { getsRequests, isTakenOut } from '../../pair/health';
import { meaningOf } from '../../pair/server-check';
import { type FindingRule, type Found, list, type Reached } from '../snapshot';
import { holdersIn } from './vips';

const asking = ({ address }: Vip, service: Service | undefined, port: number): string => {
  const path = service?.check.type === 'http' ? service.check.path : '/';
  return `curl -sv http://${address.includes(':') ? `[${address}]` : address}:${port}${path}`;
};

/** HAProxy says so itself where it has no server; where it has one, the server did. */
function nextOf503(service: Service | undefined, holder: Reached | undefined, name: string): string {
  const servers = (holder?.diagnostics.servers ?? []).filter((one) => one.service === service?.name);
  const taking = servers.filter((one) => getsRequests(one)).map(({ server }) => server);
  if (taking.length > 0)
    return `HAProxy on ${name} sends requests to ${list(taking)} of ${service?.name}, so the 503 is most likely their own: look at the log of the service there`;
  const down = servers.map(
    ({ server, ...state }) => `${server}: ${isTakenOut(state) ? state.status : meaningOf(state)}`,
  );
  return down.length > 0
    ? `HAProxy on ${name} has no server for it (${down.join('; ')}): mend what their checks miss`
    : `HAProxy’s log on ${name} says whether it has no server (<NOSRV>) or a server said so`;
}

/** What a VIP answers to the laptop, where that is an error of the server’s. */
export const answers: FindingRule = (snapshot) =>
  snapshot.laptop.flatMap(({ address, port, failure }): Found[] => {
    const [, code] = /^HTTP (5\d\d)$/.exec(failure ?? '') ?? [];
    const vip = snapshot.inventory.vips.find((one) => canonical(one.address) === canonical(address));
    if (!code || !vip) return [];
    const [holder] = holdersIn(snapshot, vip);
    const name = holder?.host.name ?? vip.members[0]?.host.name ?? '';
    const service = snapshot.inventory.services.find(({ endpoints }) =>
      endpoints.some((one) => isAt(one, vip) && hasPort(one, port)),
    );
    return [
      {
        rule: 'vip-answers-error',
        level: 'broken',
        component: 'vip',
        vips: [vip.name],
        ...(service ? { service: service.name } : {}),
        host: name,
        hosts: [name],
        brief: `${vip.name} answers HTTP ${code}`,
        message: `VIP ${vip.name} (${vip.address}) on ${name} answers HTTP ${code} on port ${port}`,
        evidence: [`asked from the laptop${service ? ` as the check of ${service.name} asks` : ''}`],
        next:
          code === '503'
            ? nextOf503(service, holder, name)
            : `${asking(vip, service, port)}, and the log of the service behind it`,
      },
    ];
  });
