import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Connection } from '../host/connection';
import { answersByItself } from '../inventory/endpoints';
import type { Inventory, Service } from '../inventory/inventory';
import { startHostProbe } from './vip-probe-host';
import { DEFAULT_INTERVAL_MS, intervalFor, type Pace, restAfter } from './vip-probe-pace';
import { type ProbeReport, type ProbeTarget, type Sample, summarize } from './vip-probe-report';
import { isReachable, sendRequest } from './vip-probe-request';
import { within } from './within';

export { describeProbe, type ProbeReport, type ProbeTarget, type Sample } from './vip-probe-report';

const REACHABLE_WITHIN_MS = 500;
/** Attempts to connect cost nobody anything, so they do not wait for each other; but each is a socket here. */
const MOST_UNCONNECTED = 40;

export interface ProbeOptions {
  /** Between two requests to a target that answers fast, in milliseconds; 50 by default, and more for many targets. */
  intervalMs?: number;
  /** How long a request may take, in milliseconds; 1000 by default. */
  timeoutMs?: number;
  /** How many requests to a target may wait for their answer at once; 1 by default. */
  waiting?: number;
  /** Ends the sending; {@link VipProbe.stop} still gives what was seen until then. */
  signal?: AbortSignal;
  /** Who probes what the laptop cannot reach: best a host that does not hold the VIP, since the network is then part of it. */
  fallback?: { host: string; connection: Connection };
}

/** A probe that runs. */
export interface VipProbe {
  /** Ends it, waits for what is in flight, and gives a report a target, in their order. Never rejects; safe to call twice. */
  stop(): Promise<ProbeReport[]>;
  /** As {@link stop}, with every request. */
  record(): Promise<Recorded[]>;
}

/** What was made of the requests to a target, and they themselves, in any order. */
export interface Recorded {
  report: ProbeReport;
  samples: readonly Sample[];
}

/**
 * One target per service and VIP; a service without VIPs of its own is probed on every one. HTTP asks what the check
 * asks. Behind TLS it is asked whether it accepts; what wants a PROXY header or lets only some in is not asked at all.
 */
export function probeTargets(inventory: Inventory): ProbeTarget[] {
  const open = inventory.services.filter((service) => !service.allow && !service.proxyProtocol.accept);
  return open.flatMap((front) =>
    placesOf(front, inventory).flatMap(({ address, port, tls }) =>
      (tls || front.mode === 'tcp' ? [{ service: front.name, mode: 'tcp' as const }] : requestsTo(front)).map(
        (asked) => ({ address, port, ...asked }),
      ),
    ),
  );
}

/** Each endpoint with an address; of one that is everywhere, the VIPs. */
const placesOf = ({ endpoints }: Service, { vips }: Inventory) =>
  endpoints
    .filter(({ udp }) => !udp)
    .flatMap(({ address, port, tls }) =>
      address === '*' ? vips.map((vip) => ({ address: vip.address, port, tls })) : [{ address, port, tls }],
    );

/** What is asked for to see the service itself answer, and each that its routes lead to. */
function requestsTo(front: Service): Omit<ProbeTarget, 'address' | 'port'>[] {
  const { name: service, check, routes } = front;
  const own = {
    service,
    mode: 'http' as const,
    ...(check.type === 'http' ? { path: check.path } : {}),
    ...(check.type === 'http' && check.host ? { host: check.host } : {}),
  };
  const seen = new Set<Service>();
  const others = routes.flatMap(({ hosts, paths, service: target }) => {
    if (!target || target.allow || seen.has(target)) return [];
    seen.add(target);
    const path = target.check.type === 'http' ? target.check.path : '/';
    const host =
      hosts[0]?.replace(/^\*/, 'haprov') ?? (target.check.type === 'http' ? target.check.host : undefined);
    return [
      {
        service: target.name,
        mode: 'http' as const,
        path: paths.length === 0 || paths.some((start) => path.startsWith(start)) ? path : (paths[0] ?? path),
        ...(host ? { host } : {}),
      },
    ];
  });
  return routes.length === 0 || answersByItself(front) ? [own, ...others] : others;
}

/**
 * Starts to ask each target again and again, each time on a new connection, when the answer before is there: the slower
 * it comes, the less often. Only who cannot even connect is asked on.
 * From the laptop; what cannot be reached from there, though the fallback host gets an answer, is probed from that
 * host. What does not answer yet is asked all the same, and counted from its first answer on.
 * Runs until stopped (from a host, an hour at most), and does not keep the process alive.
 */
export async function startVipProbe(
  targets: readonly ProbeTarget[],
  options: ProbeOptions = {},
): Promise<VipProbe> {
  const { timeoutMs = 1000, waiting = 1, signal, fallback } = options;
  const intervalMs = intervalFor(targets.length, options.intervalMs ?? DEFAULT_INTERVAL_MS);
  const pace: Pace = { intervalMs, timeoutMs, waiting, signal };
  const reachable = await Promise.all(targets.map((target) => isReachable(target, REACHABLE_WITHIN_MS)));
  const far = targets.filter((_, index) => !reachable[index]);
  const host = fallback && far.length > 0 ? await probeFromHost(fallback, far, pace) : undefined;
  const stops = targets.map((target) => {
    const fromHost = host?.stops.get(target);
    return fromHost ?? probeFromLaptop(target, pace, far.includes(target) ? host?.note : undefined);
  });
  let recorded: Promise<Recorded[]> | undefined;
  const record = (): Promise<Recorded[]> => {
    recorded ??= Promise.all(stops.map((stop) => stop()));
    return recorded;
  };
  return {
    record,
    stop: async () => (await record()).map(({ report }) => report),
  };
}

type Stop = () => Promise<Recorded>;

/** No stops where the host gets no answer either: then nothing is left running there. */
async function probeFromHost(
  { host, connection }: NonNullable<ProbeOptions['fallback']>,
  targets: readonly ProbeTarget[],
  pace: Pace,
): Promise<{ stops: Map<ProbeTarget, Stop>; note?: string }> {
  const probe = startHostProbe(targets, pace, connection);
  if (!(await probe.answered)) {
    const { note } = await probe.stop();
    return { stops: new Map(), ...(note ? { note: `not reachable from the laptop; ${note}` } : {}) };
  }
  let ending: ReturnType<typeof probe.stop> | undefined;
  const stops = targets.map((target, index): [ProbeTarget, Stop] => [
    target,
    async () => {
      ending ??= probe.stop();
      const { samples: all, note } = await ending;
      const samples = all[index] ?? [];
      return { report: summarize(target, host, samples, { note, intervalMs: pace.intervalMs }), samples };
    },
  ]);
  return { stops: new Map(stops) };
}

function probeFromLaptop(target: ProbeTarget, pace: Pace, note?: string): Stop {
  const { intervalMs, timeoutMs, waiting, signal } = pace;
  const samples: Sample[] = [];
  const inFlight = new Set<Promise<number>>();
  const ending = new AbortController();
  const { signal: ended } = ending;
  // Each that waits, and each turn, listens.
  setMaxListeners(0, ended);
  const send = async (onConnect: () => void): Promise<number> => {
    const started = performance.now();
    const { failure, workMs } = await sendRequest(target, timeoutMs, onConnect);
    // Not Date.now(): a clock that is set would make a gap.
    const at = performance.timeOrigin + started;
    const ms = performance.now() - started;
    samples.push(failure === undefined ? { at, ms } : { at, ms, failure });
    return workMs;
  };
  let connectMs = 0;
  /** Gives how long the target worked on it; 0, without an answer, where it has not even accepted when others should have. */
  const ask = async (turnMs: number): Promise<number> => {
    const started = performance.now();
    let onConnect: () => void = () => undefined;
    const connected = new Promise<void>((resolve) => {
      onConnect = () => {
        connectMs = performance.now() - started;
        resolve();
      };
    });
    const patienceMs = Math.max(turnMs, 3 * connectMs);
    const sending = send(onConnect).finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    const isLate = inFlight.size >= MOST_UNCONNECTED ? undefined : pause(patienceMs, ended).then(() => true);
    const late = await Promise.race([connected, sending.then(() => undefined), ...(isLate ? [isLate] : [])]);
    return late ? 0 : sending;
  };
  // So many take turns: what one waits for, the others need not.
  const turns = async (first: number): Promise<void> => {
    const turnMs = intervalMs * waiting;
    for (let restMs = first; !ended.aborted; ) {
      if (restMs > 0) await pause(restMs, ended);
      if (ended.aborted) return;
      const started = performance.now();
      const workMs = await ask(turnMs);
      restMs = Math.max(turnMs - (performance.now() - started), restAfter(workMs, pace));
    }
  };
  const quit = (): void => ending.abort();
  if (signal?.aborted) quit();
  signal?.addEventListener('abort', quit, { once: true });
  for (let turn = 0; turn < waiting; turn++) void turns(turn * intervalMs);
  return async () => {
    quit();
    signal?.removeEventListener('abort', quit);
    await within(timeoutMs + 1000, Promise.all(inFlight));
    return { report: summarize(target, 'laptop', samples, { note, intervalMs }), samples };
  };
}

/** Ends early when `signal` is aborted; does not keep the process alive. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { ref: false, signal }).catch(() => undefined);
}
