import { ExitCode, HaprovError, HostError } from '../errors';
import { call } from '../shell/library';
import { type Connection, connect, type SshTarget } from './connection';
import { Overdue, Silence } from './exec';
import { type HostFacts, readFacts } from './facts';
import { type Answers, buildProbe, type Probe, type Question } from './probe';
import { lastWordsOf } from './script-result';
import { Turns } from './turns';
import { UnansweredQuestion, unanswered } from './unanswered-question';

/** A host's answers, and the connection for what follows. */
export interface Surveyed {
  name: string;
  connection: Connection;
  facts: HostFacts;
  answers: Answers;
}

/** What all hosts answered; `failures` are the hosts that did not. `close` closes all connections. */
export interface Survey {
  hosts: Surveyed[];
  failures: { name: string; error: HaprovError }[];
  close(): void;
}

/** Is told how the survey goes on; `ms` is milliseconds. */
export interface SurveyListener {
  /** Aborted where nobody listens any more: then all connections are closed, and the survey rejects. */
  signal?: AbortSignal | undefined;
  begin(host: string, phase: 'connect' | 'probe'): void;
  end(host: string, phase: 'connect' | 'probe', ms: number, error?: Error): void;
  script(host: string, script: string): void;
}

/** How many hosts are asked at once; a host that hangs holds up one of these places. */
const MOST_AT_ONCE = 64;

interface SurveyOptions {
  /** Connections of an earlier survey, by host; the other hosts are logged in at. */
  kept?: ReadonlyMap<string, Connection>;
  /** Milliseconds that a host may take for all answers; no limit by default. */
  timeoutMs?: number;
}

/**
 * Connects to all hosts, 64 at once at most, and asks each host all its questions in **one** exec. A host's HaprovError becomes one of
 * `failures`; `hosts` keep the order of `targets`.
 */
export async function survey(
  targets: readonly { target: SshTarget; questions: readonly Question[] }[],
  listener: SurveyListener,
  options: SurveyOptions = {},
): Promise<Survey> {
  const hosts: Surveyed[] = [];
  const turns = new Turns(MOST_AT_ONCE);
  const failures: Survey['failures'] = [];
  const leaving = leaveAtAbort(listener.signal, options.kept?.values());
  const asked = Promise.all(
    targets.map(async ({ target, questions }) => {
      const end = await turns.take();
      try {
        hosts.push(await probeHost(target, questions, listener, options, leaving.open));
      } catch (error) {
        if (!(error instanceof HaprovError)) throw error;
        failures.push({ name: target.name, error });
      } finally {
        end();
      }
    }),
  );
  asked.catch(() => undefined);
  await Promise.race([asked, leaving.left]).finally(leaving.done);
  const positions = new Map(targets.map(({ target }, at) => [target.name, at]));
  hosts.sort((a, b) => (positions.get(a.name) ?? 0) - (positions.get(b.name) ?? 0));
  return {
    hosts,
    failures,
    close: () => {
      for (const host of hosts) host.connection.close();
    },
  };
}

/** As {@link survey}; a connection of an earlier one that has broken off since is made anew, once. */
export async function surveyAgain(
  targets: Parameters<typeof survey>[0],
  listener: SurveyListener,
  { kept = new Map(), ...limits }: SurveyOptions,
): Promise<Survey> {
  const first = await survey(targets, listener, { kept, ...limits });
  const isLost = (host: string) => kept.has(host) && first.failures.some(({ name }) => name === host);
  const lost = targets.filter(({ target }) => isLost(target.name));
  if (lost.length === 0) return first;
  const again = await survey(lost, listener, limits);
  return {
    hosts: [...first.hosts, ...again.hosts],
    failures: [...first.failures.filter(({ name }) => !isLost(name)), ...again.failures],
    close() {
      first.close();
      again.close();
    },
  };
}

/** Where the signal aborts, closes what is open, and what is opened later, and rejects `left`. */
function leaveAtAbort(signal: AbortSignal | undefined, kept: Iterable<Connection> = []) {
  const connections = new Set(kept);
  let onAbort = (): void => {};
  const left = new Promise<never>((_, reject) => {
    onAbort = () => {
      for (const connection of connections) connection.close();
      reject(new HaprovError(ExitCode.left, 'left while hosts were asked'));
    };
  });
  left.catch(() => undefined);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    left,
    open(connection: Connection) {
      connections.add(connection);
      if (signal?.aborted) connection.close();
    },
    done: () => signal?.removeEventListener('abort', onAbort),
  };
}

/** For each question. */
const ANSWER_WITHIN_MS = 30_000;

interface Limits {
  timeoutMs?: number | undefined;
  quietMs?: number | undefined;
}

/**
 * Asks a host all `questions` in one exec. Where `signal` aborts, the connection is closed, and it rejects with `left`.
 * @throws UnansweredQuestion where a question takes longer than `quietMs`, or all take longer than `timeoutMs`; HostError
 * where the probe breaks off
 */
export async function answersOf(
  connection: Connection,
  questions: readonly Question[],
  { signal, ...limits }: Limits & { signal?: AbortSignal | undefined } = {},
): Promise<Answers> {
  const leaving = leaveAtAbort(signal, [connection]);
  const asked = askWith(connection, buildProbe(questions), limits);
  return Promise.race([asked, leaving.left]).finally(leaving.done);
}

async function askWith(
  connection: Connection,
  probe: Probe,
  { timeoutMs, quietMs = ANSWER_WITHIN_MS }: Limits,
): Promise<Answers> {
  const followed = probe.follow();
  const limits = { timeoutMs, quietMs, accepts: 'any' as const, onStdout: followed.hear };
  const result = await connection.runScript(probe.script, limits).catch(async (error: unknown) => {
    const { pid, question } = followed;
    if (error instanceof Overdue)
      throw new UnansweredQuestion(
        connection.host,
        `its answers took longer than ${(timeoutMs ?? 0) / 1000} s${question === undefined ? '' : ` (it was at ${question})`}`,
        'see on the host what keeps it so busy; --answer-within waits longer',
      );
    if (!(error instanceof Silence)) throw error;
    throw await unanswered(connection, { pid, question, seconds: quietMs / 1000 });
  });
  try {
    return probe.read(result.stdout);
  } catch (error) {
    const why = result.stderr.trim() || (result.code === 0 ? 'it said nothing more' : lastWordsOf(result));
    throw new HostError(
      connection.host,
      `${(error as Error).message}: ${why}`,
      'log in by ssh and look whether a shell script runs there as root',
    );
  }
}

const factsQuestion: Question = {
  id: 'facts',
  script: call('probe_facts'),
  asksFor: { addresses: true },
  inPlace: true,
};

async function probeHost(
  target: SshTarget,
  questions: readonly Question[],
  listener: SurveyListener,
  { kept, timeoutMs }: SurveyOptions,
  open: (connection: Connection) => void,
): Promise<Surveyed> {
  const { name } = target;
  const timed = async <T>(phase: 'connect' | 'probe', work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    listener.begin(name, phase);
    try {
      const result = await work();
      listener.end(name, phase, performance.now() - begun);
      return result;
    } catch (error) {
      listener.end(name, phase, performance.now() - begun, error as Error);
      throw error;
    }
  };
  const probe = buildProbe([factsQuestion, ...questions]);
  const connection =
    kept?.get(name) ??
    (await timed('connect', () => connect(target, undefined, probe.script, listener.signal)));
  open(connection);
  if (!kept?.has(name)) for (const note of connection.notes ?? []) listener.script(name, `# ${note}`);
  try {
    return await timed('probe', async () => {
      listener.script(name, questions.map(({ script }) => script).join('\n'));
      const answers = await askWith(connection, probe, {
        timeoutMs,
        quietMs: target.answerWithinMs,
      });
      const facts = readFacts(answers.of('facts'));
      if (facts.uid !== 0)
        throw new HostError(
          name,
          `it was asked as ${connection.user}, who is not root, so what only root may read is not known`,
          'log in as root (--user, ssh.user), or let sudo be used (--sudo, or "ssh": { "sudo": true })',
        );
      return { name, connection, facts, answers };
    });
  } catch (error) {
    connection.close();
    throw error;
  }
}
