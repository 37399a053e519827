import type { Reporter } from '../events/events';
import { printJson } from './guard';
import type { Output } from './output';

/** One event a line on stdout, and nothing else there. */
export function createJsonReporter(options: { stdout: Output }): Reporter {
  return {
    handle(event) {
      options.stdout.write(`${printJson(event)}\n`);
    },
    close() {},
  };
}
