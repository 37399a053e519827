import { Agent, type IncomingMessage, request } from 'node:http';
import { isIP } from 'node:net';
import { network } from './lab';

/** A bounded load for tests: it shares nothing with haprov's own probe, so that each can prove the other. */

export interface Pace {
  /** How many to send, at most 200,000. */
  requests: number;
  /** How many may be in flight. */
  concurrency: number;
  /** Ends the sending; what is in flight is still waited for. */
  signal?: AbortSignal;
  /** Spreads the requests over at least this long, in milliseconds. Never faster than 2000 a second. */
  minMs?: number;
}

export interface LoadOptions extends Pace {
  url: string;
  keepAlive: boolean;
}

export interface LoadReport {
  sent: number;
  failed: number;
  /** All of them, in the order of sending: `at` is ISO 8601, and `ms` how long they took. Nothing is ever sent twice. */
  failures: { at: string; ms: number; reason: string }[];
  /** The longest time, in milliseconds, between two requests that were answered, with one between them that was not. */
  longestGapMs: number;
  /** Answers by the SERVERNAME cookie that HAProxy set; '' without one. */
  byServer: Record<string, number>;
  /** The slowest that was answered, in milliseconds: a stall is no failure, but not nothing either. */
  maxMs: number;
  /** From the first request to the last answer, in milliseconds. */
  ms: number;
}

const MOST_REQUESTS = 200_000;
const MOST_MS = 5 * 60_000;
const MOST_PER_SECOND = 2000;
const ANSWERS_WITHIN_MS = 10_000;

interface Shot {
  at: number;
  end: number;
  reason?: string;
  server?: string;
}

/**
 * Sends GET requests at a steady pace. Failed: no answer within 10 s, a broken or cut answer, a status of 500 or more.
 * @throws RangeError for anything but loopback and the lab's network, or too many requests
 */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const url = new URL(options.url);
  if (!isOurs(url)) throw new RangeError(`a load on ${url.host}: only loopback and ${network}.0/24 are ours`);
  const agent = new Agent({ keepAlive: options.keepAlive, maxSockets: options.concurrency });
  const done = await atPace(options, (over) => fire(url, agent, over));
  agent.destroy();
  return done;
}

/**
 * The same with a client that speaks more than HTTP: `ask` is called once for each request. Failed: it rejects, or has no
 * answer within 10 s.
 * @throws RangeError for too many requests
 */
export const askSteadily = (pace: Pace, ask: () => Promise<unknown>): Promise<LoadReport> =>
  atPace(pace, (over) => {
    const shot: Shot = { at: Date.now(), end: 0 };
    const ends = (reason?: string) => {
      if (shot.end > 0) return;
      clearTimeout(timer);
      shot.end = Date.now();
      if (reason !== undefined) shot.reason = reason;
      over();
    };
    const timer = setTimeout(() => ends('no answer within 10 s'), ANSWERS_WITHIN_MS);
    ask().then(
      () => ends(),
      (error: Error) => ends(error.message),
    );
    return shot;
  });

async function atPace(pace: Pace, send: (over: () => void) => Shot): Promise<LoadReport> {
  const { requests, concurrency, signal, minMs = 0 } = pace;
  if (!(requests > 0 && requests <= MOST_REQUESTS))
    throw new RangeError(`${requests} requests: 1 to 200,000`);

  const spread = Math.min(MOST_MS, Math.max(minMs, (requests / MOST_PER_SECOND) * 1000));
  const shots: Shot[] = [];
  const started = performance.now();
  let inFlight = 0;

  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const elapsed = performance.now() - started;
      const over = elapsed >= MOST_MS || signal?.aborted === true || shots.length >= requests;
      if (over && inFlight === 0) {
        clearInterval(rhythm);
        resolve();
      }
      if (over) return;
      const due = Math.min(requests, Math.ceil((elapsed / spread) * requests));
      while (shots.length < due && inFlight < concurrency) {
        inFlight += 1;
        shots.push(
          send(() => {
            inFlight -= 1;
          }),
        );
      }
    };
    const rhythm = setInterval(tick, 5);
  });
  return report(shots, performance.now() - started);
}

/** Sends one; the shot is complete when `done` is called, which happens once. */
function fire(url: URL, agent: Agent, done: () => void): Shot {
  const shot: Shot = { at: Date.now(), end: 0 };
  const sent = request(url, { agent });
  const timer = setTimeout(() => over('no answer within 10 s'), ANSWERS_WITHIN_MS);
  const over = (reason?: string): void => {
    if (shot.end > 0) return;
    clearTimeout(timer);
    shot.end = Date.now();
    if (reason !== undefined) {
      shot.reason = sent.reusedSocket ? `${reason}, on a connection that was used before` : reason;
      sent.destroy();
    }
    done();
  };
  sent.on('error', (error: NodeJS.ErrnoException) => over(error.code ?? error.message));
  sent.on('response', (answer: IncomingMessage) => {
    const cookies = answer.headers['set-cookie']?.join(';') ?? '';
    shot.server = /SERVERNAME=([^;]*)/.exec(cookies)?.[1] ?? '';
    answer.on('error', (error) => over(`cut: ${error.message}`));
    answer.on('end', () => {
      if (!answer.complete) over('cut');
      else over((answer.statusCode ?? 0) >= 500 ? `status ${answer.statusCode}` : undefined);
    });
    answer.resume();
  });
  sent.end();
  return shot;
}

/** Shots are in the order of sending. */
function report(shots: readonly Shot[], ms: number): LoadReport {
  const byServer: Record<string, number> = {};
  const failures: LoadReport['failures'] = [];
  let longestGapMs = 0;
  let maxMs = 0;
  let answered = shots[0]?.at ?? 0;
  let failedUntil = 0;
  for (const { at, end, reason, server = '' } of shots) {
    if (reason !== undefined) {
      failures.push({ at: new Date(at).toISOString(), ms: end - at, reason });
      failedUntil = Math.max(failedUntil, end);
      continue;
    }
    maxMs = Math.max(maxMs, end - at);
    byServer[server] = (byServer[server] ?? 0) + 1;
    if (failedUntil > 0) longestGapMs = Math.max(longestGapMs, at - answered);
    answered = at;
    failedUntil = 0;
  }
  if (failedUntil > 0) longestGapMs = Math.max(longestGapMs, failedUntil - answered);
  return { sent: shots.length, failed: failures.length, failures, longestGapMs, byServer, maxMs, ms };
}

function isOurs({ protocol, hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol !== 'http:') return false;
  return (
    address === '::1' ||
    (isIP(address) === 4 && (address.startsWith('127.') || address.startsWith(`${network}.`)))
  );
}
