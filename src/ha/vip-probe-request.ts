import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { authority, type ProbeTarget } from './vip-probe-report';

/** Enough of an answer to believe the rest. */
const ENOUGH_BYTES = 256 * 1024;

/** A proxy without a server resets what it has just accepted. */
const RESET_COMES_WITHIN_MS = 100;

type Finish = (failure?: string) => void;

/**
 * Sends one request on a connection of its own.
 * http: any whole answer with a status below 500 is served. tcp: so is a connection that is not reset at once.
 * @returns why it failed; `undefined` when it was served. Never rejects, and never takes longer than `timeoutMs`.
 */
export function sendRequest(target: ProbeTarget, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // After the timers Node reads its sockets, then come the immediates: an answer that has been waiting for a busy
    // process is not taken for none.
    const timer = setTimeout(
      () => setImmediate(finish, `no answer within ${timeoutMs} ms`),
      timeoutMs,
    ).unref();
    const end = target.mode === 'http' ? get(target, finish) : open(target, finish);
    function finish(failure?: string): void {
      clearTimeout(timer);
      resolve(failure);
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

/** Waits for `promise`, but no longer than `ms`; keeps the process alive until then, unlike a request. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
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
function get(target: ProbeTarget, finish: Finish): () => void {
  const sent = request({ host: target.address, port: target.port, agent: false, ...httpRequest(target) });
  let bytes = 0;
  sent.on('socket', (socket) => socket.unref());
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

function open(target: ProbeTarget, finish: Finish): () => void {
  const socket: Socket = connect({ host: target.address, port: target.port });
  let grace: NodeJS.Timeout | undefined;
  socket.unref();
  socket.on('error', (error) => finish(reasonOf(error)));
  socket.on('close', () => finish());
  socket.on('connect', () => {
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
