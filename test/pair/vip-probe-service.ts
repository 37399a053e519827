import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** What becomes of a request: a status, or one of the ways in which a service fails. */
export type Fate = number | 'reset' | 'nothing' | 'garbage' | 'cut' | 'hang' | 'slow';

/** A service of the test's own, which does to each request what the test says, by its number. */
export interface VipService {
  readonly port: number;
  /** Requests so far. */
  readonly count: number;
  /** The last request's head. */
  readonly last: string;
  fate: (n: number) => Fate;
  /** Waits for the nth request. */
  asked(n: number): Promise<void>;
  /** Answers what is `slow`, and from now on at once. */
  release(): void;
  /** Breaks every connection. */
  dropAll(): void;
  close(): Promise<void>;
}

/** @param tls where it speaks TLS */
export async function startVipService(address = '127.0.0.1', tls?: TlsOptions): Promise<VipService> {
  const state = { count: 0, last: '', released: false };
  const sockets = new Set<Socket>();
  const slow: Socket[] = [];
  const waiting: { n: number; done: () => void }[] = [];

  const answer = (socket: Socket, fate: Fate): void => {
    if (fate === 'reset') socket.resetAndDestroy();
    else if (fate === 'nothing') socket.end();
    else if (fate === 'garbage') socket.end('SSH-2.0-OpenSSH\r\n');
    else if (fate === 'cut') {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => socket.resetAndDestroy());
    } else if (fate === 'slow' && !state.released) slow.push(socket);
    else if (fate !== 'hang') {
      const status = typeof fate === 'number' ? fate : 200;
      socket.end(`HTTP/1.1 ${status} Whatever\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`);
    }
  };
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk;
      if (!head.endsWith('\r\n\r\n')) return;
      state.last = head;
      state.count += 1;
      answer(socket, service.fate(state.count));
      for (const { n, done } of waiting) if (state.count >= n) done();
    });
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  await new Promise<void>((done) => server.listen(0, address, done));
  const { port } = server.address() as AddressInfo;

  const service: VipService = {
    port,
    get count() {
      return state.count;
    },
    get last() {
      return state.last;
    },
    fate: () => 200,
    asked(n) {
      return state.count >= n ? Promise.resolve() : new Promise((done) => waiting.push({ n, done }));
    },
    release() {
      state.released = true;
      for (const socket of slow) answer(socket, 200);
    },
    dropAll() {
      for (const socket of sockets) tls ? socket.destroy() : socket.resetAndDestroy();
    },
    async close() {
      this.dropAll();
      await new Promise((done) => server.close(done));
    },
  };
  return service;
}
