import type { Server, Service } from '../../inventory/inventory';
import { meaningOf } from '../../pair/server-check';
import { type Found, list, type Reached, type View } from '../snapshot';

/** Whether a balancer’s files still have a server at another place than the inventory. */
export function hasElsewhere({ plan }: Reached, { name, address, port }: Server): boolean {
  const wanted = [address, `[${address}]`].map((one) => (port === undefined ? one : `${one}:${port}`));
  const placesIn = (text: string | null) =>
    (text ?? '').split('\n').flatMap((row) => {
      const [keyword, own, place] = row.trim().split(/\s+/);
      return keyword === 'server' && own === name && place !== undefined ? [place] : [];
    });
  const isIn = (text: string | null) => placesIn(text).some((place) => wanted.includes(place));
  return plan.changes.some(
    ({ text }) => text && placesIn(text.from).length > 0 && !isIn(text.from) && isIn(text.to),
  );
}

/** Down where HAProxy looks for it, which says nothing of where it is: its host was replaced at a new address, say. */
export function elsewhere(service: Service, server: Server, down: readonly View[]): Found {
  const title = `${service.name}/${server.name}`;
  const balancers = down.map(({ balancer }) => balancer.host.name);
  return {
    rule: 'backend-elsewhere',
    level: 'broken',
    component: 'backend',
    service: service.name,
    server: server.name,
    host: balancers[0] ?? '',
    hosts: [...new Set([...balancers, ...(server.host ? [server.host.name] : [])])],
    brief: `has ${title} elsewhere`,
    message: `HAProxy on ${list(balancers)} has ${title} at another place than the inventory, and there it is down: ${meaningOf(down[0]?.state ?? { check: '' })}`,
    evidence: down.map(
      ({ balancer, state }) => `HAProxy on ${balancer.host.name} sees ${title} as ${state.status}`,
    ),
    next: `haprov apply INVENTORY tells ${list(balancers)}; haprov plan shows both places`,
  };
}
