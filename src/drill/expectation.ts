import type { Inventory, Service, Vip } from '../inventory/inventory';
import type { Expectation, ScenarioName } from './report';

/** What the formula is made of besides the inventory. */
export interface Circumstances {
  /** The VIP that is watched, and the host that is broken, which holds it. */
  vip: Vip;
  holder: string;
  /** How the unit of HAProxy comes back by itself, where it does: after so many milliseconds. */
  restartsAfterMs?: number;
  /**
   * The service that loses a server, and the server's host. Of a cut link: a service that is asked at several VIPs,
   * whose requests may fall to its servers in turn, so that one VIP's all fall to the same.
   */
  service?: Service;
  server?: string;
  /** How a drain moves the addresses: by FAULT or by priority, and how long keepalived may take to see it, in milliseconds. */
  drainsBy?: { byFault: boolean; ms: number };
}

/** So long asks the check script (templates/keepalived/haprov-haproxy-answers) before it gives up. */
const answerMs = 1000;
/** How often keepalived looks whether the host is drained (templates/keepalived/keepalived.conf). */
const drainCheckMs = 1000;

/**
 * The worst that a scenario may come to, by the inventory's settings. keepalived's peer takes an address when it has
 * heard nothing for 3 adverts and its skew, (256 − priority)/256 s (RFC 3768, 6.1; of adverts in VRRPv3, which IPv6
 * speaks: RFC 5798, 6.1), or after its skew alone when the master says that it leaves. A check is run every interval, and has to
 * fail `fall` times; a run that takes longer than its interval has the next ones left out.
 */
export function expectationOf(scenario: ScenarioName, around: Circumstances): Expectation {
  const { vip } = around;
  const skew = skewOf(around);
  const silence = silenceOf(around);
  const takesOver = (before: Term, after: Term): Expectation => {
    const ms = before.ms + after.ms;
    return { gapMs: ms, takeoverMs: ms, formula: formulaOf(ms, before.text, after.text) };
  };
  switch (scenario) {
    case 'haproxy-dies': {
      const expected = takesOver(checked(vip, 0), leaves(vip, skew, silence));
      if (around.restartsAfterMs === undefined) return expected;
      return {
        gapMs: expected.gapMs,
        formula: `its unit starts it again after ${seconds(around.restartsAfterMs)}; at worst ${expected.formula}`,
      };
    }
    case 'haproxy-hangs':
      return takesOver(checked(vip, answerMs), leaves(vip, skew, silence));
    case 'keepalived-stops':
      return { gapMs: skew.ms, takeoverMs: skew.ms, formula: formulaOf(skew.ms, skew.text) };
    case 'keepalived-killed':
      return {
        gapMs: skew.ms,
        takeoverMs: silence.ms,
        formula: `taken over after ${formulaOf(silence.ms, silence.text)}; the address stays and is served until then, or goes at once`,
      };
    case 'drain': {
      const { byFault, ms: looks } = around.drainsBy ?? { byFault: !vip.preempt, ms: drainCheckMs };
      if (byFault) {
        const { takeoverMs, formula } = takesOver({ ms: looks, text: seconds(looks) }, skew);
        return { gapMs: skew.ms, takeoverMs, formula };
      }
      const ms = looks + silence.ms;
      return {
        gapMs: 0,
        takeoverMs: ms,
        formula: `somebody answers all the while, and what is open then is cut; moved after ${formulaOf(ms, seconds(looks), silence.text)}`,
      };
    }
    case 'backend-dies':
      return backendDies(around);
    case 'link-cut': {
      const { ms } = silence;
      const { service } = around;
      // A check that is not answered takes as long as the time between two.
      const down = service ? Math.min(downMs(service) + service.check.interval, ms + settleMs) : 0;
      const turn = down > ms ? `; ${seconds(down)} where requests fall to its server by turns` : '';
      return { gapMs: Math.max(ms, down), takeoverMs: ms, formula: `${formulaOf(ms, silence.text)}${turn}` };
    }
  }
}

/** How long a fault is left, in milliseconds: until all has come of it that comes, and a while more. */
export function holdOf(scenario: ScenarioName, around: Circumstances): number {
  const { gapMs, takeoverMs } = expectationOf(scenario, around);
  if (scenario === 'backend-dies') return Math.min(gapMs, downMs(around.service), longestMs) + settleMs;
  return (takeoverMs ?? gapMs) + settleMs;
}

/** Whether nobody else serves what this server serves. */
export const isAlone = ({ backends: { servers } }: Service, server: string | undefined) =>
  servers.length > 0 && servers.every(({ name }) => name === server);

const settleMs = 2000;
/** Nobody waits for a service whose check is slower than this: it is off long enough to be seen. */
const longestMs = 20_000;

/** A share of a formula, in milliseconds and in words. */
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

/** Until the check has failed often enough. @param runs how long a run of it takes, in milliseconds */
function checked({ check }: Vip, runs: number): Term {
  const { interval, fall } = check;
  const every = interval * (Math.floor(runs / (interval * 1000)) + 1);
  const ms = (interval + (fall - 1) * every) * 1000 + runs;
  if (runs === 0) return { ms, text: `${fall} × ${seconds(interval * 1000)}` };
  const again = fall > 1 ? ` + ${fall - 1} × ${seconds(every * 1000)}` : '';
  return { ms, text: `${seconds(interval * 1000)}${again} + ${seconds(runs)}` };
}

/** From the failed check on: a host in fault says that it leaves; one of a lower priority is overtaken. */
const leaves = ({ check }: Vip, skew: Term, silence: Term) => (check.weight === 0 ? skew : silence);

/** Of the one who takes over: of those left, the highest priority. */
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

const formulaOf = (ms: number, ...parts: string[]) => `${parts.join(' + ')} = ${seconds(ms)}`;

/** `0.6 s`, `3.6 s`, `12 s`. */
export const seconds = (ms: number) => `${Number((ms / 1000).toFixed(1))} s`;

/** The VIP that a drill is about: the first that several hosts share. */
export const sharedVip = ({ vips }: Pick<Inventory, 'vips'>): Vip | undefined =>
  vips.find(({ members }) => members.length > 1);
