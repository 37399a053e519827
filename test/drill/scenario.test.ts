import type { Movement } from '../../src/drill/address-watch';
import { holderOf, runDrill } from '../../src/drill/drill';
import type { ScenarioName } from '../../src/drill/drill-report';
import { type Experiment, experimentOf } from '../../src/drill/experiments';
import type { FaultInjection, FaultOutcome } from '../../src/drill/fault';
import { type Drilling, runScenario, whyNotWell } from '../../src/drill/scenario';
import type { Status } from '../../src/status/status';
import { drained, healthy, hostOff, splitBrain } from '../support/statuses';
import { knownOf, pairOf } from './pair';

const inventory = pairOf();
const known = knownOf(inventory);
const address = inventory.vips[0]?.address ?? '';
const on = (holder: string): Status => ({
  ...healthy,
  vips: healthy.vips.map((vip) => ({ ...vip, holders: [holder] })),
});

interface Told {
  looks?: Status[];
  outcomes?: Partial<Record<'lock' | 'make' | 'repair', FaultOutcome>>;
  moves?: Omit<Movement, 'address'>[];
  /** Requests that are lost, by when they were sent. */
  lost?: [from: number, to: number];
  /** Ctrl-C comes while the fault is left so. */
  stopsAfter?: string;
  isReady?: boolean;
}

/** A pair that answers at once, by a clock that only pauses move on; each scenario makes its fault at 1500. */
function rig({
  looks = [healthy],
  outcomes = {},
  moves = [],
  lost = [0, 0],
  stopsAfter,
  isReady = true,
}: Told = {}) {
  const calls: string[] = [];
  const said: string[] = [];
  const left = [...looks];
  const stop = new AbortController();
  let clock = 0;
  const verb = async (name: 'lock' | 'make' | 'repair') => {
    calls.push(name);
    if (name === stopsAfter) stop.abort();
    return outcomes[name] ?? { status: 'ok' as const };
  };
  const fault = (experiment: Experiment): FaultInjection => ({
    lock: () => verb('lock'),
    make: () => verb('make'),
    repair: () => verb('repair'),
    release: async () => void calls.push('release'),
    marks: async () => ({ made: 1500, repaired: 1500 + experiment.holdMs }),
  });
  const drilling: Drilling = {
    vips: inventory.vips,
    look: async () => (left.length > 1 ? left.shift() : left[0]) as Status,
    fault,
    watch: () => ({
      ready: Promise.resolve(isReady),
      stop: async () => moves.map((move) => ({ ...move, address })),
    }),
    async probe(broken) {
      calls.push(`probe, not from ${broken}`);
      return {
        async record() {
          const sent = Array.from({ length: 200 }, (_, index) => index * 50);
          const samples = sent.map((at) => ({
            at,
            ms: 2,
            ...(at >= lost[0] && at < lost[1] ? { failure: 'refused' } : {}),
          }));
          const target = { service: 'web', address, port: 80, mode: 'http' as const };
          const failed = samples.filter((one) => 'failure' in one).length;
          const longestGapMs = failed && lost[1] - lost[0];
          const report = {
            target,
            from: 'laptop',
            sent: 200,
            failed,
            longestGapMs,
            slowestFailureMs: failed && 2,
            failures: [],
            p50Ms: 2,
            maxMs: 2,
          };
          return [{ report, samples }];
        },
      };
    },
    say: (level, text, host) => said.push(`${level} ${host ? `${host}: ` : ''}${text}`),
    stopping: stop.signal,
    async pause(ms, signal) {
      if (!signal?.aborted) clock += ms;
    },
    now: () => clock,
  };
  const run = (scenario: ScenarioName) =>
    runScenario(experimentOf(scenario, 'fred', known) as Experiment, drilling);
  const drill = (...scenarios: ScenarioName[]) =>
    runDrill({ inventory: 'pair', hosts: ['fred', 'ethyl'], scenarios, known }, drilling);
  return { calls, said, drilling, run, drill, stop };
}

const moved = [
  { host: 'fred', at: 10, has: true },
  { host: 'fred', at: 3400, has: false },
  { host: 'ethyl', at: 4000, has: true },
  { host: 'ethyl', at: 8000, has: false },
  { host: 'fred', at: 8010, has: true },
];

test('locked, watched, made, repaired, released; measured from the fault on', async () => {
  const { run, calls } = rig({ moves: moved, lost: [1600, 4100] });
  expect(await run('haproxy-dies')).toMatchObject({
    status: 'passed',
    title: 'HAProxy on fred was killed',
    host: 'fred',
    sent: 200,
    lost: 50,
    longestGapMs: 2500,
    takeoverMs: 2500,
    newHolder: 'ethyl',
    limitMs: expect.closeTo(3609, 0),
    holders: [
      { vip: 'router37', host: 'fred', fromMs: 10, toMs: 3400 },
      { vip: 'router37', host: 'ethyl', fromMs: 4000, toMs: expect.any(Number) },
      { vip: 'router37', host: 'fred', fromMs: expect.any(Number), toMs: expect.any(Number) },
    ],
    probes: [{ target: 'web at 192.168.56.200:80', from: 'laptop', sent: 200, lost: 50 }],
  });
  expect(calls).toEqual(['lock', 'probe, not from fred', 'make', 'repair', 'release']);
});

test.each<[string, ScenarioName, Told, string, RegExp]>([
  [
    'a gap longer than what passes',
    'haproxy-dies',
    { moves: moved, lost: [1600, 6000] },
    'failed',
    /^no answer for 4.4 s, more than 3.6 s$/,
  ],
  [
    'nobody takes the address',
    'haproxy-dies',
    {},
    'failed',
    /^no other host took the address, which was expected after 2.6 s$/,
  ],
  [
    'the fault cannot be made',
    'drain',
    { outcomes: { make: { status: 'failed', reason: 'fred: no space' } } },
    'failed',
    /^fred: no space$/,
  ],
  [
    'locked by somebody',
    'drain',
    { outcomes: { lock: { status: 'unreachable', reason: 'fred: locked by jo' } } },
    'failed',
    /^fred: locked by jo$/,
  ],
  [
    'not repaired',
    'drain',
    { moves: moved, outcomes: { repair: { status: 'not-restored', reason: 'fred: NOT RESTORED' } } },
    'not-restored',
    /^fred: NOT RESTORED$/,
  ],
  [
    'repaired, and not as before',
    'drain',
    { moves: moved, looks: [splitBrain] },
    'not-restored',
    /^not as before after a minute: split brain: .* both hold router37/,
  ],
  [
    'the address does not come back',
    'drain',
    { moves: moved, looks: [on('ethyl')] },
    'not-restored',
    /VIP router37 is on ethyl, not on fred/,
  ],
  ['a host that does not say what it has', 'drain', { isReady: false }, 'failed', /^nothing was done$/],
])('%s', async (_, scenario, told, status, reason) => {
  const { run, calls } = rig(told);
  const result = await run(scenario);
  expect([result.status, result.reason]).toEqual([status, expect.stringMatching(reason)]);
  // Whatever happened, the way back was gone.
  expect(calls.slice(-2)).toEqual(['repair', 'release']);
});

test('an error in between is repaired before anybody hears of it', async () => {
  const { run, calls, drilling } = rig();
  drilling.probe = () => Promise.reject(new Error('no sockets left'));
  await expect(run('drain')).rejects.toThrow('no sockets left');
  expect(calls).toEqual(['lock', 'repair', 'release']);
});

test('what is well only now and then is waited for', async () => {
  const { run } = rig({ moves: moved, looks: [splitBrain, healthy, on('ethyl'), healthy, healthy] });
  expect((await run('drain')).status).toBe('passed');
});

test('an address that stays where it is, where the inventory says so', async () => {
  const told = rig({ moves: moved.slice(0, 3), looks: [on('ethyl')] });
  told.drilling.vips = inventory.vips.map((vip) => ({ ...vip, preempt: false }));
  expect((await told.run('keepalived-killed')).status).toBe('passed');
});

test('Ctrl-C repairs at once what is under way, and begins nothing more', async () => {
  const { drill, calls } = rig({ moves: moved, stopsAfter: 'make' });
  const report = await drill('drain', 'backend-dies');
  expect(report).toMatchObject({ passed: false, interrupted: true, restored: true });
  expect(report.results.map(({ status, reason }) => [status, reason])).toEqual([
    ['failed', 'interrupted, and repaired at once'],
    ['skipped', 'not begun: interrupted'],
  ]);
  expect(calls).toEqual(['lock', 'probe, not from fred', 'make', 'repair', 'release']);
});

test('after what could not be restored nothing is begun', async () => {
  const { drill, said } = rig({
    moves: moved,
    outcomes: { repair: { status: 'not-restored', reason: 'fred: broken' } },
  });
  const report = await drill('drain', 'keepalived-stops');
  expect(report).toMatchObject({ passed: false, restored: false, interrupted: false });
  expect(report.results.map(({ status }) => status)).toEqual(['not-restored', 'skipped']);
  expect(said.at(-1)).toBe('info keepalived-stops: skipped: not begun: drain was not restored');
});

test('what somebody else breaks in between ends the drill', async () => {
  const { drill } = rig({ moves: moved, looks: [healthy, healthy, healthy, hostOff] });
  expect((await drill('drain', 'keepalived-stops')).results.map(({ status }) => status)).toEqual([
    'passed',
    'failed',
  ]);
});

test('the next scenario is against who holds the address by then', async () => {
  const { drill, drilling } = rig({ moves: moved, looks: [healthy, on('ethyl'), on('ethyl'), on('ethyl')] });
  drilling.vips = inventory.vips.map((vip) => ({ ...vip, preempt: false }));
  const { results } = await drill('backend-dies', 'keepalived-killed');
  expect(results.map(({ host }) => host)).toEqual(['fred', 'ethyl']);
});

test('a pair is well, or there is a sentence about why not', () => {
  expect(whyNotWell(healthy)).toBeUndefined();
  expect(whyNotWell(drained)).toMatch(/^fred is drained/);
  expect(whyNotWell(splitBrain)).toMatch(/^split brain: .*: on ethyl: iptables -D/);
  const [broken] = splitBrain.findings;
  expect(
    whyNotWell({ ...healthy, findings: broken ? [{ ...broken, rule: 'run-broken' }] : [] }),
  ).toBeUndefined();
  const warning = (component: 'certificate' | 'haproxy'): Status => ({
    ...healthy,
    level: 'warning',
    findings: [
      {
        rule: 'x',
        level: 'warning',
        component,
        host: 'fred',
        on: ['fred'],
        message: 'x',
        evidence: [],
        next: '',
      },
    ],
  });
  expect(whyNotWell(warning('certificate'))).toBeUndefined();
  expect(whyNotWell(warning('haproxy'))).toBe('x');
  expect(holderOf(on('ethyl'), known)).toBe('ethyl');
});
