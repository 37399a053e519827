import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { asOldAsItIs } from '../tls';

/** Where a TLS handshake is made, and what for. */
export interface Asking {
  address: string;
  port: number;
  /** The name that is asked for (SNI). */
  name?: string;
  /** HAProxy wants a PROXY line first. */
  isProxied?: boolean;
}

/** What was shown there, or why nothing was. */
export type Seen = { certificate: X509Certificate } | { error: string; isUnreached: boolean };

/**
 * Has a server show its certificate, of any issuer, and leaves.
 * @param timeoutMs for all of it
 */
export function handshake(
  { address, port, name, isProxied }: Asking,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Seen> {
  return new Promise((resolve) => {
    let isConnected = false;
    const socket = connectTcp({ host: address, port });
    const end = (seen: Seen) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      socket.destroy();
      resolve(seen);
    };
    const fail = (error: string) => end({ error, isUnreached: !isConnected });
    const leave = () => fail('left');
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    socket.on('error', ({ message }) => fail(message));
    socket.once('connect', () => {
      isConnected = true;
      if (isProxied) socket.write('PROXY UNKNOWN\r\n');
      const secure = connectTls({
        socket,
        ...asOldAsItIs,
        ...(name !== undefined && isIP(name) === 0 ? { servername: name } : {}),
      });
      secure.on('error', ({ message }) => fail(message));
      secure.once('close', () => fail('the connection was closed in the middle of the handshake'));
      secure.once('secureConnect', () => {
        const shown = secure.getPeerX509Certificate();
        if (shown) end({ certificate: new X509Certificate(shown.raw) });
        else fail('it showed no certificate');
      });
    });
  });
}
