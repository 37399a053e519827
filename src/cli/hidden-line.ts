import { StringDecoder } from 'node:string_decoder';

const keys = {
  interrupt: '\x03',
  end: '\x04',
  backspace: '\b\x7f',
  kill: '\x15',
  enter: '\r\n',
  stop: '\x1a',
};

/** A line that is typed, without its end; `end`: nothing was typed but Ctrl-D; `left`: Ctrl-C, or the terminal is gone. */
export type Typed = { line: string } | 'end' | 'left';

/**
 * Reads a line that the terminal does not show. Drops what was typed before; leaves the terminal as it was. Ctrl-Z goes to
 * the background as with other programs, and `show` is called again when the person is back.
 * @param show prints the prompt
 */
export async function hiddenLine(
  input: NodeJS.ReadStream,
  signal: AbortSignal,
  show: () => void,
): Promise<Typed> {
  const decoder = new StringDecoder('utf8');
  let line: string[] = [];
  let isShown = false;
  return new Promise((resolve) => {
    const end = (typed: Typed) => {
      input.off('data', take).off('end', gone).off('error', gone).pause();
      signal.removeEventListener('abort', gone);
      process.off('SIGCONT', back);
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
    const stop = () => {
      setRaw(input, false);
      // The whole job, as the terminal would.
      process.kill(0, 'SIGTSTP');
      // Nobody stops what no shell waits for.
      setImmediate(() => isOpen() && setRaw(input, true));
    };
    const isOpen = () => process.listeners('SIGCONT').includes(back);
    const take = (chunk: Buffer) => {
      const text = decoder.write(chunk);
      if (text.includes(keys.interrupt)) return end('left');
      if (!isShown) return;
      for (const character of text) {
        if (keys.enter.includes(character)) return end({ line: line.join('') });
        if (character === keys.end && line.length === 0) return end('end');
        if (character === keys.stop) return stop();
        if (character === keys.kill) line = [];
        else if (keys.backspace.includes(character)) line.pop();
        else if (character !== keys.end) line.push(character);
      }
    };
    if (signal.aborted || !setRaw(input, true)) return gone();
    input.on('data', take).once('end', gone).on('error', gone).resume();
    signal.addEventListener('abort', gone, { once: true });
    process.on('SIGCONT', back);
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
