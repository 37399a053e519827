import { HaprovError } from '../errors';
import { type Connection, connect, type SshTarget } from '../host/connection';
import { Turns } from '../host/turns';
import { type ExecNote, execId, notedScript } from './exec-notes';
import { heardWhole } from './heard-whole';
import { LinePieces } from './line-pieces';
import { signalOf } from './signal-of';

/** How a command ended on one host. */
export interface CommandEnd {
  host: string;
  /** Its exit code; null where the host did not run it to its end. */
  code: number | null;
  /** The signal that ended it: where its code is above 128 the one that this stands for, as the host's shell has it. */
  signal?: string;
  /** Milliseconds from the login's begin. */
  ms: number;
  /** Why the host did not run it to its end. */
  error?: HaprovError;
}

export type Stream = 'stdout' | 'stderr';

interface Asked {
  /** What `sh` is to run. */
  command: string;
  /** What each host notes of it. */
  note: ExecNote;
  /** How many hosts run it at once. */
  atOnce: number;
  /** Milliseconds that the command may take; no limit where it is 0. */
  timeoutMs: number;
  /** Gets whole lines; a host sends no more while it waits for what this promises. */
  hear(host: string, stream: Stream, lines: string): Promise<void> | void;
  /** As soon as a host is done. */
  ended(end: CommandEnd): void;
  /** Ends the command on all hosts, and begins it on none. */
  stopping: AbortSignal;
}

/**
 * Runs a command on hosts. One that does not answer stops no other. Returns how it ended, in the order of `targets`.
 * @throws what `hear` throws, once the command is ended on all hosts
 */
export const runCommand = (targets: readonly SshTarget[], asked: Asked): Promise<CommandEnd[]> =>
  heardWhole(asked, (all) => runOnAll(targets, { ...all, id: execId(asked.note.startedAt) }));

type Begun = Asked & { id: string };

async function runOnAll(targets: readonly SshTarget[], asked: Begun): Promise<CommandEnd[]> {
  const turns = new Turns(asked.atOnce);
  const ends = targets.map(async (target) => {
    const done = await turns.take();
    try {
      if (asked.stopping.aborted) return undefined;
      const end = await runOn(target, asked);
      if (!asked.stopping.aborted) asked.ended(end);
      return end;
    } finally {
      done();
    }
  });
  return (await Promise.all(ends)).filter((end) => end !== undefined);
}

async function runOn(target: SshTarget, asked: Begun): Promise<CommandEnd> {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  let connection: Connection | undefined;
  try {
    connection = await connect(target);
    const { code, signal = signalOf(code) } = await listen(connection, asked);
    return { host: target.name, code, ...(signal === undefined ? {} : { signal }), ms: ms() };
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    return { host: target.name, code: null, ms: ms(), error };
  } finally {
    connection?.close();
  }
}

async function listen(connection: Connection, { command, note, id, timeoutMs, hear, stopping }: Begun) {
  const { host } = connection;
  const pieces = { stdout: new LinePieces(), stderr: new LinePieces() };
  // A channel may have ended while its last lines are still being heard.
  const heard = { stdout: Promise.resolve(), stderr: Promise.resolve() };
  const hand = (stream: Stream, lines: string) => {
    if (lines === '') return undefined;
    heard[stream] = heard[stream].then(() => hear(host, stream, lines));
    return heard[stream];
  };
  const take = (stream: Stream) => (chunk: string) => hand(stream, pieces[stream].take(chunk));
  let leave = (): void => {};
  try {
    return await connection.runScript(notedScript(command, id, note), {
      accepts: 'any',
      timeoutMs,
      onStdin(stdin) {
        leave = () => void stdin.end();
        stopping.addEventListener('abort', leave, { once: true });
        if (stopping.aborted) leave();
      },
      onStdout: take('stdout'),
      onStderr: take('stderr'),
    });
  } finally {
    stopping.removeEventListener('abort', leave);
    await Promise.all([hand('stdout', pieces.stdout.end()), hand('stderr', pieces.stderr.end())]);
    await Promise.all(Object.values(heard));
  }
}
