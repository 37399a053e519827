import type { Server, Service } from '../inventory/inventory';

type Backed = Pick<Service, 'name' | 'backends'>;

/** The servers of a host, as `service/server`: the user's own files may give a server another name than the host's. */
export const serversOn = (services: readonly Backed[], host: string): string[] =>
  services.flatMap(({ name, backends }) =>
    backends.servers.filter((one) => one.host?.name === host).map((one) => `${name}/${one.name}`),
  );

/** Whether nobody may serve: each of the service's servers may be down. */
export const mayBeAway = ({ backends: { servers } }: Backed): boolean =>
  servers.length > 0 && servers.every(({ mayBeDown }) => mayBeDown);

/** The server with the title `service/server`; undefined where no service has it. */
export function serverCalled(title: string, services: readonly Backed[]): Server | undefined {
  const at = title.indexOf('/');
  const service = services.find(({ name }) => name === title.slice(0, at));
  return service?.backends.servers.find(({ name }) => name === title.slice(at + 1));
}
