import * as z from 'zod';
import type { Step } from '../resources/resource';
import { unquote } from '../shell/quote';

/**
 * The format of a run's folder (docs/decisions/0008-run-folder.md), which is in its file `format`. A folder without that
 * file has format 1, in which only the program has the parts of the steps.
 */
export const runFormat = 2;

/** Whether this haprov can read a run's folder of that format. */
export const isKnownFormat = (format: number) => format === 1 || format === runFormat;

/** The name of the file in a run's folder that has the parts of its steps. */
export const partsFile = (format: number) => (format === 1 ? 'transaction' : 'steps.json');

/** How one step was made, and how it is undone: what a rollback needs besides the step's record. */
export interface StepParts {
  /** How many seconds each part may take; absent in a run of an older haprov without limits. */
  limit?: number | undefined;
  /** The command that validates a file's new content, with `%s` for the file; absent where there is none. */
  validator?: string | undefined;
  /** Shell text for a transaction, which may call what docs/decisions/0008-run-folder.md names. */
  run: string;
  /** As `run`; empty where the step cannot be undone. */
  undo: string;
}

const recorded: z.ZodType<StepParts[]> = z.array(
  z.object({
    limit: z.number().optional(),
    validator: z.string().optional(),
    run: z.string(),
    undo: z.string(),
  }),
);

/** The content of `steps.json`, a row for each step, so that a host can wipe one. @param limit in seconds, for a step without one */
export function writeParts(steps: readonly Step[], limit: number): string {
  const parts = steps.map(
    ({ limitSeconds = limit, validator, run, undo = '' }): StepParts => ({
      limit: limitSeconds,
      validator,
      run,
      undo,
    }),
  );
  return `[\n${parts.map((one) => JSON.stringify(one)).join(',\n')}\n]`;
}

/**
 * Reads the parts of each step, in the order of their numbers, from the text of the run's `partsFile`.
 * @throws Error where the text is damaged.
 */
export function readParts(format: number, text: string): StepParts[] {
  if (format === 1) return readProgram(text.split('\n'));
  try {
    return recorded.parse(JSON.parse(text));
  } catch {
    throw new Error(`the ${partsFile(format)} of the run is damaged`);
  }
}

/** The line after the last step, in every program of format 1. */
const endOfSteps = '# What haprov reads on a host.';

/** Reads step by step, so that a file content that looks like a step is not taken for one. */
function readProgram(rows: readonly string[]): StepParts[] {
  const found: StepParts[] = [];
  let at = 0;
  const bodyOf = (head: string, isEnd: (next: number) => boolean): string => {
    const begin = rows.indexOf(head, at) + 1;
    let end = begin;
    while (end < rows.length && !(rows[end] === '}' && isEnd(end + 1))) end += 1;
    if (begin === 0 || end === rows.length) throw new Error(`the program of the run is cut off: "${head}"`);
    at = end + 1;
    const body = rows.slice(begin, end).join('\n');
    return body === ':' ? '' : body;
  };
  const beginsStep = (number: number, row: number) =>
    rows[row]?.startsWith(`# ${number} `) && /^s\d+_(limit=\d+|check\(\) \{)$/.test(rows[row + 1] ?? '');
  for (let number = 1; !rows[at]?.startsWith(endOfSteps); number += 1) {
    while (at < rows.length && !beginsStep(number, at)) at += 1;
    const limit = /_limit=(\d+)$/.exec(rows[at + 1] ?? '')?.[1];
    const part = (name: string, next: string) =>
      bodyOf(`s${number}_${name}() {`, (row) => rows[row] === `s${number}_${next}() {`);
    const validate = part('validate', 'run');
    const run = part('run', 'verify');
    const undo = bodyOf(
      `s${number}_undo() {`,
      (row) => beginsStep(number + 1, row) || rows[row]?.startsWith(endOfSteps) === true,
    );
    const validator = /^validate_file (?:'(?:[^']|'\\'')*'|[^' ]+) ([\s\S]*)$/.exec(validate)?.[1];
    found.push({
      ...(limit ? { limit: Number(limit) } : {}),
      ...(validator ? { validator: unquote(validator) } : {}),
      run,
      undo,
    });
  }
  return found;
}
