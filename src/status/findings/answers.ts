import { canonical } from '../../inventory/address';
import type { FindingRule, Found } from '../snapshot';
import { holdersIn } from './vips';

/** What a VIP answers to the laptop, where that is an error of the server’s. */
export const answers: FindingRule = (snapshot) =>
  snapshot.laptop.flatMap(({ address, port, failure }): Found[] => {
    const [, code] = /^HTTP (5\d\d)$/.exec(failure ?? '') ?? [];
    const vip = snapshot.inventory.vips.find((one) => canonical(one.address) === canonical(address));
    if (!code || !vip) return [];
    const [holder] = holdersIn(snapshot, vip);
    const name = holder?.host.name ?? vip.members[0]?.host.name ?? '';
    const service = snapshot.inventory.services.find((one) => one.port === port);
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
            ? `HAProxy on ${name} has no server for it: look at the servers, by haprov status or HAProxy’s own log there`
            : `curl -sv http://${vip.address.includes(':') ? `[${vip.address}]` : vip.address}:${port}/, and the log of the service behind it`,
      },
    ];
  });
