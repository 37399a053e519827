import { type CommandEnd, runCommand, type Stream } from '../ask/run-command';
import { ExitCode, HaprovError, UsageError } from '../errors';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { operator, selectHosts, toTarget } from '../planning/hosts';
import { execAtOnce } from '../ranges';
import { maskError } from './mask-error';

export type { CommandEnd, Stream } from '../ask/run-command';

export interface ExecOptions extends CommonOptions {
  /** The words of the command; a shell, `sh`, is given them with a blank between them, as by ssh. */
  command: readonly string[];
  /** How many hosts run it at once (default: 32). */
  atOnce?: number | undefined;
  /** Seconds that it may take on a host; no limit where nothing is said. */
  timeout?: number | undefined;
  /** The names of the hosts that are meant, before any is asked. */
  begin?(hosts: readonly string[]): void;
  /** Gets whole lines as they come, without secrets; a host sends no more while it waits for what this promises. */
  hear?(host: string, stream: Stream, lines: string): Promise<void> | void;
  /** As soon as a host is done. */
  ended?(end: CommandEnd): void;
}

/** How a command ended on all hosts, in the inventory's order. */
export interface Executed {
  /** 0: everywhere with 0; 1: somewhere with another code; 3: a host did not run it to its end. */
  exitCode: ExitCode;
  hosts: CommandEnd[];
}

/** Runs a command on the hosts of `limit`. Each host notes who has had it run and how it ended; nothing puts back what it changes. @throws UsageError */
export async function exec(options: ExecOptions, context: Context): Promise<Executed> {
  const command = options.command.join(' ');
  if (command.trim() === '')
    throw new UsageError(
      'there is no command',
      'haprov exec HOSTS -- COMMAND, such as: haprov exec all -- uptime',
    );
  const inventory = await inventoryOf(options, context);
  const mask = (text: string) => inventory.secrets.mask(text);
  const targets = selectHosts(inventory, options.limit).map((host) => toTarget(host, options, context));
  options.begin?.(targets.map(({ name }) => name));
  const hosts = await runCommand(targets, {
    command,
    note: {
      startedAt: new Date().toISOString(),
      owner: operator(),
      inventory: options.inventory,
      command: mask(command),
    },
    atOnce: options.atOnce ?? execAtOnce,
    timeoutMs: (options.timeout ?? 0) * 1000,
    hear: (host, stream, lines) => options.hear?.(host, stream, mask(lines)),
    ended(end) {
      if (end.error) maskError(end.error, mask);
      options.ended?.(end);
    },
    stopping: context.stopping,
  });
  if (context.stopping.aborted)
    throw new HaprovError(ExitCode.left, 'left: the command was ended on the hosts');
  return { exitCode: codeOf(hosts), hosts };
}

function codeOf(hosts: readonly CommandEnd[]): ExitCode {
  if (hosts.some(({ error }) => error)) return ExitCode.unreachable;
  return hosts.every(({ code }) => code === 0) ? ExitCode.done : ExitCode.failed;
}
