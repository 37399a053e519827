import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { ExitCode } from '../errors';
import { started } from '../programs';

/** What a shell says of a program that was ended because nobody reads it: 128 and SIGPIPE's number. */
export const unreadCode = 141;

/**
 * Calls `end`, with the exit code that says so, when standard output takes no more. That its disk is full a write tells; that nobody
 * reads it any more is known also while nothing is written: of a socket Node hears the end, of a pipe GNU's tail does, which Node cannot. Where there is no such tail, the next write tells.
 */
export function onReaderGone(end: (code: number) => void): void {
  const { stdout, env } = process;
  const gone = () => end(unreadCode);
  stdout.once('error', ({ code }: NodeJS.ErrnoException) =>
    code === 'EPIPE' || code === 'EIO' ? gone() : end(ExitCode.failed),
  );
  const about = fstatSync(stdout.fd);
  if (about.isSocket()) {
    const peer = new Socket({ fd: stdout.fd, readable: true, writable: false, allowHalfOpen: true });
    peer.on('end', gone).on('error', gone).resume().unref();
  }
  if (!about.isFIFO()) return;
  const words = ['-f', '/dev/null', `--pid=${process.pid}`];
  started('tail', words, { stdio: ['ignore', stdout.fd, 'ignore'], env: { PATH: env.PATH } }).then(
    (tail) => {
      tail.on('exit', (_, signal) => signal === 'SIGPIPE' && gone()).unref();
      process.once('exit', () => tail.kill());
    },
    () => {},
  );
}
