import { isAt } from '../inventory/endpoints';
import type { Inventory, Vip } from '../inventory/inventory';
import { frontsOf } from './listeners';
import type { Found, HostOutline, Rule } from './subject';

/** A VIP at which nobody is to answer, as far as anybody can tell. */
export const vipWithoutService: Rule = {
  name: 'vip-without-service',
  check: ({ inventory, hosts }) =>
    inventory.vips
      .filter((vip) => !isUsed(vip, inventory) && !hosts.some((host) => listensAt(vip, host)))
      .map(
        ({ name }): Found => ({
          severity: 'warning',
          at: { path: ['vips', name] },
          message: 'no service is at this VIP',
          why: 'the address moves, and nobody answers there; neither status nor a run can ask whether clients are served',
          fix: `name it in a service's "vips", or say the "ports" at which something of your own answers`,
        }),
      ),
};

const isUsed = (vip: Vip, { services, virtualServers, stats }: Inventory) =>
  services.some(({ endpoints }) => endpoints.some((one) => isAt(one, vip))) ||
  virtualServers.some((one) => one.vip === vip) ||
  stats?.vip === vip ||
  vip.ports.length > 0 ||
  // A router's, or that of something of the user's own that is looked at.
  (vip.virtualRoutes ?? []).length > 0 ||
  ['unit', 'port', 'process', 'command'].some((what) => what in vip.check);

/** Lines of the user's own may bind it. */
const listensAt = ({ addresses }: Vip, host: HostOutline) =>
  frontsOf(host).some(
    ({ address, section }) =>
      !['stats', 'haprov_health'].includes(section.name) &&
      (address === undefined || addresses.some((one) => one.address === address)),
  );
