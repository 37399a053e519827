import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExitCode } from '../errors';

const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/** Whether stdin, stdout or stderr was a terminal when the program began. */
export const hasTerminal = (): boolean => terminals.length > 0;

/**
 * Lets the command finish when stdout cannot be written: its reader has exited (`haprov apply … | head`), or the disk is
 * full. A write error other than a closed pipe is reported once, and makes the exit code `failed` where it was `done`.
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
  // Node restores the terminals on exit and aborts where one is closed, so close those descriptors first.
  process.on('exit', (code) => {
    if (isLost && code === ExitCode.done) process.exitCode = ExitCode.failed;
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
