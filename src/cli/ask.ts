import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isatty, ReadStream, WriteStream } from 'node:tty';
import { folded } from '../report/wrap-output';
import { hiddenLine, pasting, type Typed } from './hidden-line';

/** `left`: the operator pressed Ctrl-C, or closed the terminal. */
export type Answer = 'yes' | 'no' | 'left';

/** Asks the operator a question. */
interface Asker {
  /** Prints the question and reads a line. What was typed before the question is dropped: it cannot be an answer to it. */
  ask(question: string, signal: AbortSignal): Promise<Answer>;
  /**
   * Prints the question and reads a line, hidden or not. Here, too, what was typed before is dropped.
   * @param mayHaveLines whether a hidden line may be several that are pasted
   */
  line(question: string, isHidden: boolean, signal: AbortSignal, mayHaveLines?: boolean): Promise<Typed>;
}

/**
 * Asks at the process's terminal; undefined where stdin is no terminal, or none can be written to.
 * @param inputIsData whether stdin may be something else, and `/dev/tty` is asked then
 */
export function askerAtTerminal(inputIsData = false): Asker | undefined {
  const output = isatty(0) || inputIsData ? terminalToWriteTo() : undefined;
  const input = isatty(0) ? process.stdin : inputIsData ? terminalToReadFrom() : undefined;
  if (!output || !input) return undefined;
  const ready = () => {
    for (const stream of [input, output])
      if (!stream.listeners('error').includes(ignored)) stream.on('error', ignored);
    return input;
  };
  const shown = async (question: string, signal: AbortSignal): Promise<Typed> => {
    const stdin = ready();
    if (signal.aborted || (await dropTyped(stdin)) === 'left') return 'left';
    folded(output).write(question);
    const said = await line(stdin, signal);
    if (said === undefined) output.write('\n');
    // A closed terminal ends stdin, as Ctrl-D does.
    if (signal.aborted || !isatty(0)) return 'left';
    return said === undefined ? 'end' : { line: said };
  };
  const hidden = async (question: string, signal: AbortSignal, mayHaveLines = false): Promise<Typed> => {
    if (mayHaveLines) output.write(pasting.on);
    const typed = await hiddenLine(ready(), signal, () => folded(output).write(question), mayHaveLines);
    output.write(mayHaveLines ? `${pasting.off}\n` : '\n');
    if (input === asked) {
      // It would keep the process alive.
      asked.destroy();
      asked = undefined;
    }
    return typed;
  };
  return {
    async ask(question, signal) {
      const said = await shown(`${question} [y/N] `, signal);
      if (said === 'left') return said;
      return typeof said === 'object' && /^y(es)?$/i.test(said.line.trim()) ? 'yes' : 'no';
    },
    line: (question, isHidden, signal, mayHaveLines) =>
      isHidden ? hidden(question, signal, mayHaveLines) : shown(question, signal),
  };
}

const ignored = () => undefined;

let asked: ReadStream | undefined;
function terminalToReadFrom(): ReadStream | undefined {
  try {
    asked ??= new ReadStream(openSync('/dev/tty', 'r'));
    return asked;
  } catch {
    return undefined;
  }
}

let own: WriteStream | undefined;
/** stderr or stdout; `/dev/tty` where both are redirected (`2>&1 | tee log`). */
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

/** The line typed; undefined where stdin ends (Ctrl-D) or `signal` aborts. The terminal does the line editing. */
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

/** Drops what was typed already. Raw mode, because otherwise the terminal would keep a line that has no newline yet. */
async function dropTyped(input: NodeJS.ReadStream): Promise<'left' | undefined> {
  let typed = '';
  const keep = (chunk: Buffer) => {
    typed += chunk.toString('latin1');
  };
  try {
    input.setRawMode(true).on('data', keep).resume();
    // The first turn of the event loop starts the read, the second has its bytes.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    input.off('data', keep).pause().setRawMode(false);
  } catch {
    return 'left';
  }
  return typed.includes('\x03') ? 'left' : undefined;
}
