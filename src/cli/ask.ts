import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isatty, WriteStream } from 'node:tty';
import { folded } from '../report/fold';

/** `left`: Ctrl-C, or the terminal has gone. */
export type Answer = 'yes' | 'no' | 'left';

/** Somebody who can be asked. */
export interface Asker {
  /** Asks, and takes what is typed from then on: whoever typed before has not seen the question. */
  ask(question: string, signal: AbortSignal): Promise<Answer>;
}

/** Whoever sits at this terminal; nobody where what is read, or all that could be written to, is none. */
export function askerAtTerminal(): Asker | undefined {
  const output = isatty(0) ? terminalToWriteTo() : undefined;
  if (!output) return undefined;
  return {
    async ask(question, signal) {
      const { stdin } = process;
      for (const stream of [stdin, output]) stream.on('error', () => undefined);
      if (signal.aborted || (await dropTyped(stdin)) === 'left') return 'left';
      folded(output).write(`${question} [y/N] `);
      const said = await line(stdin, signal);
      if (said === undefined) output.write('\n');
      // A terminal that has gone ends the input, as Ctrl-D does.
      if (signal.aborted || !isatty(0)) return 'left';
      return /^y(es)?$/i.test(said?.trim() ?? '') ? 'yes' : 'no';
    },
  };
}

let own: WriteStream | undefined;
/** The process's own terminal is for where all output goes elsewhere (`2>&1 | tee log`). */
function terminalToWriteTo(): WriteStream | undefined {
  const stream = [process.stderr, process.stdout].find(({ isTTY }) => isTTY);
  if (stream) return stream;
  try {
    own ??= new WriteStream(openSync('/dev/tty', 'w'));
    return own;
  } catch {
    return undefined;
  }
}

/** Nothing where the input ends (Ctrl-D), or the wait. The terminal edits the line, as it does everywhere else. */
async function line(input: NodeJS.ReadStream, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false });
  const said = await new Promise<string | undefined>((resolve) => {
    const nothing = () => resolve(undefined);
    lines.once('line', resolve).once('close', nothing);
    input.once('error', nothing);
    signal.addEventListener('abort', nothing, { once: true });
    if (signal.aborted) nothing();
  });
  lines.close();
  return said;
}

/** Reads away what is there already; raw, as otherwise a line that has no end yet would stay behind. */
async function dropTyped(input: NodeJS.ReadStream): Promise<'left' | undefined> {
  let typed = '';
  const keep = (chunk: Buffer) => {
    typed += chunk.toString('latin1');
  };
  try {
    input.setRawMode(true).on('data', keep).resume();
    // One turn of the event loop begins to read, the next has read what there is.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    input.off('data', keep).pause().setRawMode(false);
  } catch {
    return 'left';
  }
  return typed.includes('\x03') ? 'left' : undefined;
}
