import { setMaxListeners } from 'node:events';
import { ExitCode, exitCodeOf, messageOf, UsageError } from '../errors';
import type { EventBody } from '../events/events';
import { RunEvents } from '../hooks/run-events';
import type { Secrets } from '../inventory/secrets';
import type { Context } from '../planning/context';
import { renderError } from '../report/error-text';
import { guard, guarded } from '../report/escape-output';
import { canRedraw, wantsColor } from '../report/output';
import { createReporter } from '../report/reporter';
import { folded } from '../report/wrap-output';
import { eachText } from '../text/each-text';
import { visibleLines } from '../text/format';
import { askerAtTerminal } from './ask';
import { secretAsker } from './ask-secret';
import { type Form, printing } from './printing';
import { onReaderGone } from './reader';
import { hasTerminal } from './terminal';
import { type Beside, hostsMeant, type SortedWords, sortWords } from './words';

interface OutputOptions {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  inventory?: string;
  /** The words that name the inventory, or nothing: see `sortWords`. */
  words?: readonly (string | undefined)[];
  /** What else these words may say. */
  beside?: Beside;
  /** Of `--limit`; refused beside hosts among the words. */
  limit?: string[];
  /** Standard input is for the command's data: questions go to the terminal itself. */
  inputIsData?: boolean;
  /** What is printed of a failure, and its exit code, for who reads that by rules of his own. */
  failure?: (why: string) => { text: string; code: ExitCode };
  /** It goes on for as long as somebody reads what it prints. */
  endsUnread?: boolean;
}

/** @throws UsageError where the working directory was removed meanwhile, which every path begins at */
function requireFolder(): void {
  try {
    process.cwd();
  } catch {
    throw new UsageError('the folder that you are in is not there any more', 'go to one that is: cd');
  }
}

/** Waits until a stream that is full has room again, or is lost: what is printed does not fill the memory. */
async function taken(stream: NodeJS.WriteStream, hasRoom: unknown): Promise<void> {
  if (hasRoom !== false || !stream.writable) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      for (const name of ['drain', 'error', 'close']) stream.off(name, go);
      resolve();
    };
    for (const name of ['drain', 'error', 'close']) stream.on(name, go);
  });
}

/** A command's function: from its options to the exit code. */
export type Run<O> = (options: O, context: Context) => Promise<ExitCode> | ExitCode;

/** The options of a command whose words are not told apart yet. */
export type Unsorted<O> = Omit<O, keyof SortedWords>;

/**
 * What a command writes on stdout: `result`, its own document; `changes`, the same for a command that changes hosts;
 * `events`, its progress as it happens.
 */
type Output = 'result' | 'changes' | 'events';

/** After Ctrl-C, a command that changes nothing has this many milliseconds to end before the process exits. */
const endsWithinMs = 300;

/** What Ctrl-C does while hosts work on a run. */
const stepFirst =
  'the step under way is finished first; press Ctrl-C again to leave at once (each host finishes or restores by itself; one that is off, when it starts again)';

/**
 * Runs one command. Nothing else prints errors or sets the exit code.
 * @param load loads the command's module when it runs: loading takes most of a command's time.
 */
export async function execute<O>(
  options: (O | Unsorted<O>) & OutputOptions,
  load: () => Promise<Run<O>>,
  output: Output = 'result',
): Promise<void> {
  const { stdout, stderr } = process;
  const env = { ...process.env };
  const tellsEvents = output === 'events';
  const form: Form = options.json ? (tellsEvents ? 'events' : 'documents') : 'text';
  const color = options.color && wantsColor(env, stdout) && form !== 'events';
  const verbose = options.verbose ?? false;
  const errors = guarded(folded(stderr));
  const reporter = createReporter({
    mode: form === 'events' ? 'json' : 'auto',
    quiet: (options.quiet ?? false) || form === 'documents',
    verbose,
    color,
    stdout: tellsEvents ? guarded(form === 'events' ? stdout : folded(stdout)) : errors,
    stderr: errors,
    isTTY: (tellsEvents ? stdout : stderr).isTTY ?? false,
    env,
  });
  const stop = new AbortController();
  // Each host that is asked something listens to it.
  setMaxListeners(0, stop.signal);
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
      tell('left at once: each host finishes or restores by itself; haprov log shows how it ended');
      return void leave();
    }
    stop.abort();
    // The abort answers the question with `left`, and the command ends with nothing begun.
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
  // When a terminal closes, both the shell and the kernel send SIGHUP, so the second is no wish to leave at once.
  // Without a terminal (nohup) the command goes on.
  process.on('SIGHUP', () => {
    if (hasTerminal() && !stop.signal.aborted) onSignal();
  });
  const heard = new RunEvents();
  const secrets = new Map<string, Secrets>();
  const typed: string[] = [];
  const mask: Secrets['mask'] = (text) =>
    [...secrets.values()].reduce((masked, one) => one.mask(masked), text);
  const write = async (text: string | Uint8Array, isForCopying = false): Promise<void> => {
    if (options.quiet && output !== 'result') return;
    await asker.isDone();
    await reporter.pause?.();
    if (typeof text !== 'string') await taken(stdout, stdout.write(text));
    else
      await taken(
        stdout,
        (isForCopying ? stdout : folded(stdout)).write(text.endsWith('\n') ? text : `${text}\n`),
      );
  };
  let unread: number | undefined;
  if (options.endsUnread)
    onReaderGone((code) => {
      unread ??= code;
      stop.abort();
    });
  const asker = secretAsker({
    env,
    inputIsData: options.inputIsData ?? false,
    stopping: stop.signal,
    mask,
    remember: (secret) => {
      typed.push(secret);
      for (const one of secrets.values()) one.add(secret);
    },
    silence: async () => {
      isAsking = true;
      const goOn = await reporter.silence();
      return () => {
        isAsking = false;
        goOn();
      };
    },
    async left() {
      if (!stop.signal.aborted) stop.abort();
      if (begun === undefined || output === 'result') return leave();
      tell(`stopping: ${begun}`);
    },
  });
  const emit = (event: EventBody) => {
    heard.hear(event);
    reporter.handle(eachText({ at: new Date().toISOString(), ...event }, mask));
  };
  const printError = async (text: string) => taken(stderr, errors.write(text));
  const context: Context = {
    env,
    programEnv: process.env,
    color,
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return canRedraw(env, stdout, stdout.isTTY) ? stdout.rows : undefined;
    },
    stopping: stop.signal,
    begin: (stopping = stepFirst, where) => {
      begun = stopping;
      if (where !== 'elsewhere') heard.begins();
    },
    reads: (inventory) => heard.reads(inventory),
    isAgreed: (command) => heard.isAgreed(command),
    hasEnded: (exitCode, error) => heard.ends(exitCode, error),
    keepSecret: (known, of = '') => {
      secrets.set(of, known);
      for (const secret of typed) known.add(secret);
      for (const name of known.variables) delete process.env[name];
    },
    emit,
    ...printing(form, {
      out: write,
      beside: async (text) => {
        if (!options.quiet) await printError(text);
      },
      emit,
      isTTY: stdout.isTTY ?? false,
    }),
    printError,
    get canAsk() {
      return askerAtTerminal() !== undefined;
    },
    confirm: (question, about) =>
      asker.inTurn(async () => {
        await reporter.pause?.();
        const unseen = options.quiet || options.json ? `${about}\n` : '';
        isAsking = true;
        const answer = await askerAtTerminal()?.ask(guard(mask(`${unseen}${question}`)), stop.signal);
        isAsking = false;
        return answer ?? 'no';
      }),
    get askHostKey() {
      return asker.askHostKey;
    },
    get askSecret() {
      return asker.ask;
    },
  };
  let { inventory } = options;
  // While a command waits for what does not keep the process alive, Node would end it: nothing said, exit code 0.
  const isRunning = setInterval(() => {}, 2 ** 30);
  try {
    requireFolder();
    const run = await load();
    const { hosts, ...sorted }: Partial<SortedWords> = options.words
      ? sortWords(options.words, options.beside, env)
      : {};
    inventory = sorted.inventory ?? inventory;
    const { found } = sorted;
    const limit = hosts === undefined ? {} : { limit: hostsMeant(options.limit, hosts) };
    if (found && !options.quiet && !options.json) errors.write(`${visibleLines(found)}\n`);
    const exitCode = await run({ ...options, ...sorted, ...limit } as O, context);
    process.exitCode = exitCode;
    heard.ends(exitCode);
    await reporter.close();
  } catch (error) {
    // What people read has the error itself.
    for (const end of heard.endsBy(error)) (form === 'events' ? emit : heard.hear.bind(heard))(end);
    heard.ends(exitCodeOf(error), error);
    await reporter.close();
    const shown = { inventory, color: options.color && wantsColor(env, stderr), verbose };
    if (unread === undefined) errors.write(`${mask(renderError(error, shown))}\n`);
    process.exitCode = exitCodeOf(error);
    if (options.failure) {
      const { text, code } = options.failure(mask(messageOf(error)));
      await context.print(text);
      process.exitCode = code;
    }
  }
  if (unread !== undefined) process.exitCode = unread;
  // After the run's last event, which is the last line of --json.
  for (const text of await heard.tell({ programEnv: process.env }))
    errors.write(`warning: ${visibleLines(mask(text))}\n`);
  clearInterval(isRunning);
  // Connections to hosts that still do not answer would keep the process alive.
  if (stop.signal.aborted) process.exit();
}
