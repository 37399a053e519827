import type { Host, Inventory, Service } from '../../inventory/inventory';
import { challengeLines } from './acme';
import { tlsOfBind } from './bind';
import { checkLines } from './check';
import { authLines, connectionLines, headerLines, rateLines } from './request';
import { routeLines } from './routes';
import { globalLines, sectionsOf } from './sections';
import { serverOptions } from './server';
import { stickLines } from './stick';
import type { Writing } from './writing';

/**
 * What a template writes of a service with `<%- %>`: lines of its section, and what stands at the end of others. Each is
 * made when it is asked for, and is an Error then where the host's HAProxy cannot do it.
 */
export function linesOf(service: Service, inventory: Pick<Inventory, 'services' | 'acme'>, writing: Writing) {
  const { services } = inventory;
  return {
    get tls() {
      return tlsOfBind(service, writing);
    },
    get connections() {
      return [...connectionLines(service, writing), ...challengeLines(service, inventory, writing)];
    },
    get rate() {
      return rateLines(service, writing);
    },
    get auth() {
      return authLines(service, writing);
    },
    get headers() {
      return headerLines(service, writing);
    },
    get routes() {
      return routeLines(service, services, writing);
    },
    get stick() {
      return stickLines(service, writing);
    },
    get check() {
      return checkLines(service, writing);
    },
    get server() {
      return serverOptions(service, writing);
    },
  };
}

/** As {@link linesOf}, of all services together. */
export function commonLines(inventory: Inventory, host: Host, balancers: readonly Host[], writing: Writing) {
  return {
    get global() {
      return globalLines(inventory, host, writing);
    },
    get sections() {
      return sectionsOf(inventory, balancers, writing);
    },
  };
}
