import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { call, composeFor } from '../shell/library';
import { rowReader } from '../shell/rows';
import type { Channel, CommandEnd } from './channel';

const ready = 'ready';

/** What the shell of a {@link Relay} runs before it is sent more. */
export const relayScript = composeFor(['relay'], `echo ${ready}`);

/** As dash and bash say it; ksh adds 256 to a signal's number, and they 128. */
const exitCode = (said: number): number => (said > 256 ? said - 128 : said);

/** One script that runs over the relay. */
interface Relayed {
  readonly streams: Readonly<Record<'o' | 'e', PassThrough>>;
  /** The processes on the host that send its output now, by stream. */
  readonly senders: Map<string, string>;
  ending?: CommandEnd;
  isUnwanted: boolean;
  lost(): void;
}

/**
 * Channels of haprov's own over one exec, for a host that opens no more (MaxSessions): the shell there runs each script
 * that it is sent in a process of its own (src/shell/run/relay.sh).
 */
export class Relay {
  readonly #scripts = new Map<string, Relayed>();
  #number = 0;
  #isLost = false;

  /**
   * @param stdin of a shell that runs {@link relayScript}
   * @param onReady is called when it does
   */
  constructor(
    private readonly stdin: Writable,
    private readonly onReady: () => void,
  ) {}

  /** Takes in what the shell prints. */
  readonly hear = rowReader((row) => this.#take(row));

  /** The shell has ended, or the connection. */
  lose(): void {
    this.#isLost = true;
    for (const script of this.#scripts.values()) script.lost();
    this.#scripts.clear();
  }

  /** A channel for one script, which begins when its standard input ends. */
  open(): Channel {
    const number = String(++this.#number);
    const streams = { o: new PassThrough(), e: new PassThrough() };
    let tell: (ending: CommandEnd | undefined) => void = () => undefined;
    const ended = new Promise<CommandEnd | undefined>((resolve) => {
      tell = resolve;
    });
    const script: Relayed = { streams, senders: new Map(), isUnwanted: false, lost: () => tell(undefined) };
    if (this.#isLost) script.lost();
    else this.#scripts.set(number, script);
    const { o, e } = streams;
    Promise.all([finished(o), finished(e)]).then(
      () => tell(script.ending),
      () => tell(undefined),
    );
    const sent: Buffer[] = [];
    const stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        sent.push(chunk);
        done();
      },
      final: (done) => {
        if (!script.isUnwanted)
          this.stdin.write(`${call('relay', number, Buffer.concat(sent).toString())} &\n`);
        done();
      },
    });
    return {
      stdin,
      stdout: o,
      stderr: e,
      onEnd: (listener) => void ended.then(listener),
      close: () => this.#drop(script),
    };
  }

  #take(row: string): void {
    const [number = '', kind = '', word = '', pid = ''] = row.split(' ');
    if (row === ready) this.onReady();
    const script = this.#scripts.get(number);
    if (!script) return;
    if (word === 'by') {
      script.senders.set(kind, pid);
      if (script.isUnwanted) this.#end(script);
    } else if (kind === 'x') script.ending = { code: exitCode(Number(word)) };
    else if (kind === 'o' || kind === 'e') {
      const stream = script.streams[kind];
      if (word === '') {
        stream.end();
        script.senders.delete(kind);
      } else if (!script.isUnwanted) stream.write(Buffer.from(word, 'hex'));
    }
    const { o, e } = script.streams;
    if (script.ending && o.writableEnded && e.writableEnded) this.#scripts.delete(number);
  }

  /** A write to a sender that has ended ends the writer, as where a channel is closed. */
  #drop(script: Relayed): void {
    if (script.isUnwanted) return;
    script.isUnwanted = true;
    this.#end(script);
    script.lost();
  }

  #end({ senders }: Relayed): void {
    if (senders.size > 0) this.stdin.write(`kill ${[...senders.values()].join(' ')} 2>/dev/null\n`);
  }
}
