import { spawn } from 'node:child_process';
import { connect as connectTcp } from 'node:net';
import { Duplex } from 'node:stream';
import type { SshSettings } from './ssh-config';

/** A byte stream to the host's SSH port, and how to let go of it. */
export interface Transport {
  stream: Duplex;
  /** Ends everything that was started for the stream. Safe to call twice. */
  close(): void;
  /** What the proxy complained about, for messages. */
  complaint(): string;
}

/**
 * A TCP connection without Nagle's delay.
 * @throws Error with Node's `code` (ECONNREFUSED, ENOTFOUND …), or ETIMEDOUT after `connectTimeoutMs`
 */
export function openTcp(settings: SshSettings): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port, addressFamily: family } = settings;
    const socket = connectTcp({ host, port, family, noDelay: true });
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    }, settings.connectTimeoutMs);
    const settled = (): void => {
      clearTimeout(timer);
      socket.off('error', failed);
    };
    const failed = (error: Error): void => {
      settled();
      reject(error);
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      settled();
      resolve({ stream: socket, close: () => socket.destroy(), complaint: () => '' });
    });
  });
}

/**
 * The stream of a ProxyCommand, run by the user's shell as OpenSSH runs it.
 * @param commandLine with its tokens expanded already
 */
export function openProxyCommand(commandLine: string): Transport {
  const child = spawn(process.env.SHELL || '/bin/sh', ['-c', `exec ${commandLine}`], { stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.on('error', (error) => stream.destroy(error));
  // A proxy that is gone leaves writes without a reader; the stream's end tells it better.
  child.stdin.on('error', () => undefined);
  return {
    stream,
    close: () => {
      stream.destroy();
      child.kill('SIGHUP');
    },
    complaint: () => said.trim(),
  };
}

/** Characters with which a host or user name could slip a command into a ProxyCommand. */
const UNSAFE_IN_SHELL = /^-|[\s'"`$\\;&<>|(){}*?[\]!#~]/;

/** Whether the name can stand unquoted in a ProxyCommand, as OpenSSH puts it there. */
export function isShellSafe(name: string): boolean {
  return !UNSAFE_IN_SHELL.test(name);
}
