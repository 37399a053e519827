import type { Readable, Writable } from 'node:stream';
import type { ClientChannel } from 'ssh2';

/** How a command ended. */
export interface Ending {
  /** Null when a signal ended it. */
  code: number | null;
  signal?: string;
  /** The host had no room for one more command: nothing was run. */
  isRefused?: true;
}

/** One command on a host: its streams, and its end. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Heard once, after all of the output; nothing where the connection broke before the command's end was known. */
  onEnd(listener: (ending: Ending | undefined) => void): void;
  /** Ends it. Safe to call twice. */
  close(): void;
}

/** A login at a host, whichever program or library holds it. */
export interface Session {
  readonly user: string;
  /** Where the user's own `ssh` logged in: why. */
  readonly byOpenSsh?: string;
  /**
   * Starts a command.
   * @throws ChannelRefused where the host has no room for one more; HostError where the connection is gone
   */
  open(command: string): Promise<Channel>;
  /** Why the connection is gone, as far as it was said; empty while it stands. */
  lostBecause(): string;
  /** Ends it, and all that was started for it. Safe to call twice. */
  close(): void;
}

/** A channel of ssh2. */
export function channelOf(channel: ClientChannel): Channel {
  // ssh2 says that the channel broke by its close; an error here has nothing to add, and would end the process.
  channel.on('error', () => undefined);
  let ending: Ending | undefined;
  channel.on('exit', (code: number | null, signal?: string) => {
    ending = { code, ...(signal ? { signal } : {}) };
  });
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onEnd: (listener) => void channel.on('close', () => listener(ending)),
    close: () => channel.close(),
  };
}
