import { request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { asOldAsItIs } from '../tls';
import { authority, type ProbeTarget } from './vip-probe-report';

/** A longer answer counts as served without its rest. */
const ENOUGH_BYTES = 256 * 1024;

/** A proxy without a server accepts a connection and resets it, within this time. */
const RESET_COMES_WITHIN_MS = 100;

type Finish = (failure?: string, status?: number) => void;

/** The result of one request. */
export interface Outcome {
  /** Why it failed; absent when it was served. */
  failure?: string;
  /** What an HTTP server answered. */
  status?: number;
  /** How many milliseconds the server worked on it: without the network's time, and without waiting for a reset. */
  workMs: number;
}

/**
 * Sends one request on its own connection. Served is: for http, a whole answer with a status below 500, or, over TLS, an alert
 * of a server that lets only some clients in; for tcp, a connection that is not reset at once. Never rejects, and never takes longer than `timeoutMs`.
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
    // Node reads sockets after timers and before immediates, so an answer that waited for a busy process still counts.
    const timer = setTimeout(() => setImmediate(finish, `no answer within ${timeoutMs} ms`), timeoutMs);
    const end = target.mode === 'http' ? get(target, connected, finish) : open(target, connected, finish);
    function finish(failure?: string, status?: number): void {
      clearTimeout(timer);
      const asks = target.mode === 'http' && connectedAt !== undefined;
      // Connecting took one round trip, and the request another.
      const workMs = asks ? Math.max(0, performance.now() - 2 * (connectedAt ?? 0) + begun) : 0;
      resolve({ workMs, ...(failure === undefined ? {} : { failure }), ...(status ? { status } : {}) });
      end();
    }
  });
}

/** Whether the laptop reaches the address: the connection is accepted or refused within `timeoutMs`. */
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

/** The path and headers of a request, from the laptop or from a host. */
export function httpRequest(target: ProbeTarget): { path: string; headers: Record<string, string> } {
  const host = target.host ?? authority(target).replace(target.isTls ? /:443$/ : /:80$/, '');
  // The inventory allows characters that Node refuses to send.
  const path = Buffer.from(target.path ?? '/')
    .toString('latin1')
    .replace(/[^!-~]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return { path, headers: { host, 'user-agent': 'haprov', connection: 'close' } };
}

/** @returns the function that ends the request */
function get(target: ProbeTarget, connected: () => void, finish: Finish): () => void {
  const asked = { host: target.address, port: target.port, agent: false, ...httpRequest(target) };
  const sent = target.isTls
    ? requestOverTls({ ...asked, ...nameOf(target), ...asOldAsItIs })
    : request(asked);
  let bytes = 0;
  sent.on('socket', (socket) => socket.once(target.isTls ? 'secureConnect' : 'connect', connected));
  sent.on('error', (error) => finish(isRefusal(error) ? undefined : reasonOf(error)));
  sent.on('response', (answer) => {
    const { statusCode: status = 0 } = answer;
    answer.on('error', (error) => finish(`answer cut off: ${reasonOf(error)}`));
    if (status >= 500) finish(`HTTP ${status}`, status);
    answer.on('end', () => finish(answer.complete ? undefined : 'answer cut off', status));
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ENOUGH_BYTES) finish(undefined, status);
    });
  });
  sent.end();
  return () => sent.destroy();
}

/** The name that TLS asks for; Node would take the address. */
const nameOf = ({ host = '' }: ProbeTarget) => ({
  servername: isIP(host) === 0 ? host.replace(/:\d+$/, '') : '',
});

/** Whether a server that speaks TLS wants another client: one with a certificate, or one that asks for another name. */
const isRefusal = (error: Error) => /\balert\b|unrecognized name/i.test(error.message);

function open(target: ProbeTarget, connected: () => void, finish: Finish): () => void {
  const socket: Socket = connect({ host: target.address, port: target.port });
  let grace: NodeJS.Timeout | undefined;
  socket.on('error', (error) => finish(reasonOf(error)));
  socket.on('close', () => finish());
  socket.on('connect', () => {
    connected();
    socket.resume();
    socket.end();
    grace = setTimeout(() => setImmediate(finish), RESET_COMES_WITHIN_MS);
  });
  return () => {
    clearTimeout(grace);
    socket.destroy();
  };
}

function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
