import type {
  DrillProbe,
  DrillReport,
  DrillSample,
  Moment,
  ScenarioName,
  ScenarioResult,
} from '../../src/drill/drill-report';
import { longestGap } from '../../src/drill/timeline';

/** When nobody answers, in milliseconds since the scenario began. */
interface Silence {
  fromMs: number;
  toMs: number;
  failure?: string;
}

/** Twenty requests a second, each a few milliseconds, those in a silence lost. */
function samples(durationMs: number, silences: Silence[]): DrillSample[] {
  return Array.from({ length: Math.floor(durationMs / 50) }, (_, index) => {
    const atMs = index * 50 + ((index * 7) % 5);
    const silence = silences.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
    if (!silence) return { atMs, ms: 2 + ((index * 13) % 9) };
    return { atMs, ms: 3, failure: silence.failure ?? 'connection refused' };
  });
}

function probe(target: string, durationMs: number, silences: Silence[] = [], from = 'laptop'): DrillProbe {
  const sent = samples(durationMs, silences);
  const gap = longestGap(sent);
  return {
    target,
    from,
    sent: sent.length,
    lost: sent.filter(({ failure }) => failure !== undefined).length,
    longestGapMs: gap ? gap.toMs - gap.fromMs : 0,
    samples: sent,
  };
}

const web = 'web at 192.168.56.200:80';

function scenario(
  name: ScenarioName,
  about: Partial<ScenarioResult> & Pick<ScenarioResult, 'title'>,
): ScenarioResult {
  const durationMs = about.durationMs ?? 20_000;
  const probes = about.probes ?? [probe(web, durationMs)];
  return {
    scenario: name,
    host: 'fred',
    status: 'passed',
    startedAt: '2026-03-01T03:00:10.000Z',
    durationMs,
    sent: probes.reduce((sum, one) => sum + one.sent, 0),
    lost: probes.reduce((sum, one) => sum + one.lost, 0),
    longestGapMs: Math.max(0, ...probes.map((one) => one.longestGapMs)),
    takeoverMs: null,
    limitMs: 4500,
    holders: [],
    moments: [],
    probes,
    ...about,
  };
}

/** fred has it, loses it at `lostMs`, ethyl has it from `takenMs` to `backMs`. */
const moved = (vip: string, lostMs: number, takenMs: number, backMs: number, endMs: number) => [
  { vip, host: 'fred', fromMs: 0, toMs: lostMs },
  { vip, host: 'ethyl', fromMs: takenMs, toMs: backMs },
  { vip, host: 'fred', fromMs: backMs + 40, toMs: endMs },
];

const story = (
  fault: string,
  atMs: number,
  takenMs: number,
  repairedMs: number,
  backMs: number,
): Moment[] => [
  { atMs, host: 'fred', text: fault },
  { atMs: takenMs, host: 'ethyl', text: 'has router37' },
  { atMs: repairedMs, host: 'fred', text: 'repaired' },
  { atMs: backMs, host: 'fred', text: 'has router37 again' },
];

const haproxyDies = scenario('haproxy-dies', {
  title: 'HAProxy on fred was killed',
  durationMs: 16_000,
  takeoverMs: 2270,
  newHolder: 'ethyl',
  expected: { gapMs: 2610, takeoverMs: 2610, formula: '2 × 1 s + (256 − 100)/256 s' },
  holders: moved('router37', 4290, 4320, 10_600, 16_000),
  moments: story('HAProxy killed', 2050, 4320, 7000, 10_640),
  probes: [
    probe(web, 16_000, [{ fromMs: 2050, toMs: 4400 }]),
    probe(web, 16_000, [{ fromMs: 2050, toMs: 4350 }], 'ethyl'),
  ],
});

const haproxyHangs = scenario('haproxy-hangs', {
  title: 'HAProxy on fred was stopped (SIGSTOP), so that it hangs',
  durationMs: 18_000,
  takeoverMs: 3410,
  newHolder: 'ethyl',
  expected: { gapMs: 4610, takeoverMs: 4610, formula: '2 × (1 s + 1 s) + (256 − 100)/256 s' },
  holders: moved('router37', 5400, 5460, 12_100, 18_000),
  moments: story('HAProxy paused', 2050, 5460, 8000, 12_140),
  probes: [probe(web, 18_000, [{ fromMs: 2050, toMs: 5500, failure: 'no answer within 1 s' }])],
});

const keepalivedKilled = scenario('keepalived-killed', {
  title: 'keepalived on fred was killed, so that its address stays',
  durationMs: 22_000,
  status: 'failed',
  reason: 'the longest gap was 6.10 s, and 4.50 s is the limit',
  takeoverMs: 3600,
  newHolder: 'ethyl',
  expected: { gapMs: 3610, takeoverMs: 3610, formula: '3 × 1 s + (256 − 100)/256 s' },
  holders: [
    { vip: 'router37', host: 'fred', fromMs: 0, toMs: 13_000 },
    { vip: 'router37', host: 'ethyl', fromMs: 5650, toMs: 14_000 },
    { vip: 'router37', host: 'fred', fromMs: 14_030, toMs: 22_000 },
  ],
  moments: [
    { atMs: 2050, host: 'fred', text: 'keepalived killed' },
    { atMs: 5650, host: 'ethyl', text: 'has router37, as fred still has' },
    { atMs: 12_950, host: 'fred', text: 'keepalived started again' },
    { atMs: 13_000, host: 'fred', text: 'gave router37 up' },
    { atMs: 14_000, host: 'ethyl', text: 'gave router37 up' },
    { atMs: 14_030, host: 'fred', text: 'has router37 again' },
  ],
  probes: [
    probe(web, 22_000, [
      { fromMs: 5650, toMs: 11_700 },
      { fromMs: 13_900, toMs: 14_100 },
    ]),
  ],
});

const drain = scenario('drain', {
  title: 'fred was drained, and given its place back',
  durationMs: 15_000,
  takeoverMs: 40,
  newHolder: 'ethyl',
  expected: { gapMs: 0, takeoverMs: 1000, formula: 'a planned move loses nothing' },
  holders: moved('router37', 3000, 3010, 9000, 15_000),
  moments: story('drained', 2050, 3010, 8000, 9040),
  probes: [probe(web, 15_000)],
});

const skippedBackend = scenario('backend-dies', {
  title: 'the web server on fred is stopped',
  status: 'skipped',
  reason: 'web has only one server: its clients would have none',
  durationMs: 0,
  probes: [],
});

function report(about: Partial<DrillReport> & Pick<DrillReport, 'results'>): DrillReport {
  return {
    version: 1,
    inventory: 'cluster37',
    startedAt: '2026-03-01T03:00:00.000Z',
    endedAt: '2026-03-01T03:02:41.000Z',
    hosts: ['fred', 'ethyl'],
    passed: about.results.every(({ status }) => status === 'passed' || status === 'skipped'),
    restored: about.results.every(({ status }) => status !== 'not-restored'),
    interrupted: false,
    ...about,
  };
}

const passed = report({ results: [haproxyDies, haproxyHangs, drain] });
const failed = report({ results: [haproxyDies, keepalivedKilled, drain, skippedBackend] });
const interrupted = report({ results: [haproxyDies], interrupted: true, passed: false });

const notRestored = report({
  results: [
    haproxyDies,
    scenario('link-cut', {
      title: 'the link of fred was cut',
      status: 'not-restored',
      reason: 'fred does not answer since; its own timer was to bring the link back at 03:02:10',
      durationMs: 25_000,
      takeoverMs: 3620,
      newHolder: 'ethyl',
      expected: { gapMs: 3610, takeoverMs: 3610, formula: '3 × 1 s + (256 − 100)/256 s' },
      holders: [
        { vip: 'router37', host: 'fred', fromMs: 0, toMs: 2050 },
        { vip: 'router37', host: 'ethyl', fromMs: 5670, toMs: 25_000 },
      ],
      moments: [
        { atMs: 2050, host: 'fred', text: 'link cut' },
        { atMs: 5670, host: 'ethyl', text: 'has router37' },
        { atMs: 24_900, text: 'fred is given up' },
      ],
      probes: [probe(web, 25_000, [{ fromMs: 2050, toMs: 5700, failure: 'no route to host' }])],
    }),
  ],
});

const twoVips = report({
  inventory: 'active-active',
  results: [
    scenario('keepalived-stops', {
      title: 'keepalived on fred was stopped',
      durationMs: 15_000,
      takeoverMs: 640,
      newHolder: 'ethyl',
      expected: { gapMs: 700, takeoverMs: 640, formula: '(256 − 100)/256 s' },
      holders: [
        ...moved('east', 2080, 2690, 8000, 15_000),
        { vip: 'west', host: 'ethyl', fromMs: 0, toMs: 15_000 },
      ],
      moments: story('keepalived stopped', 2050, 2690, 6000, 8040),
      probes: [
        probe('site at 192.168.56.212:80', 15_000, [{ fromMs: 2080, toMs: 2720 }]),
        probe('site at 192.168.56.213:80', 15_000),
        probe('queue at 192.168.56.213:5672', 15_000),
      ],
    }),
  ],
});

const longest = 'balancer-one.rack-17.frankfurt.example.io';
const longNames = report({
  inventory: 'a-pair-with-names-of-forty-characters-all',
  hosts: [longest, 'balancer-two.rack-18.amsterdam.example.io'],
  results: [
    {
      ...haproxyDies,
      title: `HAProxy on ${longest} was killed`,
      host: longest,
      newHolder: 'balancer-two.rack-18.amsterdam.example.io',
      moments: haproxyDies.moments.map((moment) => ({
        ...moment,
        host: longest,
        text: `${moment.text} (virtual-address-of-the-frankfurt-web-site)`,
      })),
      holders: haproxyDies.holders.map((span) => ({
        ...span,
        vip: 'virtual-address-of-the-frankfurt-web-site',
        host: `${span.host}.a-host-with-a-very-long-name.example.io`,
      })),
      probes: haproxyDies.probes.map((one) => ({
        ...one,
        target: 'the-shop-as-customers-of-frankfurt-see-it at [2001:db8:5601:1:0:ffff:1234:200]:8443',
        from: longest,
      })),
    },
  ],
});

/** Nothing answered, not even before: no gap can be counted. */
const deaf = report({
  results: [
    scenario('haproxy-dies', {
      title: 'HAProxy on fred was killed',
      status: 'failed',
      reason: 'nothing answered, not even before',
      durationMs: 15_000,
      probes: [probe(web, 15_000, [{ fromMs: 0, toMs: 15_000 }])],
    }),
  ],
});

/** Every one of them, by its name. */
export const drillReports = {
  passed,
  failed,
  interrupted,
  notRestored,
  twoVips,
  longNames,
  deaf,
  empty: report({ results: [] }),
} satisfies Record<string, DrillReport>;
