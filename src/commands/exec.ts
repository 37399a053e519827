import type { ExitCode } from '../errors';
import { type CommandEnd, exec as execOn, type ExecOptions as Said, type Stream } from '../library/exec';
import type { Context } from '../planning/context';
import { hostLines } from '../report/host-lines';
import { count, formatElapsed, visibleLines } from '../text/format';

export interface ExecOptions extends Omit<Said, 'limit' | 'hear' | 'ended'> {
  /** Hosts and groups, with commas between them. */
  host: string;
  /** Whether the names of hosts stand before their lines. */
  names: boolean;
}

/** A line of `haprov exec --json`: what a host's command said, or how it ended there. */
export type ExecLine =
  | { version: 1; type: 'line'; host: string; stream: Stream; text: string }
  | {
      version: 1;
      type: 'end';
      host: string;
      /** Null where the host did not run it to its end. */
      code: number | null;
      /** The signal that ended it: where its code is above 128 the one that this stands for, as the host's shell has it. */
      signal?: string;
      ms: number;
      /** Why the host did not run it to its end, and what to do. */
      error?: string;
      hint?: string;
    };

/** `haprov exec`: runs a command on hosts, and prints what it says there, line by line. */
export async function exec(
  { host: hosts, names, ...options }: ExecOptions,
  context: Context,
): Promise<ExitCode> {
  let paint = (_host: string, lines: string) => visibleLines(lines);
  const { exitCode, hosts: ends } = await execOn(
    {
      ...options,
      limit: [hosts],
      begin(all) {
        if (names) paint = hostLines(all, context);
      },
      async hear(host, stream, lines) {
        if (options.json) await printLines(host, stream, lines, context);
        else await (stream === 'stdout' ? context.printRendered : context.printError)(paint(host, lines));
      },
      ended(end) {
        if (options.json) void context.printJson(lineOf(end));
        else tell(end, context);
      },
    },
    context,
  );
  if (ends.length > 1 && exitCode !== 0 && !options.json)
    context.emit({ type: 'message', level: 'info', text: sumOf(ends) });
  return exitCode;
}

async function printLines(
  host: string,
  stream: Stream,
  lines: string,
  { printJson }: Context,
): Promise<void> {
  for (const text of lines.split('\n').slice(0, -1)) {
    const line: ExecLine = { version: 1, type: 'line', host, stream, text };
    await printJson(line);
  }
}

const lineOf = ({ host, code, signal, ms, error }: CommandEnd): ExecLine => ({
  version: 1,
  type: 'end',
  host,
  code,
  ...(signal ? { signal } : {}),
  ms,
  ...(error ? { error: error.message, ...(error.hint ? { hint: error.hint } : {}) } : {}),
});

function tell({ host, code, signal, ms, error }: CommandEnd, { emit }: Context): void {
  if (code === 0) return;
  const ended =
    code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}${signal ? ` (${signal})` : ''}`;
  const text = error
    ? `${error.message.replace(`${host}: `, '')}${error.hint ? `\nwhat to do: ${error.hint}` : ''}`
    : `${ended}, after ${formatElapsed(ms)}`;
  emit({ type: 'message', level: error ? 'error' : 'warning', host, text });
}

function sumOf(ends: readonly CommandEnd[]): string {
  const [lost, well] = [ends.filter(({ error }) => error), ends.filter(({ code }) => code === 0)];
  const bad = ends.length - lost.length - well.length;
  const parts = [
    `exit code 0 on ${well.length} of ${count(ends.length, 'host')}`,
    ...(bad > 0 ? [`another on ${bad}`] : []),
    ...(lost.length > 0 ? [`not run to its end on ${lost.length}`] : []),
  ];
  return parts.join(', ');
}
