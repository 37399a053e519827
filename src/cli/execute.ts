import { ExitCode, HaprovError } from '../errors';
import type { EventBody } from '../events/events';
import type { Secrets } from '../inventory/secrets';
import type { Context } from '../planning/context';
import { renderError } from '../report/error-text';
import { folded } from '../report/fold';
import { guard, guarded, printJson } from '../report/guard';
import { canRedraw, wantsColor } from '../report/output';
import { createReporter } from '../report/reporter';
import { visibleLines } from '../text/format';
import { askerAtTerminal } from './ask';
import { hasTerminal } from './terminal';

interface OutputOptions {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  inventory?: string;
}

/** A command, as it is run. */
export type Run<O> = (options: O, context: Context) => Promise<ExitCode> | ExitCode;

/**
 * What a command writes on standard output: its own result (`changes` where hosts are changed for it), or what happens,
 * as it happens.
 */
type Output = 'result' | 'changes' | 'events';

/** A command that changes nothing and does not end by itself after Ctrl-C is ended, after so many milliseconds. */
const endsWithinMs = 300;

/** What Ctrl-C does where hosts make a run by themselves. */
const stepFirst =
  'the step under way is finished first; press Ctrl-C again to leave at once (each host finishes or restores by itself; one that is off, when it starts again)';

/**
 * Runs one command: the only place that prints errors and sets the exit code.
 * @param load each command's module is loaded only when it runs: most of the time a command takes is to load.
 */
export async function execute<O>(
  options: O & OutputOptions,
  load: () => Promise<Run<O>>,
  output: Output = 'result',
): Promise<void> {
  const { env, stdout, stderr } = process;
  const color = options.color && wantsColor(env, stdout);
  const verbose = options.verbose ?? false;
  // `plan --json` and the like print one document; their progress would spoil it.
  const isDocument = output !== 'events';
  const isData = (options.json ?? false) && !isDocument;
  const errors = guarded(folded(stderr));
  const reporter = createReporter({
    mode: isData ? 'json' : 'auto',
    quiet: (options.quiet ?? false) || (isDocument && (options.json ?? false)),
    verbose,
    color,
    stdout: isDocument ? errors : guarded(isData ? stdout : folded(stdout)),
    stderr: errors,
    isTTY: (isDocument ? stderr : stdout).isTTY ?? false,
    env,
  });
  const stop = new AbortController();
  let isAsking = false;
  const leave = async () => {
    await reporter.close();
    process.exit(ExitCode.left);
  };
  let begun: string | undefined;
  let isLeaving = false;
  const onSignal = () => {
    if (stop.signal.aborted) {
      if (isLeaving || begun === undefined || isAsking) process.exit(ExitCode.left);
      isLeaving = true;
      setTimeout(() => process.exit(ExitCode.left), endsWithinMs).unref();
      tell('left at once: each host finishes or restores by itself; haprov log tells what came of it');
      return void leave();
    }
    stop.abort();
    // Whoever asked leaves, with nothing begun.
    if (isAsking) return;
    if (output === 'result' || begun === undefined) {
      setTimeout(leave, endsWithinMs).unref();
      return;
    }
    tell(`stopping: ${begun}`);
  };
  const tell = (text: string) =>
    reporter.handle({ at: new Date().toISOString(), type: 'message', level: 'warning', text });
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // The shell and the kernel both tell that the terminal has gone, so the second is no wish to leave at once. Who has
  // no terminal (nohup) goes on.
  process.on('SIGHUP', () => {
    if (hasTerminal() && !stop.signal.aborted) onSignal();
  });
  let mask: Secrets['mask'] = (text) => text;
  const write = async (text: string | Uint8Array, isForCopying = false): Promise<void> => {
    if (options.quiet) return;
    await reporter.pause?.();
    if (typeof text !== 'string') stdout.write(text);
    else (isForCopying ? stdout : folded(stdout)).write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const context: Context = {
    env,
    color,
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return canRedraw(env, stdout, stdout.isTTY) ? stdout.rows : undefined;
    },
    stopping: stop.signal,
    begin: (stopping = stepFirst) => {
      begun = stopping;
    },
    keepSecret: (secrets) => {
      mask = (text) => secrets.mask(text);
    },
    emit: (event: EventBody) => reporter.handle(maskAll({ at: new Date().toISOString(), ...event }, mask)),
    print: (text) =>
      write(
        typeof text === 'string' || stdout.isTTY ? visibleLines(Buffer.from(text).toString()) : text,
        typeof text !== 'string',
      ),
    printRendered: (text) => write(guard(text)),
    printJson: (value, indent) => write(printJson(value, indent), true),
    get canAsk() {
      return askerAtTerminal() !== undefined;
    },
    confirm: async (question, about) => {
      await reporter.pause?.();
      const unseen = options.quiet || options.json ? `${about}\n` : '';
      isAsking = true;
      const answer = await askerAtTerminal()?.ask(guard(mask(`${unseen}${question}`)), stop.signal);
      isAsking = false;
      return answer ?? 'no';
    },
  };
  try {
    const run = await load();
    process.exitCode = await run(options, context);
    await reporter.close();
  } catch (error) {
    await reporter.close();
    errors.write(
      `${mask(renderError(error, { inventory: options.inventory, color: options.color && wantsColor(env, stderr), verbose }))}\n`,
    );
    process.exitCode = error instanceof HaprovError ? error.exitCode : ExitCode.failed;
  }
  // A host that is silent still is not waited for.
  if (stop.signal.aborted) process.exit();
}

/** The same, with every string of it masked. */
function maskAll<T>(value: T, mask: (text: string) => string): T {
  if (typeof value === 'string') return mask(value) as T;
  if (Array.isArray(value)) return value.map((item) => maskAll(item, mask)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskAll(item, mask)])) as T;
}
