import type { Level } from '../../status/status';

/**
 * The way of a packet as plain data, to be drawn: from the client to the addresses that move, from those to the HAProxy
 * that has them, from there to the servers.
 */
export interface Diagram {
  /** What the inventory is called. */
  name: string;
  /** How it is now; absent where no host was asked. Then no part has a level either. */
  now?: { level: Level; headline: string; at: string };
  client: Node;
  /** VIPs, and one for the services that are on every address of the balancers. */
  addresses: Node[];
  machines: Machine[];
  ways: Edge[];
}

/** A box. */
export interface Node {
  /** Letters and digits, made by counting: nothing of the inventory is in it. */
  id: string;
  name: string;
  /** What else to say of it, a line each. */
  lines: string[];
  level?: Level;
}

/** A host of the inventory, or somebody that haprov does not manage; what it does for the packet is in it. */
export interface Machine extends Node {
  functions: MachineFunction[];
}

/** What a machine does, in the order in which a packet meets it. */
export interface MachineFunction extends Node {
  kind: 'keepalived' | 'haproxy' | 'service';
}

/** From one part to another, by their ids. */
export interface Edge {
  from: string;
  to: string;
  /** Of the arrow: ports, a priority. */
  label: string;
  /** Not taken while all is well, or, where the hosts were asked, not now: dashed. */
  standby: boolean;
  level?: Level;
}

/** All boxes by their ids, in the order of the packet. */
export function nodesOf({ client, addresses, machines }: Diagram): Map<string, Node> {
  const all: Node[] = [client, ...addresses, ...machines.flatMap((one) => [one, ...one.functions])];
  return new Map(all.map((part) => [part.id, part]));
}
