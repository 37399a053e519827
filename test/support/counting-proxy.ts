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

/** So long a server is silent when it has said all that it says at once, in parts that a busy machine makes of it. */
const QUIET_MS = 40;

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
    let said: Buffer[] = [];
    let quiet: NodeJS.Timeout | undefined;
    const passOn = (): void => {
      isClientsTurn = true;
      client.write(Buffer.concat(said));
      said = [];
    };
    const toClient = (chunk: Buffer): void => {
      said.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(passOn, QUIET_MS);
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
    client.on('error', () => host.destroy()).on('close', () => host.destroy());
    host
      .on('error', () => client.destroy())
      .on('close', () => {
        clearTimeout(quiet);
        if (!client.destroyed) client.end(Buffer.concat(said));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(counted, {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  });
}
