import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Connection } from '../host/connection';
import { answersByItself } from '../inventory/endpoints';
import type { Inventory, Service } from '../inventory/inventory';
import { mayBeAway } from './servers';
import { within } from './timeout';
import { startHostProbe } from './vip-probe-host';
import { DEFAULT_INTERVAL_MS, intervalFor, type Pace, restAfter } from './vip-probe-pace';
import { type ProbeReport, type ProbeTarget, type Sample, summarize } from './vip-probe-report';
import { isReachable, sendRequest } from './vip-probe-request';

export { describeProbe, type ProbeReport, type ProbeTarget, type Sample } from './vip-probe-report';

const REACHABLE_WITHIN_MS = 500;
/** How many connection attempts may be open. They do not burden the target, but each takes a socket of the laptop. */
const MOST_UNCONNECTED = 40;

interface ProbeOptions {
  /** Milliseconds between two requests to a target that answers fast; 50 by default, more for many targets. */
  intervalMs?: number;
  /** How long a request may take, in milliseconds; 1000 by default. */
  timeoutMs?: number;
  /** How many requests to a target may wait for their answer at once; 1 by default. */
  waiting?: number;
  /** Ends the sending; {@link VipProbe.stop} still returns what was measured until then. */
  signal?: AbortSignal;
  /** The host that probes what the laptop cannot reach; best one without the VIP, so that requests cross the network. */
  fallback?: { host: string; connection: Connection };
}

/** A running probe. */
export interface VipProbe {
  /** Ends the probe, waits for requests in flight, and returns a report for each target, in order. Never rejects; safe to call twice. */
  stop(): Promise<ProbeReport[]>;
  /** As {@link stop}, with every request. */
  record(): Promise<Recorded[]>;
}

/** A target's report, and its requests in any order. */
interface Recorded {
  report: ProbeReport;
  samples: readonly Sample[];
}

/**
 * One target for each service and VIP; a service without VIPs of its own is probed at every VIP. HTTP requests the path of
 * the check. It leaves out services that want a PROXY header or allow some clients only.
 */
export function probeTargets(inventory: Inventory): ProbeTarget[] {
  const open = inventory.services.filter(
    (service) =>
      !service.allow && !service.proxyProtocol.accept && !(service.mode === 'tcp' && mayBeAway(service)),
  );
  const byHaproxy = open.flatMap((front) =>
    placesOf(front, inventory).flatMap(({ address, port, tls }) =>
      (front.mode === 'tcp' ? [{ service: front.name, mode: 'tcp' as const }] : requestsTo(front)).map(
        (asked) => ({
          address,
          port,
          ...(tls && front.mode === 'http' ? { isTls: true as const } : {}),
          ...asked,
        }),
      ),
    ),
  );
  return [...byHaproxy, ...withoutHaproxy(inventory)];
}

/** The targets that a VIP's holder serves without HAProxy: ports of its own, and LVS. Leaves out UDP, whose protocols differ. */
function withoutHaproxy({ vips, virtualServers }: Inventory): ProbeTarget[] {
  const own = vips.flatMap(({ name, address, ports }) => ports.map((one) => ({ ...one, name, address })));
  const handedOn = virtualServers.map(({ name, vip, port, protocol }) => ({
    name,
    address: vip.address,
    port,
    protocol,
  }));
  return [...own, ...handedOn]
    .filter(({ protocol }) => protocol === 'tcp')
    .map(({ name, address, port }) => ({ service: name, address, port, mode: 'tcp' }));
}

/** The service's TCP endpoints; one for all addresses (`*`) stands for each VIP. */
const placesOf = ({ endpoints }: Service, { vips }: Inventory) =>
  endpoints
    .filter(({ udp }) => !udp)
    .flatMap(({ address, port, tls }) =>
      address === '*' ? vips.map((vip) => ({ address: vip.address, port, tls })) : [{ address, port, tls }],
    );

/** Whether a service always answers without an error; some answer with one on purpose, and some may be away. */
const isWell = (service: Service) => {
  const { answer } = service;
  return !mayBeAway(service) && (!answer || 'metrics' in answer || answer.status < 500);
};

/** The requests that the service itself and each service behind its routes answer. */
function requestsTo(front: Service): Omit<ProbeTarget, 'address' | 'port'>[] {
  const { name: service, check, routes } = front;
  const own = {
    service,
    mode: 'http' as const,
    ...(check.type === 'http' ? { path: check.path } : {}),
    ...(check.type === 'http' && check.host ? { host: check.host } : {}),
  };
  const seen = new Set<Service>();
  const others = routes.flatMap(({ hosts, paths, asksMore, service: target }) => {
    if (!target || asksMore || target.allow || !isWell(target) || seen.has(target)) return [];
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
  return isWell(front) && (routes.length === 0 || answersByItself(front)) ? [own, ...others] : others;
}

/**
 * Sends requests to each target, each on a new connection and after the previous answer: the slower the answers, the fewer
 * requests. It does not wait for a connection that is not accepted, and sends one more request where an answer may be lost.
 * Probes from the laptop; a target that the laptop does not reach, and the fallback host does, from that host. A target
 * that does not answer yet is probed all the same, and counted from its first answer on.
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

/** A host's shell speaks no TLS: it only connects. */
const withoutTls = (target: ProbeTarget): ProbeTarget =>
  target.isTls
    ? { service: target.service, address: target.address, port: target.port, mode: 'tcp' }
    : target;

/** No `stops` where the host gets no answer either; then nothing runs there any more. */
async function probeFromHost(
  { host, connection }: NonNullable<ProbeOptions['fallback']>,
  targets: readonly ProbeTarget[],
  pace: Pace,
): Promise<{ stops: Map<ProbeTarget, Stop>; note?: string }> {
  const asked = targets.map(withoutTls);
  const probe = startHostProbe(asked, pace, connection);
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
      const about = { note, intervalMs: pace.intervalMs };
      return { report: summarize(asked[index] ?? target, host, samples, about), samples };
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
  // Every pause adds a listener.
  setMaxListeners(0, ended);
  const send = async (onConnect: () => void): Promise<number> => {
    const started = performance.now();
    const { failure, workMs } = await sendRequest(target, timeoutMs, onConnect);
    // Not Date.now(): setting the clock would look like a gap.
    const at = performance.timeOrigin + started;
    const ms = performance.now() - started;
    samples.push(failure === undefined ? { at, ms } : { at, ms, failure });
    if (failure === undefined) servedMs = workMs;
    return workMs;
  };
  let connectMs = 0;
  let servedMs = 0;
  /** The request whose answer is waited for no longer: there is one at most. */
  let left: Promise<unknown> = Promise.resolve();
  /**
   * Returns how many milliseconds the target worked on a request; 0, without waiting for the answer, where it does not accept in
   * time, or where the answer is far later than the one before: it may be lost with a VIP that moves.
   */
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
    if (late) return 0;
    if (waiting > 1) return sending;
    const overdue = pause(Math.max(timeoutMs / 4, 4 * servedMs), ended).then(() => left);
    const workMs = await Promise.race([sending, overdue.then(() => undefined)]);
    if (workMs === undefined) left = sending;
    return workMs ?? 0;
  };
  // One of `waiting` loops, which do not wait for each other's answers.
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
