import type { Client } from 'ssh2';
import { type Channel, channelOf } from './channel';

type Inside = {
  /** What the server calls its program, in its first line. */
  _remoteVer?: string;
  _protocol: {
    exec(channel: number, command: string, wantsReply?: boolean): void;
    _handlers: { CHANNEL_OPEN_FAILURE(protocol: unknown, channel: number, code: number, why: string): void };
  };
};

/** The number of a connection's first channel, here and at OpenSSH. */
const FIRST = 0;

/**
 * The first command of a login, which OpenSSH is sent behind the key's signature: it answers all three in a row, and two waits
 * are saved. It takes them in their turn when the signature is good, and says of each that it cannot be now when it is not.
 */
export class CommandAhead {
  #isSent = false;
  #channel: Promise<Channel | undefined> = Promise.resolve(undefined);
  #takeBack: () => void = () => undefined;

  constructor(
    private readonly client: Client,
    private readonly command: string,
  ) {}

  /** A signature has been sent. Only the first one is followed by the command: a person may be asked after it. */
  send(): void {
    const { client, command } = this;
    const { _remoteVer: server = '', _protocol: protocol } = client as unknown as Inside;
    if (this.#isSent || !server.startsWith('OpenSSH_')) return;
    this.#isSent = true;
    const { exec } = protocol;
    let isTakenBack = false;
    this.#channel = new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (isTakenBack) resolve(undefined);
        else if (error) reject(error);
        else resolve(channelOf(channel));
      });
    });
    this.#channel.catch(() => undefined);
    exec.call(protocol, FIRST, command);
    // ssh2 says it when the channel is there, and has said it by then.
    protocol.exec = (number, ...words) => {
      protocol.exec = exec;
      if (number !== FIRST) exec.call(protocol, number, ...words);
    };
    this.#takeBack = () => {
      isTakenBack = true;
      protocol.exec = exec;
      protocol._handlers.CHANNEL_OPEN_FAILURE(protocol, FIRST, 0, '');
    };
  }

  /** The server did not let the user in by that signature, so it did not take what followed. */
  refused(): void {
    this.#takeBack();
    this.#takeBack = () => undefined;
  }

  /**
   * The command's channel for whoever wants to run just this command, once; another command ends it.
   * @throws Error where the host opens no channel, or the connection is lost
   */
  take(command: string): Promise<Channel | undefined> {
    const channel = this.#channel;
    this.#channel = Promise.resolve(undefined);
    if (command === this.command) return channel;
    channel.then((one) => one?.close()).catch(() => undefined);
    return this.#channel;
  }
}
