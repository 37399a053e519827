import { messageOf } from '../errors';
import type { Connection } from '../host/connection';
import { call, compose } from '../shell/library';
import { rowReader } from '../shell/rows';
import { within } from './timeout';
import { LONGEST_REST_MS, type Pace, restsOf } from './vip-probe-pace';
import { lateAnswer, type ProbeTarget, type Sample } from './vip-probe-report';
import { httpRequest } from './vip-probe-request';

const MOST_SECONDS = 3600;

/** How long sudo and the start of the loop may take. */
const STARTS_WITHIN_MS = 10_000;

/** How long the network may take both ways when the probe is stopped. */
const ENDS_WITHIN_MS = 2000;

/** A probe that runs on a host. */
interface HostProbe {
  /** Whether a request of the first round was served; false also when the host cannot probe. */
  answered: Promise<boolean>;
  /** Ends the probe; returns the samples of each target, and in `note` why they are not complete. Never rejects. */
  stop(): Promise<{ samples: Sample[][]; note?: string }>;
}

/**
 * Probes from a host over one exec, for an hour at most; the loop there ends by itself when the connection is lost.
 * @param pace the host rounds the timeout up to whole seconds, because EL6's `timeout` takes no fractions
 */
export function startHostProbe(
  targets: readonly ProbeTarget[],
  pace: Pace,
  connection: Connection,
): HostProbe {
  const limit = Math.ceil(pace.timeoutMs / 1000);
  const rows = new Rows(targets);
  let note: string | undefined;
  let pid: string | undefined;
  let stopping = false;

  const quit = (): void => {
    stopping = true;
    if (!pid) return;
    const alive = `tr '\\0' ' ' </proc/${pid}/cmdline | grep -q 'sh -s'`;
    // Fails where the loop has ended by itself, which does not matter.
    connection
      .runScript(`${alive} && kill -USR1 ${pid}\n`, { timeoutMs: ENDS_WITHIN_MS })
      .catch(() => undefined);
  };
  const onStdout = (chunk: string): void => {
    rows.read(chunk);
    if (pid || !rows.pid) return;
    pid = rows.pid;
    if (stopping) quit();
  };
  const ended = connection
    .runScript(probeScript(targets, pace, limit), {
      accepts: 'any',
      isLasting: true,
      onStdout,
      timeoutMs: (MOST_SECONDS + limit) * 1000 + STARTS_WITHIN_MS,
    })
    .then(
      ({ code, stderr }) => {
        if (rows.missing) note = `${connection.host} has no ${rows.missing}`;
        else if (!rows.pid)
          note = `the probe did not start (exit ${code}): ${stderr.trim().split('\n')[0] ?? ''}`;
        else if (!stopping) note = 'the probe ended before the run did';
      },
      (error: unknown) => {
        note = messageOf(error);
      },
    );
  const { signal } = pace;
  if (signal?.aborted) quit();
  signal?.addEventListener('abort', quit, { once: true });
  const answered = Promise.race([rows.firstRound, ended.then(() => false)]);

  return {
    answered: within(STARTS_WITHIN_MS + limit * 1000, answered).then((yes) => yes === true),
    async stop() {
      signal?.removeEventListener('abort', quit);
      quit();
      await within(limit * 1000 + ENDS_WITHIN_MS, ended);
      return { samples: rows.samples, ...(note ? { note } : {}) };
    },
  };
}

function probeScript(targets: readonly ProbeTarget[], pace: Pace, limit: number): string {
  const hundredths = (ms: number) => String(Math.ceil(ms / 10));
  const turn = hundredths(pace.intervalMs * pace.waiting);
  const all = targets.flatMap((target, index) => {
    return Array.from({ length: pace.waiting }, (_, nth) => {
      const first = hundredths(nth * pace.intervalMs);
      return call('take_turns', first, turn, index, target.address, target.port, limit, wire(target));
    });
  });
  return compose(
    `rests=${restsOf(pace)} longest_rest=${hundredths(LONGEST_REST_MS)}`,
    'begin_all() {',
    ...all.map((words) => `${words} &\nturns="$turns $!"`),
    '}',
    call('probe_vips', MOST_SECONDS),
  );
}

function wire(target: ProbeTarget): string {
  if (target.mode === 'tcp') return '';
  const { path, headers } = httpRequest(target);
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...fields].join('\r\n');
}

/** Reads the rows that the loop on the host prints. */
class Rows {
  readonly samples: Sample[][];
  /** True with the first request that is served; false when every target has had a request, and none was served. */
  readonly firstRound: Promise<boolean>;
  pid: string | undefined;
  missing: string | undefined;
  /** The time of the host's boot by the laptop's clock, in milliseconds since the epoch. */
  #bootedAt = 0;
  #settle: (answered: boolean) => void = () => undefined;

  constructor(private readonly targets: readonly ProbeTarget[]) {
    this.samples = targets.map(() => []);
    this.firstRound = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  readonly read = rowReader((row) => this.#take(row));

  #take(row: string): void {
    const [kind, first = '', second = '', third = '', code = '', ...text] = row.split(' ');
    if (kind === 'missing') this.missing = first;
    if (kind === 'ready') {
      this.pid = first;
      this.#bootedAt = Date.now() - Number(second) * 1000;
    }
    if (kind !== 'request') return;
    const index = Number(first);
    const target = this.targets[index];
    if (!target) return;
    const failure = failureOf(target, Number(code), text.join(' '));
    const [sent, ended] = [Number(second) * 1000, Number(third) * 1000];
    const sample = { at: this.#bootedAt + sent, ms: Math.round(ended - sent) };
    this.samples[index]?.push(failure === undefined ? sample : { ...sample, failure });
    if (failure === undefined) this.#settle(true);
    else if (this.samples.every(({ length }) => length > 0)) this.#settle(false);
  }
}

/** Why a request failed, from its exit code and output; undefined when it was served. */
function failureOf(target: ProbeTarget, code: number, text: string): string | undefined {
  if (code === 124) return lateAnswer;
  if (code !== 0 || text.startsWith('haprov-probe: ')) return text.split(': ').at(-1) || `exit ${code}`;
  if (target.mode === 'tcp') return undefined;
  const status = /^HTTP\/\d\.\d (\d{3})\b/.exec(text)?.[1];
  if (!status) return text ? `not an HTTP answer: ${text}` : 'closed without an answer';
  return Number(status) < 500 ? undefined : `HTTP ${status}`;
}
