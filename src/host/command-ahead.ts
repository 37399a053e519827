import type { Client } from 'ssh2';
import { type Channel, channelOf } from './channel';
import type { Sent } from './script-output';

type Inside = {
  /** What the server calls its program, in its first line. */
  _remoteVer?: string;
  _protocol: {
    channelData(channel: number, data: Buffer): void;
    channelEOF(channel: number): void;
    exec(channel: number, command: string, wantsReply?: boolean): void;
    _handlers: { CHANNEL_OPEN_FAILURE(protocol: unknown, channel: number, code: number, why: string): void };
  };
};

/** The number of a connection's first channel, here and at OpenSSH. */
const FIRST = 0;

/** In bytes: so much OpenSSH takes in a packet. */
const PACKET = 32_000;
/** In bytes: sshd hands on what came during a login in one message of a quarter of a megabyte. */
const MOST = 128 << 10;

/** ssh2's channel, as far as it counts what was sent. */
type Counted = { outgoing: { window: number; state: string } };

/**
 * The first command of a login, and a script that changes nothing, which OpenSSH is sent behind the key's signature: it answers
 * all in a row, and two waits are saved, or three. It takes them in their turn when the signature is good, and says of each that
 * it cannot be now when it is not.
 */
export class CommandAhead {
  #isSent = false;
  #channel: Promise<Channel | undefined> = Promise.resolve(undefined);
  #takeBack: () => void = () => undefined;

  constructor(
    private readonly client: Client,
    private readonly command: string,
    private first?: Sent,
  ) {}

  /** It is known what the command will be sent. */
  willRun(script: Sent | undefined): void {
    this.first ??= script;
  }

  /** A signature has been sent. Only the first one is followed by the command: a person may be asked after it. */
  send(): void {
    const { client, command } = this;
    const { _remoteVer: server = '', _protocol: protocol } = client as unknown as Inside;
    if (this.#isSent || !server.startsWith('OpenSSH_')) return;
    this.#isSent = true;
    const { exec } = protocol;
    const data = Buffer.from(this.first?.text ?? '');
    const sent = data.length > 0 && data.length <= MOST ? this.first : undefined;
    let isTakenBack = false;
    this.#channel = new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        // Where no channel was opened, ssh2 has not said the command.
        protocol.exec = exec;
        if (isTakenBack) resolve(undefined);
        else if (error) reject(error);
        else {
          if (sent) {
            const { outgoing } = channel as unknown as Counted;
            outgoing.window -= data.length;
            outgoing.state = 'eof';
          }
          resolve(channelOf(channel, sent));
        }
      });
    });
    this.#channel.catch(() => undefined);
    exec.call(protocol, FIRST, command);
    if (sent) {
      for (let at = 0; at < data.length; at += PACKET)
        protocol.channelData(FIRST, data.subarray(at, at + PACKET));
      protocol.channelEOF(FIRST);
    }
    // ssh2 says it when the channel is there, and has said it by then.
    protocol.exec = (number, ...words) => {
      protocol.exec = exec;
      if (number !== FIRST) exec.call(protocol, number, ...words);
    };
    this.#takeBack = () => {
      isTakenBack = true;
      protocol._handlers.CHANNEL_OPEN_FAILURE(protocol, FIRST, 0, '');
    };
  }

  /** The server did not let the user in by that signature, so it did not take what followed. */
  refused(): void {
    this.#takeBack();
    this.#takeBack = () => undefined;
  }

  /**
   * The command's channel for a caller who wants to run just this command, once; another command, or script, ends it.
   * @throws Error where the host opens no channel (with its `reason`), or the connection is lost
   */
  async take(command: string, script?: string): Promise<Channel | undefined> {
    const channel = this.#channel;
    this.#channel = Promise.resolve(undefined);
    const one = await channel;
    if (command === this.command && (!one?.sent || one.sent.script === script)) return one;
    one?.close();
    return undefined;
  }
}
