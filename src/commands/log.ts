import { ExitCode, UsageError } from '../errors';
import { type LoggedRun, type Purged, type PurgeOptions, purge, log as readLog } from '../library/log';
import type { Context } from '../planning/context';
import { keepSeenRuns } from '../reference/seen-runs';
import { renderLog } from '../report/log-text';
import { count } from '../text/format';

export interface LogOptions extends PurgeOptions {
  /** Show what RUN, else the newest run, changed, by file. */
  diff?: boolean;
  verbose?: boolean;
  /** Wipe what the hosts keep of files with secrets, which a rollback would need. */
  purge?: boolean;
}

/** What `log --json` prints. */
export interface LogDocument {
  version: 1;
  runs: LoggedRun[];
}

/** What `log --purge --json` prints. */
export interface PurgeDocument {
  version: 1;
  hosts: Purged['hosts'];
}

/** `haprov log`: lists the hosts' runs: who made them when, and how they ended. */
export async function log(options: LogOptions, context: Context): Promise<ExitCode> {
  if (options.olderThan !== undefined && !options.purge)
    throw new UsageError('--older-than is of --purge', 'haprov log INVENTORY --purge --older-than DAYS');
  if (options.diff && options.purge)
    throw new UsageError('--diff shows what --purge wipes', 'take one after the other');
  const { failure } = options.purge
    ? await wipeAndTell(options, context)
    : await readAndPrint(options, context);
  if (failure) throw failure;
  return ExitCode.done;
}

async function readAndPrint(options: LogOptions, context: Context) {
  const found = await readLog(options, context);
  const { color, columns } = context;
  if (options.run === undefined && !options.diff)
    keepSeenRuns(
      options.inventory,
      found.runs.map(({ run, command, owner }) => [run, `${command}, by ${owner}`] as const),
      context.env,
    );
  const full = options.run !== undefined || options.diff || (options.verbose ?? false);
  if (options.json) await context.printJson({ version: 1, runs: found.runs } satisfies LogDocument, 2);
  // Hosts that were not asked may have runs.
  else if (found.runs.length > 0 || !found.failure)
    await context.printRendered(
      renderLog(found.runs, { color, columns, full, inventory: options.inventory }),
    );
  return found;
}

async function wipeAndTell(options: LogOptions, context: Context) {
  const done = await purge(options, context);
  const { hosts } = done;
  if (options.json) await context.printJson({ version: 1, hosts } satisfies PurgeDocument, 2);
  else
    for (const { host, wiped, runs } of hosts)
      await context.print(
        `${host}: ${count(wiped, 'run')} of ${runs} ${wiped === 1 ? 'keeps' : 'keep'} no file with a secret any more\n`,
      );
  return done;
}
