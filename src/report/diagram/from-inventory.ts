import { isAt, portText, vipsOf } from '../../inventory/endpoints';
import type { Host, Inventory, Server, Service, Vip } from '../../inventory/inventory';
import { balancers } from '../../playbook/ports';
import type { Component, HostStatus, Level, ServerStatus, Status } from '../../status/status';
import { levelOfServer } from '../level';
import type { Diagram, Edge, Machine, MachineFunction, Node } from './diagram';
import { addressLines, answeringAt, hasHaproxy, isByHaproxy, labelsBeside } from './own-service';

/** The diagram of an inventory; with `status`, each part has a level. */
export function diagramOf(inventory: Inventory, status?: Status): Diagram {
  const machines = machinesOf(inventory, status);
  const addresses = addressesOf(inventory, status);
  return {
    name: inventory.name,
    ...(status ? { now: { level: status.level, headline: status.headline, at: status.at } } : {}),
    client: { id: 'client', name: 'client', lines: [] },
    addresses: addresses.map(({ part }) => part),
    machines: machines.map(({ part }) => part),
    ways: [
      ...addresses.flatMap((address) => entrances(address, inventory)),
      ...addresses.flatMap((address) => toHolders(address, machines, inventory, status)),
      ...machines.flatMap((machine) => toServers(machine, machines, inventory, status)),
      ...machines.flatMap((machine) => toServersOfKernel(machine, machines, inventory, status)),
    ],
  };
}

/** An address that clients use; without `vip`, all addresses of the balancers. */
interface Address {
  part: Node;
  vip?: Vip;
  vipLevel?: Level;
}

function addressesOf({ vips, services, stats }: Inventory, status: Status | undefined): Address[] {
  const shared = vips.map((vip, index): Address => {
    const seen = status?.vips.find((one) => one.vip === vip.name);
    const lines = [...addressLines(vip), `VRRP ${vip.virtualRouterId}`, ...(seen ? [seen.text] : [])];
    const level = levelIf(status, seen?.level);
    return { part: { id: `a${index}`, name: vip.name, lines, ...level }, vip, vipLevel: level.level };
  });
  const isOpen = vips.length === 0 && (services.length > 0 || stats);
  const own = { id: `a${vips.length}`, name: 'each balancer', lines: ['any of its addresses'] };
  return isOpen ? [...shared, { part: own }] : shared;
}

/** An arrow for each service, and one for the statistics. */
function entrances({ part, vip, vipLevel }: Address, inventory: Inventory): Edge[] {
  const { services, stats } = inventory;
  const labels = [
    ...services.flatMap((service) => labelOfService(service, vip)),
    ...(stats && stats.vip === vip ? [`${stats.port} statistics`] : []),
    ...labelsBeside(vip, inventory),
  ];
  const level = vipLevel === undefined ? {} : { level: vipLevel };
  return labels.map((label) => ({ from: 'client', to: part.id, label, standby: false, ...level }));
}

/** `443 shop, TLS` */
function labelOfService(service: Service, vip: Vip | undefined): string[] {
  const { name, answer, endpoints, redirects, backends, mode, routes } = service;
  const here = endpoints.filter((endpoint) => vip === undefined || isAt(endpoint, vip));
  if (here.length === 0) return [];
  const others = [...new Set(routes.map((route) => route.service?.name ?? 'others'))];
  const notes = [
    ...(mode === 'tcp' ? ['TCP'] : []),
    ...(here.some(({ tls }) => tls) ? ['TLS'] : []),
    ...(redirects.length === 0 ? [] : [backends.servers.length > 0 ? 'some redirected' : 'redirected']),
    ...(answer ? ['metrics' in answer ? 'metrics' : `answers ${answer.status}`] : []),
    ...(others.length > 3
      ? [`to ${others.length} services`]
      : others.length > 0
        ? [`to ${others.join(' ')}`]
        : []),
  ];
  const ports = [...new Set(here.map(portText))].join(' ');
  return [[`${ports} ${name}`, ...notes].join(', ')];
}

/** A machine, with the host of the inventory that it is. */
interface Placed {
  part: Machine;
  host?: Host;
  haproxy?: MachineFunction;
  /** VIP → the function that answers there without HAProxy. */
  answers: Map<Vip, MachineFunction>;
  /** Server → the function that serves it. */
  serves: Map<Server, MachineFunction>;
}

function machinesOf(inventory: Inventory, status: Status | undefined): Placed[] {
  const isBalancing = inventory.vips.length + inventory.services.length > 0;
  const balancing = new Set(isBalancing ? balancers(inventory) : []);
  const inOrder = [...balancing, ...inventory.hosts.filter((host) => !balancing.has(host))];
  const hosts = inOrder.map((host) => ({ name: host.name, address: host.address, host }));
  const strangers = new Map<string, { name: string; address: string; host?: undefined }>();
  const fronts = [...inventory.services, ...inventory.virtualServers];
  for (const { name, address, host } of fronts.flatMap(({ backends }) => backends.servers))
    if (!host && !inventory.hosts.some((one) => one.address === address) && !strangers.has(address))
      strangers.set(address, { name, address });
  return [...hosts, ...strangers.values()].map(({ name, address, host }, index): Placed => {
    const id = `m${index}`;
    const seen = status?.hosts.find((one) => one.host === name && host !== undefined);
    const serves = servedBy(inventory, { id, address, host }, status);
    const own = host && balancing.has(host) ? balancingOf(inventory, { id, host, seen }) : [];
    const answers = new Map(
      inventory.vips.flatMap((vip) => {
        const found = vip.members.some((member) => member.host === host) && answeringAt(vip, inventory, id);
        return found ? [[vip, { ...found, ...levelIf(status, vipLevelOn(vip, host, status)) }] as const] : [];
      }),
    );
    const part: Machine = {
      id,
      name,
      lines: [address, ...(host ? [] : ['not managed by haprov']), ...(seen?.drained ? ['drained'] : [])],
      ...(seen ? { level: levelOfHost(seen) } : {}),
      functions: [...own, ...answers.values(), ...serves.values()],
    };
    return { part, serves, answers, host, haproxy: own.find(({ kind }) => kind === 'haproxy') };
  });
}

function balancingOf(
  inventory: Inventory,
  { id, host, seen }: { id: string; host: Host; seen?: HostStatus },
): MachineFunction[] {
  const say = (component: Component): Pick<Node, 'lines' | 'level'> => {
    const state = seen?.components.find((one) => one.component === component);
    return state ? { lines: state.text ? [state.text] : [], level: state.level } : { lines: [] };
  };
  const isMember = inventory.vips.some(({ members }) => members.some((member) => member.host === host));
  const keepalived: MachineFunction = {
    id: `${id}k`,
    kind: 'keepalived',
    name: 'keepalived',
    ...say('keepalived'),
  };
  return [
    ...(isMember ? [keepalived] : []),
    ...(hasHaproxy(host, inventory)
      ? [{ id: `${id}h`, kind: 'haproxy' as const, name: 'HAProxy', ...say('haproxy') }]
      : []),
  ];
}

function servedBy(
  { services, virtualServers, hosts }: Inventory,
  { id, address, host }: { id: string; address: string; host?: Host },
  status: Status | undefined,
): Map<Server, MachineFunction> {
  const isHere = (server: Server) =>
    server.host ? server.host === host : server.address === address && (host || !isOnHost(server, hosts));
  const found = new Map<Server, MachineFunction>();
  for (const front of [...services, ...virtualServers]) {
    for (const server of front.backends.servers.filter(isHere)) {
      const seen = 'endpoints' in front ? serverIn(status, front, server) : undefined;
      const lines = [
        ...(server.name === host?.name || !host ? [] : [`as ${server.name}`]),
        ...(server.address === address ? [] : [`at ${server.address}`]),
        ...(server.backup ? ['backup'] : []),
        ...(seen ? sayings(seen) : []),
      ];
      const functionId = `${id}s${found.size}`;
      found.set(server, {
        id: functionId,
        kind: 'service',
        name: front.name,
        lines,
        ...levelIf(status, seen?.level),
      });
    }
  }
  return found;
}

const isOnHost = (server: Server, hosts: readonly Host[]) =>
  hosts.some((host) => host.address === server.address);

function serverIn(status: Status | undefined, service: Service, server: Server): ServerStatus | undefined {
  return status?.services
    .find((one) => one.service === service.name)
    ?.servers.find((one) => one.server === server.name);
}

/** `UP`, where all balancers report it; otherwise what each balancer reports. */
function sayings({ seenBy }: ServerStatus): string[] {
  const words = (status: string, check: string) =>
    status === '' ? 'not known' : [status, ...(/^(?:L\dOKC?|)$/.test(check) ? [] : [check])].join(' ');
  const said = seenBy.map(({ balancer, status, check }) => ({ balancer, said: words(status, check) }));
  const [first] = said;
  if (!first) return [];
  return said.every((one) => one.said === first.said)
    ? [first.said]
    : said.map((one) => `${one.said} for ${one.balancer}`);
}

/** Arrows from an address: solid to its holder, or to the first member where hosts were not asked; dashed to the others. */
function toHolders(
  { part, vip }: Address,
  machines: readonly Placed[],
  inventory: Inventory,
  status?: Status,
): Edge[] {
  const seen = status?.vips.find((one) => one.vip === vip?.name);
  return machines.flatMap(({ host, haproxy, answers }): Edge[] => {
    if (!host) return [];
    if (!vip) return haproxy ? [{ from: part.id, to: haproxy.id, label: '', standby: false }] : [];
    const member = vip.members.find((one) => one.host === host);
    if (!member) return [];
    const holds = seen ? seen.holders.includes(host.name) : vip.members[0] === member;
    const level = levelIf(status, holds ? seen?.level : undefined);
    const label = `priority ${member.priority}`;
    const ends = [isByHaproxy(vip, inventory) ? haproxy : undefined, answers.get(vip)];
    return ends.flatMap((to) =>
      to ? [{ from: part.id, to: to.id, label, standby: !holds, ...(holds ? level : {}) }] : [],
    );
  });
}

/** Arrows from a balancer to the servers; dashed where it balances only while another host cannot. */
function toServers(
  { host, haproxy }: Placed,
  machines: readonly Placed[],
  inventory: Inventory,
  status: Status | undefined,
): Edge[] {
  if (!host || !haproxy) return [];
  return inventory.services.flatMap((service) => {
    const vips = vipsOf(service, inventory);
    const mayHold = vips.length === 0 || vips.some(({ members }) => members.some((one) => one.host === host));
    const holds = vips.length === 0 || vips.some((vip) => isHolder(vip, host, status));
    return service.backends.servers.flatMap((server): Edge[] => {
      const to = machines.map(({ serves }) => serves.get(server)).find(Boolean);
      const view = serverIn(status, service, server)?.seenBy.find((one) => one.balancer === host.name);
      const level = levelIf(status, view && levelOfServer(view.status));
      return to && mayHold
        ? [{ from: haproxy.id, to: to.id, label: portOf(server, service), standby: !holds, ...level }]
        : [];
    });
  });
}

/** Arrows from LVS to the servers of virtual servers; no host reports their state. */
function toServersOfKernel(
  { host, answers }: Placed,
  machines: readonly Placed[],
  { virtualServers }: Inventory,
  status: Status | undefined,
): Edge[] {
  return virtualServers.flatMap(({ vip, port, backends }) =>
    backends.servers.flatMap((server): Edge[] => {
      const [from, to] = [answers.get(vip), machines.map(({ serves }) => serves.get(server)).find(Boolean)];
      if (!host || !from || !to) return [];
      const [label, standby] = [String(server.port ?? port), !isHolder(vip, host, status)];
      return [{ from: from.id, to: to.id, label, standby, ...levelIf(status, undefined) }];
    }),
  );
}

/** The VIP's level, where the host holds it. */
function vipLevelOn(vip: Vip, host: Host | undefined, status: Status | undefined): Level | undefined {
  const seen = status?.vips.find((one) => one.vip === vip.name);
  return host && seen?.holders.includes(host.name) ? seen.level : undefined;
}

const portOf = ({ port }: Server, { endpoints }: Service) =>
  port === undefined ? [...new Set(endpoints.map(portText))].join(' ') : String(port);

function isHolder(vip: Vip, host: Host, status: Status | undefined): boolean {
  const seen = status?.vips.find((one) => one.vip === vip.name);
  return seen ? seen.holders.includes(host.name) : vip.members[0]?.host === host;
}

/** The level of a part: none without a status, `unknown` where the status does not have the part. */
function levelIf(status: Status | undefined, level: Level | undefined): { level?: Level } {
  return status ? { level: level ?? 'unknown' } : {};
}

/** Components with a box of their own. */
const inBoxes: ReadonlySet<Component> = new Set(['keepalived', 'vip', 'haproxy', 'service', 'backend']);

/** The level of the machine itself, without components that have their own boxes. */
function levelOfHost({ reached, drained, components }: HostStatus): Level {
  if (!reached) return 'broken';
  const levels = components.filter(({ component }) => !inBoxes.has(component)).map(({ level }) => level);
  const worst = (['broken', 'warning', 'unknown'] as const).find((level) => levels.includes(level));
  return worst ?? (drained ? 'note' : 'ok');
}
