import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExitCode } from '../errors';

const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/** Whether any of input, output and errors was a terminal when the program began. */
export const hasTerminal = (): boolean => terminals.length > 0;

/**
 * Whoever reads us may go (`haprov apply … | head`), or have a full disk: what was begun is still carried to its end. What
 * could not be written is said, once, and is a failure where nothing else is.
 */
export function outliveReaders(): void {
  let isLost = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO' || stream !== process.stdout || isLost) return;
      isLost = true;
      process.stderr.write(`error: not all could be written to standard output: ${error.message}\n`);
    });
  }
  // On its way out Node puts terminals back as they were, and aborts where one has gone.
  process.on('exit', (code) => {
    if (isLost && code === ExitCode.done) process.exitCode = ExitCode.failed;
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
