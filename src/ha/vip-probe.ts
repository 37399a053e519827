import type { Connection } from '../host/connection';
import type { Inventory } from '../inventory/inventory';
import { startHostProbe } from './vip-probe-host';
import { type ProbeReport, type ProbeTarget, type Sample, summarize } from './vip-probe-report';
import { isReachable, sendRequest, within } from './vip-probe-request';

export { describeProbe, type ProbeReport, type ProbeTarget, type Sample } from './vip-probe-report';

const REACHABLE_WITHIN_MS = 500;
const MOST_IN_FLIGHT = 40;

export interface ProbeOptions {
  /** Between two requests to a target, in milliseconds; 50 by default. */
  intervalMs?: number;
  /** How long a request may take, in milliseconds; 1000 by default. */
  timeoutMs?: number;
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
  return open.flatMap(({ name, vips, port, mode, check, tls }) => {
    const asked = tls ? 'tcp' : mode;
    return (vips.length > 0 ? vips : inventory.vips).map(({ address }) => ({
      service: name,
      address,
      port,
      mode: asked,
      ...(asked === 'http' && check.type === 'http' ? { path: check.path } : {}),
      ...(asked === 'http' && check.type === 'http' && check.host ? { host: check.host } : {}),
    }));
  });
}

/**
 * Starts to ask each target again and again, each time on a new connection, without waiting for the answer before.
 * From the laptop; what cannot be reached from there, though the fallback host gets an answer, is probed from that
 * host. What does not answer yet is asked all the same, and counted from its first answer on.
 * Runs until stopped (from a host, an hour at most), and does not keep the process alive.
 */
export async function startVipProbe(
  targets: readonly ProbeTarget[],
  options: ProbeOptions = {},
): Promise<VipProbe> {
  const { intervalMs = 50, timeoutMs = 1000, signal, fallback } = options;
  const pace: Pace = { intervalMs, timeoutMs, signal };
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

interface Pace {
  intervalMs: number;
  timeoutMs: number;
  signal: AbortSignal | undefined;
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
      return { report: summarize(target, host, samples, note), samples };
    },
  ]);
  return { stops: new Map(stops) };
}

function probeFromLaptop(target: ProbeTarget, { intervalMs, timeoutMs, signal }: Pace, note?: string): Stop {
  const samples: Sample[] = [];
  const inFlight = new Set<Promise<void>>();
  const send = async (): Promise<void> => {
    const started = performance.now();
    const failure = await sendRequest(target, timeoutMs);
    // Not Date.now(): a clock that is set would make a gap.
    const at = performance.timeOrigin + started;
    const ms = performance.now() - started;
    samples.push(failure === undefined ? { at, ms } : { at, ms, failure });
  };
  const tick = (): void => {
    if (inFlight.size >= MOST_IN_FLIGHT) return;
    const sending = send().finally(() => inFlight.delete(sending));
    inFlight.add(sending);
  };
  const quit = (): void => clearInterval(rhythm);
  const rhythm = setInterval(tick, intervalMs).unref();
  if (signal?.aborted) quit();
  else tick();
  signal?.addEventListener('abort', quit, { once: true });
  return async () => {
    quit();
    signal?.removeEventListener('abort', quit);
    await within(timeoutMs + 1000, Promise.all(inFlight));
    return { report: summarize(target, 'laptop', samples, note), samples };
  };
}
