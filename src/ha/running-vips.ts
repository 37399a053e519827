import type { Vip } from '../inventory/inventory';
import type { FullPlan } from '../plan/plan';
import { type Instance, instances } from './keepalived-config';

/** What has to be known of a VIP to tell who holds it. */
export type HeldVip = Pick<Vip, 'name' | 'address' | 'members'>;

/** A VIP as keepalived's configuration on the hosts has it. */
interface Running {
  host: string;
  instance: Instance;
}

/**
 * The VIPs as they are on the hosts now, where the plan changes them: those with another address, those that the
 * inventory no longer has, and without those that nobody has yet.
 */
export function runningVips(vips: readonly Vip[], { hosts }: Pick<FullPlan, 'hosts'>): HeldVip[] {
  const known = new Map(
    hosts.flatMap(({ host, changes }) =>
      changes.flatMap(({ raw, target }) =>
        raw && isOfKeepalived(target)
          ? [[host, [...instances(raw.from ?? '').instances.values()]] as const]
          : [],
      ),
    ),
  );
  const running = [...known].flatMap(([host, all]) => all.map((instance): Running => ({ host, instance })));
  const changed = vips.flatMap((vip): HeldVip[] => {
    // A member whose keepalived.conf stays as it is has the VIP as the inventory says.
    if (vip.members.some(({ host }) => !known.has(host.name))) return [vip];
    const own = running.filter(({ host }) => vip.members.some((member) => member.host.name === host));
    if (own.some(({ instance }) => addressesOf(instance).includes(vip.address))) return [vip];
    const address = own
      .filter(({ instance }) => instance.name === vip.name)
      .flatMap(({ instance }) => addressesOf(instance))[0];
    return address === undefined ? [] : [{ ...vip, address }];
  });
  const isKnown = ({ instance }: Running) =>
    changed.some(({ address }) => addressesOf(instance).includes(address));
  const left = new Map<string, HeldVip>();
  for (const one of running.filter((each) => !isKnown(each))) {
    const [address] = addressesOf(one.instance);
    const host = vips.flatMap(({ members }) => members).find((member) => member.host.name === one.host)?.host;
    if (address === undefined || !host) continue;
    const { name, priority } = one.instance;
    const members = [...(left.get(address)?.members ?? []), { host, priority }];
    left.set(address, { name, address, members });
  }
  return [...changed, ...left.values()];
}

/** Its bare addresses; last that of the link, which no client asks for. */
function addressesOf({ addresses }: Instance): string[] {
  const bare = addresses.map((address) => address.split(/[/ ]/)[0] ?? address);
  const isOfLink = (address: string) => /^fe[89ab]/i.test(address);
  return [...bare.filter((one) => !isOfLink(one)), ...bare.filter(isOfLink)];
}

/** Whether a file is one that keepalived reads, by its path. */
export const isOfKeepalived = (path: string) => /\/keepalived[^/]*(?:\/.*)?\.conf$/.test(path);
