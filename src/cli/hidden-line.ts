import { StringDecoder } from 'node:string_decoder';

const keys = {
  interrupt: '\x03',
  end: '\x04',
  backspace: '\b\x7f',
  kill: '\x15',
  enter: '\r\n',
  stop: '\x1a',
  quit: '\x1c',
};

/** How a terminal marks what is pasted, where it was asked to. */
export const pasting = { on: '\x1b[?2004h', off: '\x1b[?2004l' };
const pasted = { begin: '\x1b[200~', end: '\x1b[201~' };

/**
 * A line that is typed, without its end; `end`: nothing was typed but Ctrl-D; `left`: Ctrl-C, or the terminal is gone;
 * `several`: more came with its end, as if several lines were pasted.
 */
export type Typed = { line: string } | 'end' | 'left' | 'several';

/**
 * Reads a line that the terminal does not show. Drops what was typed before; leaves the terminal as it was. Ctrl-Z goes to
 * the background as with other programs, and `show` is called again when the person is back.
 * @param show prints the prompt
 * @param mayHaveLines takes the lines of one paste together, where the terminal marks that
 */
export async function hiddenLine(
  input: NodeJS.ReadStream,
  signal: AbortSignal,
  show: () => void,
  mayHaveLines = false,
): Promise<Typed> {
  const decoder = new StringDecoder('utf8');
  let line: string[] = [];
  let [isShown, isPasted] = [false, false];
  return new Promise((resolve) => {
    const end = (typed: Typed) => {
      input.off('data', take).off('end', gone).off('error', gone).pause();
      signal.removeEventListener('abort', gone);
      process.off('SIGCONT', back).off('SIGTSTP', stopAlone).off('SIGQUIT', gone);
      setRaw(input, false);
      resolve(typed);
    };
    const gone = () => end('left');
    // The shell has changed the terminal meanwhile.
    const back = () => {
      line = [];
      if (!setRaw(input, false) || !setRaw(input, true)) return gone();
      show();
    };
    const stop = (whom: number) => {
      setRaw(input, false);
      process.off('SIGTSTP', stopAlone).kill(whom, 'SIGTSTP');
      // Nobody stops what no shell waits for.
      setImmediate(() => {
        if (!isOpen()) return;
        process.on('SIGTSTP', stopAlone);
        setRaw(input, true);
      });
    };
    const stopAlone = () => stop(process.pid);
    /** Whether this character ends a mark of the terminal. */
    const isMark = () => {
      const mark = isPasted ? pasted.end : pasted.begin;
      if (line.slice(-mark.length).join('') !== mark) return false;
      line.splice(-mark.length);
      isPasted = !isPasted;
      return true;
    };
    const isOpen = () => process.listeners('SIGCONT').includes(back);
    const take = (chunk: Buffer) => {
      const text = decoder.write(chunk);
      if (text.includes(keys.interrupt) || text.includes(keys.quit)) return end('left');
      if (!isShown) return;
      for (const [index, character] of [...text].entries()) {
        if (isPasted) {
          line.push(character);
          isMark();
          continue;
        }
        if (keys.enter.includes(character)) {
          const isAll = !mayHaveLines || [...text].slice(index).every((one) => keys.enter.includes(one));
          return end(isAll ? { line: line.join('').replace(/\r\n?/g, '\n') } : 'several');
        }
        if (character === keys.end && line.length === 0) return end('end');
        // The whole job, as the terminal would.
        if (character === keys.stop) return stop(0);
        if (character === keys.kill) line = [];
        else if (keys.backspace.includes(character)) line.pop();
        else if (character !== keys.end) {
          line.push(character);
          if (mayHaveLines) isMark();
        }
      }
    };
    if (signal.aborted || !setRaw(input, true)) return gone();
    input.on('data', take).once('end', gone).on('error', gone).resume();
    signal.addEventListener('abort', gone, { once: true });
    process.on('SIGCONT', back).on('SIGTSTP', stopAlone).on('SIGQUIT', gone);
    // The first turn of the event loop starts the read, the second has what was typed before the prompt.
    setImmediate(() =>
      setImmediate(() => {
        isShown = true;
        if (isOpen()) show();
      }),
    );
  });
}

/** False where the terminal is gone. */
function setRaw(input: NodeJS.ReadStream, isRaw: boolean): boolean {
  try {
    input.setRawMode(isRaw);
    return true;
  } catch {
    return false;
  }
}
