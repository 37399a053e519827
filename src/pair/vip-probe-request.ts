import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { authority, type ProbeTarget } from './vip-probe-report';

/** Enough of an answer to believe the rest. */
const ENOUGH_BYTES = 256 * 1024;

/** A proxy without a server resets what it has just accepted. */
const RESET_COMES_WITHIN_MS = 100;

type Finish = (failure?: string) => void;

/** What became of one request. */
export interface Outcome {
  /** Why it failed; absent when it was served. */
  failure?: string;
  /** How long the other side had to do with it, in milliseconds: without the network's part, and without waiting for a reset. */
  workMs: number;
}

/**
 * Sends one request on a connection of its own.
 * http: any whole answer with a status below 500 is served. tcp: so is a connection that is not reset at once.
 * Never rejects, and never takes longer than `timeoutMs`.
 */
export function sendRequest(
  target: ProbeTarget,
  timeoutMs: number,
  onConnect: () => void = () => undefined,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let connectedAt: number | undefined;
    const connected = (): void => {
      connectedAt = performance.now();
      onConnect();
    };
    // After the timers Node reads its sockets, then come the immediates: an answer that has been waiting for a busy
    // process is not taken for none.
    const timer = setTimeout(
      () => setImmediate(finish, `no answer within ${timeoutMs} ms`),
      timeoutMs,
    ).unref();
    const end = target.mode === 'http' ? get(target, connected, finish) : open(target, connected, finish);
    function finish(failure?: string): void {
      clearTimeout(timer);
      const asks = target.mode === 'http' && connectedAt !== undefined;
      // To connect took one way there and back, and so did the request.
      const workMs = asks ? Math.max(0, performance.now() - 2 * (connectedAt ?? 0) + begun) : 0;
      resolve(failure === undefined ? { workMs } : { failure, workMs });
      end();
    }
  });
}

/** Whether the address can be reached from here: somebody there accepts, or refuses, within `timeoutMs`. */
export function isReachable(target: ProbeTarget, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.address, port: target.port });
    const finish = (reachable: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reachable);
    };
    const timer = setTimeout(finish, timeoutMs, false);
    socket.on('connect', () => finish(true));
    socket.on('error', (error) => finish(reasonOf(error) === 'ECONNREFUSED'));
  });
}

/** The request as it goes over the wire, from the laptop or from a host. */
export function httpRequest(target: ProbeTarget): { path: string; headers: Record<string, string> } {
  const host = target.host ?? authority(target).replace(/:80$/, '');
  // The inventory lets in what Node refuses to send.
  const path = Buffer.from(target.path ?? '/')
    .toString('latin1')
    .replace(/[^!-~]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return { path, headers: { host, 'user-agent': 'haprov', connection: 'close' } };
}

/** @returns what ends it */
function get(target: ProbeTarget, connected: () => void, finish: Finish): () => void {
  const sent = request({ host: target.address, port: target.port, agent: false, ...httpRequest(target) });
  let bytes = 0;
  sent.on('socket', (socket) => socket.unref().once('connect', connected));
  sent.on('error', (error) => finish(reasonOf(error)));
  sent.on('response', (answer) => {
    const { statusCode: status = 0 } = answer;
    answer.on('error', (error) => finish(`answer cut off: ${reasonOf(error)}`));
    if (status >= 500) finish(`HTTP ${status}`);
    answer.on('end', () => finish(answer.complete ? undefined : 'answer cut off'));
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ENOUGH_BYTES) finish();
    });
  });
  sent.end();
  return () => sent.destroy();
}

function open(target: ProbeTarget, connected: () => void, finish: Finish): () => void {
  const socket: Socket = connect({ host: target.address, port: target.port });
  let grace: NodeJS.Timeout | undefined;
  socket.unref();
  socket.on('error', (error) => finish(reasonOf(error)));
  socket.on('close', () => finish());
  socket.on('connect', () => {
    connected();
    socket.resume();
    socket.end();
    grace = setTimeout(() => setImmediate(finish), RESET_COMES_WITHIN_MS).unref();
  });
  return () => {
    clearTimeout(grace);
    socket.destroy();
  };
}

function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
