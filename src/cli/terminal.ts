import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/** Whether any of input, output and errors was a terminal when the program began. */
export const hasTerminal = (): boolean => terminals.length > 0;

/** Whoever reads us may go (`haprov apply … | head`), or have a full disk: what was begun is still carried to its end. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO' && stream === process.stdout)
        process.stderr.write(`standard output: ${error.message}\n`);
    });
  }
  // On its way out Node puts terminals back as they were, and aborts where one has gone.
  process.on('exit', () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
