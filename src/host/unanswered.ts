import { HaprovError, HostError } from '../errors';
import { call, compose } from '../shell/library';
import type { Connection } from './connection';

/** The host let us in, and left a question unanswered (exit 3). */
export class UnansweredQuestion extends HostError {}

/** How a host that is asked may tell of a question that it does not answer. */
export interface Unanswered {
  /** The probe's own process there. */
  pid: string | undefined;
  /** What was asked last. */
  question: string | undefined;
  seconds: number;
}

const states: Record<string, string> = {
  D: ', which waits for a disk or a mount that does not answer,',
  T: ', which somebody has stopped,',
};

/** Names what does not answer on the host, and ends it there. */
export async function unanswered(
  connection: Connection,
  { pid, question, seconds }: Unanswered,
): Promise<UnansweredQuestion> {
  const [state = '', ...words] = ((pid && (await endHung(connection, pid))) || '').split(' ');
  const what = words.join(' ').slice(0, 200) || 'the host';
  const about = question === undefined ? '' : ` (it was asked about ${question})`;
  return new UnansweredQuestion(
    connection.host,
    `${what}${states[state] ?? ''} did not answer within ${seconds} s${about}`,
    'see on the host what it waits for; --answer-within waits longer',
  );
}

/** The first process that the probe waits for. */
async function endHung(connection: Connection, pid: string): Promise<string | undefined> {
  try {
    const { stdout } = await connection.runScript(compose(call('end_hung', pid)), {
      accepts: 'any',
      timeoutMs: 10_000,
    });
    return stdout.split('\n')[0]?.trim();
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    return undefined;
  }
}
