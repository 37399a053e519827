import { EventEmitter } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** How often the client spoke, and then waited for the server: one round trip each. The connection itself is one more. */
export interface CountingProxy {
  port: number;
  turns: number;
  /** From the client, and to it. */
  bytes: { sent: number; received: number };
  /** Connections, and how many are open. */
  connections: number;
  open: number;
  /** `turn`, when the client has spoken; `end`, when a connection has ended. */
  events: EventEmitter;
  close(): Promise<void>;
}

/** So much a server of SSH says before it must hear more than the client's first line: its own, and its algorithms. */
const FIRST_WORDS = 256;

/**
 * Passes on to an SSH server on a loopback port, and counts turns. What both sides say at once in the beginning is put
 * into an order: the client's line, then the server's line and algorithms.
 */
export async function countingProxy(to: number): Promise<CountingProxy> {
  const counted = {
    turns: 0,
    bytes: { sent: 0, received: 0 },
    connections: 0,
    open: 0,
    events: new EventEmitter(),
  };
  const server = createServer({ noDelay: true }, (client) => {
    counted.connections += 1;
    counted.open += 1;
    const host = connect({ port: to, host: '127.0.0.1', noDelay: true });
    const first: Buffer[] = [];
    let isClientsTurn = true;
    let hasBegun = false;
    const toClient = (chunk: Buffer): void => {
      isClientsTurn = true;
      client.write(chunk);
    };
    const begin = (): void => {
      const all = Buffer.concat(first);
      if (hasBegun || isClientsTurn || all.length < FIRST_WORDS) return;
      hasBegun = true;
      toClient(all);
    };
    client.on('data', (chunk: Buffer) => {
      counted.bytes.sent += chunk.length;
      if (isClientsTurn) counted.turns += 1;
      isClientsTurn = false;
      host.write(chunk);
      begin();
      counted.events.emit('turn');
    });
    client.on('close', () => {
      counted.open -= 1;
      counted.events.emit('end');
    });
    host.on('data', (chunk: Buffer) => {
      counted.bytes.received += chunk.length;
      if (hasBegun) return toClient(chunk);
      first.push(chunk);
      begin();
    });
    for (const [one, other] of [
      [client, host],
      [host, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(counted, {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  });
}
