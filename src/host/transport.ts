import { connect as connectTcp } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { started } from '../programs';
import type { SshSettings } from './ssh-config';

/** A byte stream to the host's SSH port. */
export interface Transport {
  stream: Duplex;
  /** Closes the stream and ends its proxy. Safe to call twice. */
  close(): void;
  /** What the proxy wrote to stderr, for messages; call it after `close`. */
  complaint(): Promise<string>;
}

/**
 * A TCP connection without Nagle's delay.
 * @throws Error with Node's `code` (ECONNREFUSED, ENOTFOUND …), or ETIMEDOUT after `connectTimeoutMs`
 * @param signal destroys the connection
 */
export function openTcp(settings: SshSettings, signal?: AbortSignal): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port, addressFamily: family, bindAddress: localAddress } = settings;
    const socket = connectTcp({
      host,
      port,
      family,
      noDelay: true,
      ...(localAddress ? { localAddress } : {}),
    });
    const leave = () => socket.destroy(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    const late = () => {
      if (socket.connecting) socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    };
    // What kept this process busy may have kept it from seeing the answer, which it sees before an immediate.
    const timer = setTimeout(() => setImmediate(late), settings.connectTimeoutMs);
    // Stays, because an error without a listener would end the process.
    socket.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    if (signal?.aborted) leave();
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve({ stream: socket, close: () => socket.destroy(), complaint: async () => '' });
    });
  });
}

/** How long a proxy may take to end, so that its last message is read. */
const LAST_WORDS_MS = 500;

/**
 * Runs a ProxyCommand in the user's shell, as OpenSSH does; its stdin and stdout are the stream.
 * @param commandLine with its tokens expanded
 * @throws NodeJS.ErrnoException where there is no such shell
 */
export async function openProxyCommand(commandLine: string, env: NodeJS.ProcessEnv): Promise<Transport> {
  const child = await started(env.SHELL || '/bin/sh', ['-c', `exec ${commandLine}`], { stdio: 'pipe', env });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  stream.on('error', () => undefined);
  child.on('error', (error) => stream.destroy(error));
  // Writing to a proxy that has ended fails; the end of `stream` reports it.
  child.stdin.on('error', () => undefined);
  return {
    stream,
    close: () => {
      stream.destroy();
      child.kill('SIGHUP');
    },
    complaint: async () => {
      await Promise.race([ended, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
      return said.trim();
    },
  };
}

/** Characters with which a host or user name could inject a command into a ProxyCommand. */
const UNSAFE_IN_SHELL = /^-|[\s'"`$\\;&<>|(){}*?[\]!#~]/;

/** Whether the name can stand unquoted in a ProxyCommand, as OpenSSH puts it there. */
export function isShellSafe(name: string): boolean {
  return !UNSAFE_IN_SHELL.test(name);
}
