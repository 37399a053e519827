/** What is probed: one service at one VIP. */
export interface ProbeTarget {
  service: string;
  address: string;
  port: number;
  mode: 'http' | 'tcp';
  /** http only; otherwise "/". */
  path?: string;
  /** The Host header, http only; otherwise the address. */
  host?: string;
}

/** One request: when it was sent (ms since the epoch, by the laptop's clock), how long it took, why it failed. */
export interface Sample {
  at: number;
  ms: number;
  failure?: string;
}

/**
 * How a target did. Counting starts with the first request that was served, so that a service that is not there yet
 * (a first apply) has no failures; `reason` says so. Times are in milliseconds; from a host they come in steps of 10.
 */
export interface ProbeReport {
  target: ProbeTarget;
  /** `laptop`, or the host that it was probed from. */
  from: string;
  sent: number;
  /** Between two requests, where its answers took so long that it was asked less often than was wished. */
  askedEachMs?: number;
  failed: number;
  /**
   * Between the sending of the last served request before a failure and of the first one after it, at its longest; to
   * the end of the last failure where nothing was served any more. 0 when nothing failed.
   */
  longestGapMs: number;
  /** How long the slowest of the failed took to fail: longer than the gap where others were served meanwhile. */
  slowestFailureMs: number;
  /** ISO 8601, as every `at`. */
  firstFailureAt?: string;
  /** The first 20. */
  failures: { at: string; reason: string }[];
  /** Of the served requests, sending to the end of the answer. */
  p50Ms: number;
  maxMs: number;
  /** Why nothing, or not everything, was counted. */
  reason?: string;
}

const SHOWN_FAILURES = 20;

/**
 * Makes a report of samples in any order.
 * @param about `note`: what else kept it from counting, for `reason`; `intervalMs`: how often it was to be asked
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

/** One line for the end of a run: `VIP 192.0.2.1:80 (web) from laptop: 412 requests, 0 failed, longest gap 0 ms`. */
export function describeProbe(report: ProbeReport): string {
  const { target, from, sent, askedEachMs, failed, longestGapMs, slowestFailureMs, failures, reason } =
    report;
  const head = `VIP ${authority(target)} (${target.service}) from ${from}`;
  if (sent === 0) return `${head}: nothing counted: ${reason}`;
  const requests = sent === 1 ? '1 request' : `${sent} requests`;
  const meanwhile = slowestFailureMs > longestGapMs ? ' while others were served' : '';
  // A gap cannot be told more finely than one asks.
  const slowly = askedEachMs ? ` (its answers are slow: one each ${askedEachMs} ms)` : '';
  const counts = `${head}: ${requests}${slowly}, ${failed} failed${meanwhile}, longest gap ${longestGapMs} ms`;
  const worst = failures[0] ? `; first failure at ${failures[0].at}: ${failures[0].reason}` : '';
  return `${counts}${worst}${reason ? ` (${reason})` : ''}`;
}

/** `address:port`, with brackets around an IPv6 address. */
export function authority({ address, port }: Pick<ProbeTarget, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
