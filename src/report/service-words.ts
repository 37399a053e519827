import type { ServiceStatus } from '../status/status';

/** A service's ports, the services before it, and its mode: `port 80`, `behind www`, `http`. */
export const describeService = ({ ports, behind, mode }: ServiceStatus): string[] => [
  ...(ports.length > 0
    ? [`${ports.length > 1 || ports[0]?.includes('-') ? 'ports' : 'port'} ${ports.join(' ')}`]
    : []),
  ...(behind.length > 0 ? [`behind ${behind.join(' and ')}`] : []),
  mode,
];

/** What becomes of the requests to a service without servers: others get them, or it redirects, answers or refuses them. */
export const describeTargets = ({ to, level }: ServiceStatus): string => {
  if (to.length > 0) return `leads to ${to.join(', ')}`;
  return level === 'broken' ? 'HAProxy should answer itself' : 'HAProxy answers itself';
};
