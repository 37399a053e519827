import { gapOfMove } from '../ha/late-takeover';
import type { Inventory, Service, Vip } from '../inventory/inventory';
import type { Expectation, ScenarioName } from './drill-report';

/** What the formula depends on. */
export interface Circumstances {
  /** The VIP that is watched, and its holder, on which the fault is made. */
  vip: Vip;
  holder: string;
  /** Milliseconds after which HAProxy's unit restarts by itself; absent where it does not. */
  restartsAfterMs?: number;
  /**
   * The service that loses a server, and the server's host. For a cut link: a service that is probed at several VIPs, so
   * that balancing in turns may send all requests at one VIP to the same server.
   */
  service?: Service;
  server?: string;
  /** How a drain moves the VIPs: by FAULT state or by priority, and how many milliseconds keepalived may take to notice. */
  drainsBy?: { byFault: boolean; ms: number };
  /** Whether the hosts' keepalived is before 2.0. */
  isLate?: boolean;
}

/** The timeout of the check script (templates/keepalived/haprov-haproxy-answers). */
const answerMs = 1000;
/** The interval at which keepalived checks the drain flag (templates/keepalived/keepalived.conf). */
const drainCheckMs = 1000;

/**
 * The longest gap and takeover of a scenario, by the inventory's settings. keepalived on the peer takes a VIP when it has
 * received no advert for 3 intervals and its skew, (256 − priority)/256 s (RFC 3768, 6.1; VRRPv3, which IPv6 uses, has
 * intervals in place of seconds: RFC 5798, 6.1), or after its skew alone when the master sends that it leaves; before 2.0 it has the VIP one advert later. A check runs
 * every interval and must fail `fall` times; while a run takes longer than its interval, the next runs are left out.
 */
export function expectationOf(scenario: ScenarioName, around: Circumstances): Expectation {
  const { vip } = around;
  const skew = skewOf(around);
  const silence = silenceOf(around);
  const advert = (term: Term) => (around.isLate ? withAdvert(term, vip) : term);
  const [left, gone] = [advert(skew), advert(silence)];
  const takesOver = (before: Term, after: Term): Expectation => {
    const ms = before.ms + after.ms;
    return { gapMs: ms, takeoverMs: ms, formula: formulaOf(ms, before.text, after.text) };
  };
  switch (scenario) {
    case 'haproxy-dies': {
      const expected = takesOver(checked(vip, 0), leaves(vip, left, silence));
      if (around.restartsAfterMs === undefined) return expected;
      return {
        gapMs: expected.gapMs,
        formula: `its unit starts it again after ${seconds(around.restartsAfterMs)}; at worst ${expected.formula}`,
      };
    }
    case 'unit-stops':
      return takesOver(checked(vip, 0), leaves(vip, left, silence));
    case 'haproxy-hangs':
      return takesOver(checked(vip, answerMs), leaves(vip, left, silence));
    case 'keepalived-stops':
      return { gapMs: left.ms, takeoverMs: left.ms, formula: formulaOf(left.ms, left.text) };
    case 'keepalived-killed':
      return {
        gapMs: left.ms,
        takeoverMs: gone.ms,
        formula: `taken over after ${formulaOf(gone.ms, gone.text)}; the address stays and is served until then, or goes at once`,
      };
    case 'drain': {
      const { byFault, ms: looks } = around.drainsBy ?? { byFault: !vip.preempt, ms: drainCheckMs };
      if (byFault) {
        const { takeoverMs, formula } = takesOver({ ms: looks, text: seconds(looks) }, left);
        return { gapMs: left.ms, takeoverMs, formula };
      }
      const ms = looks + silence.ms;
      const gap = gapOfMove([vip], around.isLate ?? false);
      const meanwhile =
        gap > 0
          ? `nobody answers for 2 × ${vip.advertInterval} s with keepalived before 2.0`
          : 'somebody answers all the while';
      return {
        gapMs: gap * 1000,
        takeoverMs: ms,
        formula: `${meanwhile}, and what is open then is cut; moved after ${formulaOf(ms, seconds(looks), silence.text)}`,
      };
    }
    case 'backend-dies':
      return backendDies(around);
    case 'link-cut': {
      const { ms } = gone;
      const { service } = around;
      // A check without an answer takes a whole interval.
      const down = service ? Math.min(downMs(service) + service.check.interval, ms + settleMs) : 0;
      const turn = down > ms ? `; ${seconds(down)} where requests fall to its server by turns` : '';
      return { gapMs: Math.max(ms, down), takeoverMs: ms, formula: `${formulaOf(ms, gone.text)}${turn}` };
    }
  }
}

/** How many milliseconds a fault lasts: until all its effects have come, and two seconds more. */
export function holdOf(scenario: ScenarioName, around: Circumstances): number {
  const { gapMs, takeoverMs } = expectationOf(scenario, around);
  if (scenario === 'backend-dies') return Math.min(gapMs, downMs(around.service), longestMs) + settleMs;
  return (takeoverMs ?? gapMs) + settleMs;
}

/** Whether `server` is the service's only server, but for those that may be down. */
export const isAlone = ({ backends: { servers } }: Service, server: string | undefined) =>
  servers.some(({ name }) => name === server) &&
  servers.every(({ name, mayBeDown }) => name === server || mayBeDown);

const settleMs = 2000;
/** The longest time to wait for a slow check to find a server down. */
const longestMs = 20_000;

/** A term of a formula, in milliseconds and in words. */
interface Term {
  ms: number;
  text: string;
}

function backendDies({ service, server }: Circumstances): Expectation {
  if (!service) return { gapMs: 0, formula: 'no service' };
  const { interval, fall, rise } = service.check;
  const ms = downMs(service);
  const down = `${fall} × ${seconds(interval)}`;
  if (!isAlone(service, server))
    return { gapMs: ms, formula: `${formulaOf(ms, down)} until HAProxy asks the others only` };
  const away = Math.min(ms, longestMs) + settleMs + rise * interval;
  return {
    gapMs: away,
    formula: `nobody else serves: ${formulaOf(away, down, seconds(settleMs), `${rise} × ${seconds(interval)}`)}`,
  };
}

const downMs = (service: Service | undefined) => (service ? service.check.fall * service.check.interval : 0);

/** The time until the check has failed `fall` times. @param runs how many milliseconds a run of it takes */
function checked({ check }: Vip, runs: number): Term {
  const { interval, fall } = check;
  const every = interval * (Math.floor(runs / (interval * 1000)) + 1);
  const ms = (interval + (fall - 1) * every) * 1000 + runs;
  if (runs === 0) return { ms, text: `${fall} × ${seconds(interval * 1000)}` };
  const again = fall > 1 ? ` + ${fall - 1} × ${seconds(every * 1000)}` : '';
  return { ms, text: `${seconds(interval * 1000)}${again} + ${seconds(runs)}` };
}

/** The takeover after the failed check: in FAULT state the host sends that it leaves; with a lower priority it does not. */
const leaves = ({ check }: Vip, skew: Term, silence: Term) => (check.weight === 0 ? skew : silence);

/** The skew of the host that takes over: the remaining member with the highest priority. */
function skewOf({ vip, holder }: Circumstances): Term {
  const next = vip.members.find(({ host }) => host.name !== holder) ?? vip.members[0];
  const priority = Math.min(254, (next?.priority ?? 100) + vip.check.weight);
  const advert = vip.family === 6 ? vip.advertInterval : 1;
  const ms = ((256 - priority) / 256) * advert * 1000;
  return { ms, text: `(256 − ${priority})/256${advert === 1 ? '' : ` × ${advert}`} s` };
}

function silenceOf(around: Circumstances): Term {
  const skew = skewOf(around);
  const { advertInterval } = around.vip;
  return { ms: 3000 * advertInterval + skew.ms, text: `3 × ${advertInterval} s + ${skew.text}` };
}

const withAdvert = ({ ms, text }: Term, { advertInterval }: Vip): Term => ({
  ms: ms + 1000 * advertInterval,
  text: `${text} + ${advertInterval} s`,
});

const formulaOf = (ms: number, ...parts: string[]) => `${parts.join(' + ')} = ${seconds(ms)}`;

/** Milliseconds as `0.6 s`, `3.6 s`, `12 s`. */
export const seconds = (ms: number) => `${Number((ms / 1000).toFixed(1))} s`;

/** The VIP of a drill: the first that several hosts share. */
export const sharedVip = ({ vips }: Pick<Inventory, 'vips'>): Vip | undefined =>
  vips.find(({ members }) => members.length > 1);
