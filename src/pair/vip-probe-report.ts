import { count } from '../text/format';

/** One service at one VIP, as it is probed. */
export interface ProbeTarget {
  service: string;
  address: string;
  port: number;
  mode: 'http' | 'tcp';
  /** http only: over TLS. */
  isTls?: true;
  /** The path, http only; "/" by default. */
  path?: string;
  /** The Host header, http only; the address by default. */
  host?: string;
}

/** One request: when it was sent (milliseconds since the epoch, by the laptop's clock), its duration, and why it failed. */
export interface Sample {
  at: number;
  ms: number;
  failure?: string;
}

/**
 * The result for one target. Counting starts with the first request that was served, so that a service that is not there
 * yet (a first apply) has no failures; `reason` says so. Times are milliseconds, in steps of 10 when measured on a host.
 */
export interface ProbeReport {
  target: ProbeTarget;
  /** `laptop`, or the host that probed. */
  from: string;
  sent: number;
  /** The usual time between two requests, where slow answers made it much longer than the interval. */
  askedEachMs?: number;
  failed: number;
  /**
   * The longest time from sending the last served request before a failure to sending the first served one after it, or to
   * the end of the last failure where none was served any more. 0 when nothing failed.
   */
  longestGapMs: number;
  /** The duration of the slowest failed request; longer than the gap where others were served meanwhile. */
  slowestFailureMs: number;
  /** ISO 8601, as every `at` here. */
  firstFailureAt?: string;
  /** The first 20 failures. */
  failures: { at: string; reason: string }[];
  /** Median and maximum duration of served requests, from sending to the end of the answer. */
  p50Ms: number;
  maxMs: number;
  /** Why not everything was counted. */
  reason?: string;
}

const SHOWN_FAILURES = 20;

/** Of a request from a host, which sends no other one while it waits for that answer. */
export const lateAnswer = 'no answer in time';

/**
 * Makes a report of samples in any order.
 * @param about `note`: why samples are missing, for `reason`; `intervalMs`: the wanted time between two requests
 */
export function summarize(
  target: ProbeTarget,
  from: string,
  samples: readonly Sample[],
  { note, intervalMs = Number.POSITIVE_INFINITY }: { note?: string | undefined; intervalMs?: number } = {},
): ProbeReport {
  const inOrder = samples.toSorted((a, b) => a.at - b.at);
  const first = inOrder.findIndex(({ failure }) => failure === undefined);
  const counted = first < 0 ? [] : inOrder.slice(first);
  const served = counted.filter(({ failure }) => failure === undefined).map(({ ms }) => ms);
  const failures = counted.flatMap(({ at, failure }) =>
    failure === undefined ? [] : [{ at: new Date(at).toISOString(), reason: failure }],
  );
  served.sort((a, b) => a - b);
  const reason = [lateness(inOrder, first, note), note].filter(Boolean).join('; ');
  const usualMs = usualInterval(inOrder);
  return {
    target,
    from,
    sent: counted.length,
    ...(usualMs < 3 * intervalMs ? {} : { askedEachMs: Math.round(usualMs) }),
    failed: failures.length,
    longestGapMs: Math.round(longestGap(counted)),
    slowestFailureMs: Math.round(
      Math.max(0, ...counted.flatMap(({ ms, failure }) => (failure === undefined ? [] : [ms]))),
    ),
    ...(failures[0] ? { firstFailureAt: failures[0].at } : {}),
    failures: failures.slice(0, SHOWN_FAILURES),
    p50Ms: Math.round(served[Math.ceil(served.length / 2) - 1] ?? 0),
    maxMs: Math.round(served.at(-1) ?? 0),
    ...(reason ? { reason } : {}),
  };
}

function lateness(samples: readonly Sample[], first: number, note: string | undefined): string {
  if (first > 0) return 'was not served before: counted from the first that was';
  if (first === 0 || note) return '';
  const last = samples.at(-1);
  return last ? `never served (${last.failure})` : 'stopped before the first request';
}

function usualInterval(samples: readonly Sample[]): number {
  const between = samples.slice(1).map(({ at }, index) => at - (samples[index]?.at ?? at));
  return between.toSorted((a, b) => a - b)[Math.floor(between.length / 2)] ?? 0;
}

/** @param samples in the order of sending, the first one served */
function longestGap(samples: readonly Sample[]): number {
  let longest = 0;
  let lastServed = samples[0]?.at ?? 0;
  let failedUntil: number | undefined;
  for (const { at, ms, failure } of samples) {
    if (failure !== undefined) {
      failedUntil = Math.max(failedUntil ?? 0, at + ms);
      continue;
    }
    if (failedUntil !== undefined) longest = Math.max(longest, at - lastServed);
    lastServed = at;
    failedUntil = undefined;
  }
  return failedUntil === undefined ? longest : Math.max(longest, failedUntil - lastServed);
}

/**
 * One line for the end of a run: `VIP 192.0.2.1:80 (web) from laptop: 412 requests, 0 failed, longest gap 0 ms`; of a target
 * that is only connected to, with connections in place of requests.
 */
export function describeProbe(report: ProbeReport): string {
  const { target, from, sent, askedEachMs, failed, longestGapMs, slowestFailureMs, failures, reason } =
    report;
  const head = `VIP ${authority(target)} (${target.service}) from ${from}`;
  if (sent === 0) return `${head}: nothing counted: ${reason}`;
  const requests = count(sent, target.mode === 'tcp' ? 'connection' : 'request');
  const meanwhile = slowestFailureMs > longestGapMs ? ' while others were served' : '';
  // A gap is measured only as exactly as requests are sent.
  const slowly = askedEachMs ? ` (its answers are slow: one each ${askedEachMs} ms)` : '';
  // Nobody has looked while that was waited for.
  const most = failures.some((one) => one.reason === lateAnswer) ? 'at most ' : '';
  const counts = `${head}: ${requests}${slowly}, ${failed} failed${meanwhile}, longest gap ${most}${longestGapMs} ms`;
  const worst = failures[0] ? `; first failure at ${failures[0].at}: ${failures[0].reason}` : '';
  return `${counts}${worst}${reason ? ` (${reason})` : ''}`;
}

/** `address:port`, with brackets around an IPv6 address. */
export function authority({ address, port }: Pick<ProbeTarget, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
