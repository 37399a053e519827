import type { Server, Service } from '../inventory/inventory';

type Backed = Pick<Service, 'name' | 'backends'>;

/** The servers of a host, as `service/server`: files of the user's own may call them otherwise than it is called. */
export const serversOn = (services: readonly Backed[], host: string): string[] =>
  services.flatMap(({ name, backends }) =>
    backends.servers.filter((one) => one.host?.name === host).map((one) => `${name}/${one.name}`),
  );

/** The server that `service/server` is. */
export function serverCalled(title: string, services: readonly Backed[]): Server | undefined {
  const at = title.indexOf('/');
  const service = services.find(({ name }) => name === title.slice(0, at));
  return service?.backends.servers.find(({ name }) => name === title.slice(at + 1));
}
