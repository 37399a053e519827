import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode, HaprovError, messageOf, UsageError } from '../errors';
import type { Ended } from '../library/several';
import { status as lookOnce, type StatusObserver, statusObserver, tokenIn } from '../library/status';
import type { CommonOptions, Context } from '../planning/context';
import { renderError } from '../report/error-text';
import { renderStatus } from '../report/status-text';
import type { Status } from '../status/status';
import { overSeveral, refuseForSeveral } from './several';

export interface StatusOptions extends CommonOptions {
  /** The inventories, where several are named. */
  inventories: string[];
  /** Look again every interval until Ctrl-C. */
  watch: boolean;
  /** Seconds from the end of a look to the next. */
  interval: number;
  /** Serve the status as a page on loopback. */
  serve: boolean;
  /** The page's port; 0 takes a free one. */
  listen: number;
  /** The file with the token of the page's address. */
  tokenFile?: string;
  exitCode: boolean;
  format: 'text' | 'json' | 'prometheus' | 'nagios';
  /** Tell the inventory's hooks what is new and what has gone. */
  hooks: boolean;
  /** The file that it is written to, in place of standard output. */
  out?: string;
}

/** `haprov status`: shows the pair's state, causes before their effects. */
export async function status(options: StatusOptions, context: Context): Promise<ExitCode> {
  const { inventories, format, json, out } = options;
  const isData = json || format !== 'text' || out !== undefined;
  if (options.serve && (options.watch || isData))
    throw new UsageError('--serve shows a page: it goes with none of --watch, --format, --json and --out');
  if (options.tokenFile !== undefined && !options.serve)
    throw new UsageError('--token-file is of --serve: the token of its address');
  if (json && format !== 'text' && format !== 'json')
    throw new UsageError(`--json is --format json, and --format ${format} is said beside it`);
  if (options.watch && format === 'nagios')
    throw new UsageError('--format nagios is one line and an exit code: it does not go with --watch');
  if (options.hooks && (options.watch || options.serve))
    throw new UsageError('--hooks tells what one look finds new: it goes with neither --watch nor --serve');
  if (inventories.length > 1) {
    refuseForSeveral({
      '--serve': options.serve,
      '--watch': options.watch,
      '--out': out !== undefined,
      [`--format ${format}`]: format === 'prometheus' || format === 'nagios',
    });
    return overSeveral(inventories, options, context, statusOnce);
  }
  if (!options.watch && !options.serve) return (await statusOnce(options, context)).code;
  const looking = await statusObserver(options, { ...context, emit: () => {} });
  try {
    return await (options.serve ? serve : watch)(looking, options, context);
  } finally {
    looking.close();
  }
}

async function statusOnce(options: StatusOptions, context: Context): Promise<Ended> {
  const found = await lookOnce(options, context);
  await print(found, options, context);
  const isWell = found.level !== 'broken' && found.level !== 'warning';
  return { code: await exitCodeOf(found, options), sum: found.headline, isWell };
}

/** Prints it in its format, or writes it to the file. */
async function print(found: Status, options: StatusOptions, context: Context): Promise<void> {
  const { json, format, out } = options;
  if (out !== undefined) {
    const { writeOver } = await import('../document/write-below');
    return writeOver(out, await textOf(found, options, { ...context, color: false }));
  }
  if (json) return context.printJson(found, options.watch ? undefined : 2);
  if (format === 'text') return context.printRendered(renderStatus(found, context));
  return context.print(Buffer.from(await textOf(found, options, context)));
}

/** What most looks do not need is loaded here. */
async function textOf(found: Status, { json, format }: StatusOptions, context: Context): Promise<string> {
  if (json) return `${(await import('../report/escape-output')).printJson(found, 2)}\n`;
  if (format === 'prometheus') return (await import('../report/status-metrics')).renderMetrics(found);
  if (format === 'text') return `${renderStatus(found, context)}\n`;
  return `${(await import('../report/status-check')).statusCheck(found).text}\n`;
}

async function exitCodeOf(found: Status, { exitCode, format }: StatusOptions): Promise<ExitCode> {
  if (format === 'nagios') return (await import('../report/status-check')).statusCheck(found).code;
  const { level, hosts } = found;
  if (hosts.every(({ reached }) => !reached)) return ExitCode.unreachable;
  return exitCode && (level === 'broken' || level === 'warning') ? ExitCode.failed : ExitCode.done;
}

/** Looks until Ctrl-C. A faulty inventory ends only the first look: later, the user may be editing it. */
async function watch(looking: StatusObserver, options: StatusOptions, context: Context): Promise<ExitCode> {
  const { stopping } = context;
  await show(await looking.look(), options, context);
  while (!stopping.aborted) {
    await sleep(options.interval * 1000, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted) break;
    try {
      await show(await looking.look(), options, context);
    } catch (error) {
      if (!(error instanceof HaprovError)) throw error;
      if (options.json) context.emit({ type: 'message', level: 'error', text: error.message });
      else await redraw(renderError(error, { color: context.color, verbose: false }), context);
    }
  }
  return ExitCode.left;
}

const show = (found: Status, options: StatusOptions, context: Context): Promise<void> =>
  options.json || options.format !== 'text' || options.out !== undefined
    ? print(found, options, context)
    : redraw(renderStatus(found, context), context);

/** Redraws in place on a terminal, cut to its height; elsewhere it prints one status below the other. */
async function redraw(text: string, { rows, printRendered }: Context): Promise<void> {
  if (rows === undefined) return printRendered(`${text}\n\n`);
  const lines = text.split('\n');
  const shown =
    lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} more lines`];
  await printRendered(`\x1b[H${shown.join('\x1b[K\n')}\x1b[J\n`);
}

/** Serves the page until Ctrl-C. */
async function serve(looking: StatusObserver, options: StatusOptions, context: Context): Promise<ExitCode> {
  const token = options.tokenFile === undefined ? undefined : tokenIn(options.tokenFile, context);
  // Loaded here, because loading them would slow down every status.
  const [{ serveStatus }, { renderSvg }, { diagramOf: pictureOf }, { logBeside }] = await Promise.all([
    import('../serve/serve'),
    import('../report/diagram/svg'),
    import('../report/diagram/from-inventory'),
    import('../library/log'),
  ]);
  // Throws, before there is a page, where nothing can be looked at.
  await looking.look();
  const page = await serveStatus({
    look: () => looking.look(),
    draw: (found) => (looking.inventory ? renderSvg(pictureOf(looking.inventory, found)) : ''),
    runs: (run) => logBeside(looking, run, options, context),
    intervalMs: options.interval * 1000,
    port: options.listen,
    token,
    signal: context.stopping,
    onError: (error) =>
      context.emit({
        type: 'message',
        level: 'warning',
        text: messageOf(error),
      }),
  });
  await context.print(`${page.url}\nthe page is for this machine only; Ctrl-C ends it\n`);
  await new Promise<void>((done) => {
    if (context.stopping.aborted) done();
    context.stopping.addEventListener('abort', () => done(), { once: true });
  });
  await page.close();
  return ExitCode.left;
}
