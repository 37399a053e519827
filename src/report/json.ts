import type { Event, Reporter } from '../events/events';
import { printJson } from './escape-output';
import type { Output } from './output';

/** What a line is. */
export type EventLine = { version: 1 } & Event;

/** Writes one event a line to stdout, and nothing else. */
export function createJsonReporter(options: { stdout: Output }): Reporter {
  return {
    handle(event) {
      options.stdout.write(`${printJson({ version: 1, ...event } satisfies EventLine)}\n`);
    },
    close() {},
  };
}
