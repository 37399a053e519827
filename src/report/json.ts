import type { Reporter } from '../events/events';
import { printJson } from './escape-output';
import type { Output } from './output';

/** Writes one event a line to stdout, and nothing else. */
export function createJsonReporter(options: { stdout: Output }): Reporter {
  return {
    handle(event) {
      options.stdout.write(`${printJson(event)}\n`);
    },
    close() {},
  };
}
