import type { Reporter } from './events';
import type { Output } from './output';

/** One event a line on stdout, and nothing else there. */
export function createJsonReporter(options: { stdout: Output }): Reporter {
  return {
    handle(event) {
      options.stdout.write(`${JSON.stringify(event).replace(/[\x7f-\x9f\u2028\u2029]/g, escapeUnicode)}\n`);
    },
    close() {},
  };
}

function escapeUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
