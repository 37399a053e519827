import type { Readable, Writable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Sent } from './script-output';

/** How a command ended. */
export interface CommandEnd {
  /** The exit code; null when a signal ended the command. */
  code: number | null;
  signal?: string;
  /** The host refused one more channel (MaxSessions): nothing ran. */
  isRefused?: true;
}

/** One command on a host: its streams and its end. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** What its command has been sent already: all that it gets. */
  readonly sent?: Sent | undefined;
  /** Calls `listener` once, after all output; with undefined where the connection was lost before the exit code came. */
  onEnd(listener: (ending: CommandEnd | undefined) => void): void;
  /** Closes the channel. Safe to call twice. */
  close(): void;
}

/** A login at a host, by ssh2 or by the user's own `ssh`. */
export interface Session {
  readonly user: string;
  /** The key that the host has presented, in SSH wire format; undefined where the user's own `ssh` logs in. */
  readonly hostKey?: Buffer | undefined;
  /** Notes on the login for `--verbose`, a sentence each. */
  readonly notes: readonly string[];
  /**
   * Starts a command.
   * @param script will be sent to it: one that came with the login gives its channel only to the same script
   * @throws ChannelRefused where the host refuses one more channel; HostError where the connection is lost
   */
  open(command: string, script?: string): Promise<Channel>;
  /** Why the connection was lost, as far as is known; empty while it stands. */
  lostBecause(): string;
  /** Closes the login, and everything that was started for it. Safe to call twice. */
  close(): void;
}

/** A channel of ssh2. */
export function channelOf(channel: ClientChannel, sent?: Sent): Channel {
  // A broken channel also closes, which is handled below; an error without a listener would end the process.
  channel.on('error', () => undefined);
  let ending: CommandEnd | undefined;
  channel.on('exit', (code: number | null, signal?: string) => {
    ending = { code, ...(signal ? { signal } : {}) };
  });
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    sent,
    onEnd: (listener) => void channel.on('close', () => listener(ending)),
    close: () => channel.close(),
  };
}
