import type { Level } from '../../status/status';

/**
 * A packet's way as plain data, which the renderers draw: from the client to the VIPs, to the HAProxy of their holder, to
 * the servers.
 */
export interface Diagram {
  /** The inventory's name. */
  name: string;
  /** The status now; absent where no host was asked, and then no part has a level either. */
  now?: { level: Level; headline: string; at: string };
  client: Node;
  /** The VIPs, and one node for the services on all addresses of the balancers. */
  addresses: Node[];
  machines: Machine[];
  ways: Edge[];
}

/** A box. */
export interface Node {
  /** Letters and a number; no text from the inventory. */
  id: string;
  name: string;
  /** More about it, a line each. */
  lines: string[];
  level?: Level;
}

/** A host of the inventory, or a machine that haprov does not manage, with what it does for the packet. */
export interface Machine extends Node {
  functions: MachineFunction[];
}

/** What a machine does; its functions are in the order of the packet. */
export interface MachineFunction extends Node {
  kind: 'keepalived' | 'haproxy' | 'own' | 'service';
}

/** An arrow between two parts, by their ids. */
export interface Edge {
  from: string;
  to: string;
  /** The arrow's label: ports, a priority. */
  label: string;
  /** Packets do not go this way while all is well or, where hosts were asked, not now; drawn dashed. */
  standby: boolean;
  level?: Level;
}

/** All boxes by their ids, in the order of the packet. */
export function nodesOf({ client, addresses, machines }: Diagram): Map<string, Node> {
  const all: Node[] = [client, ...addresses, ...machines.flatMap((one) => [one, ...one.functions])];
  return new Map(all.map((part) => [part.id, part]));
}
