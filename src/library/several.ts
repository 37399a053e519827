import { type ExitCode, HaprovError, InputError } from '../errors';
import { Turns } from '../host/turns';
import type { Inventory } from '../inventory/inventory';
import type { Context } from '../planning/context';
import { count } from '../text/format';
import { maskError } from './mask-error';

/** How a command ended on one inventory. */
export interface Ended {
  code: ExitCode;
  /** A sentence for the summary. */
  sum: string;
  /** Whether there is nothing to look at, whatever the exit code says. */
  isWell: boolean;
}

/** A command on one inventory: prints its own text or document. */
export type One<O> = (options: O & { inventory: string }, context: Context) => Promise<Ended>;

/** How many inventories are looked at side by side. */
const mostAtOnce = 8;

/**
 * A command that changes nothing, over several inventories, eight at a time; each that is named twice once.
 * @returns what came of each, in the order of `files`, as soon as it and those before it are done
 */
export async function* inTurns<O>(
  files: readonly string[],
  options: O,
  context: Context,
  one: One<O>,
): AsyncGenerator<Done> {
  const turns = new Turns(mostAtOnce);
  const all = [...new Set(files)].map(async (file) => {
    const end = await turns.take();
    try {
      return await run(file, options, context, one);
    } finally {
      end();
    }
  });
  // One that fails before its turn to be told must not end the process.
  for (const ending of all) ending.catch(() => undefined);
  for (const ending of all) yield await ending;
}

/** What came of it on one inventory. */
export interface Done extends Ended {
  file: string;
  /** Prints what the command printed, in its order. */
  prints: ((context: Context) => Promise<void>)[];
  document?: unknown;
  error?: HaprovError;
}

/** Runs the command with a context that keeps what is printed, and says of which inventory a message is. */
async function run<O>(file: string, options: O, context: Context, one: One<O>): Promise<Done> {
  const prints: Done['prints'] = [];
  const kept: { document?: unknown } = {};
  let secrets: Inventory['secrets'] | undefined;
  const { rows: _, ...rest } = context;
  const own: Context = {
    ...rest,
    keepSecret(known) {
      secrets = known;
      context.keepSecret(known, file);
    },
    print: async (text) => void prints.push((to) => to.print(text)),
    printRendered: async (text) => void prints.push((to) => to.printRendered(text)),
    printError: async (text) => void prints.push((to) => to.printError(text)),
    printJson: async (document) => {
      kept.document = document;
    },
    emit(event) {
      // Who is asked is not shown: hosts of several inventories may have the same name.
      if (event.type === 'message') context.emit({ ...event, text: `${file}: ${event.text}` });
      else if (event.type === 'command') context.emit(event);
    },
  };
  try {
    const ended = await one({ ...options, inventory: file }, own);
    return { file, prints, ...kept, ...ended };
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    maskError(error, (text) => secrets?.mask(text) ?? text);
    const sum = error instanceof InputError ? count(error.faults.length, 'fault') : firstLine(error.message);
    return { file, prints, ...kept, code: error.exitCode, sum, isWell: false, error };
  }
}

const firstLine = (text: string) => text.split('\n')[0] ?? text;
