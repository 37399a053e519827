import { HaprovError, HostError } from '../errors';
import { call, compose } from '../shell/library';
import type { Connection } from './connection';

/** The host accepted the login, and left a question unanswered (exit 3). */
export class UnansweredQuestion extends HostError {}

/** The question that a host does not answer. */
interface Unanswered {
  /** The probe's process ID on the host. */
  pid: string | undefined;
  /** The last question that the probe began. */
  question: string | undefined;
  seconds: number;
}

const states: Record<string, string> = {
  D: ', which waits for a disk or a mount that does not answer,',
  T: ', which somebody has stopped,',
};

/** Ends the process on the host that the probe waits for, and names it in the error. */
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

/** Ends the process and returns its state and command; undefined where the host does not answer. */
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
