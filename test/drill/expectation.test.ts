import type { ScenarioName } from '../../src/drill/drill-report';
import { type Circumstances, expectationOf, holdOf } from '../../src/drill/expectation';
import type { Inventory, Vip } from '../../src/inventory/inventory';
import { pairOf } from './pair';

const around = (
  edit: (vip: Vip, inventory: Inventory) => void = () => {},
  more: Partial<Circumstances> = {},
) => {
  const inventory = pairOf((one) => edit(one.vips[0] as Vip, one));
  const [service] = inventory.services;
  return { vip: inventory.vips[0] as Vip, holder: 'fred', service, server: 'fred', ...more };
};

test.each<[ScenarioName, Circumstances, number, number | undefined, RegExp]>([
  ['haproxy-dies', around(), 2609, 2609, /^2 × 1 s \+ \(256 − 100\)\/256 s = 2\.6 s$/],
  [
    'haproxy-dies',
    around((vip) => {
      vip.check = { haproxy: true, interval: 3, fall: 4, rise: 1, weight: 0 };
    }),
    12_609,
    12_609,
    /^4 × 3 s/,
  ],
  [
    'unit-stops',
    around((vip) => {
      vip.check = { ...vip.check, haproxy: false, unit: 'httpd', interval: 2, fall: 3 };
    }),
    6609,
    6609,
    /^3 × 2 s \+ \(256 − 100\)/,
  ],
  // The peer takes it by its priority, which its own check adds to, when it has heard nothing good for long enough.
  [
    'haproxy-dies',
    around((vip) => {
      vip.check.weight = 10;
    }),
    5570,
    5570,
    /2 × 1 s \+ 3 × 1 s \+ \(256 − 110\)/,
  ],
  [
    'haproxy-dies',
    around(undefined, { restartsAfterMs: 100 }),
    2609,
    undefined,
    /starts it again after 0\.1 s; at worst 2 × 1 s/,
  ],
  // A check that hangs takes 1 s, so that every other one is left out.
  ['haproxy-hangs', around(), 4609, 4609, /^1 s \+ 1 × 2 s \+ 1 s \+ \(256/],
  [
    'haproxy-hangs',
    around((vip) => {
      vip.check.interval = 2;
    }),
    5609,
    5609,
    /^2 s \+ 1 × 2 s \+ 1 s/,
  ],
  [
    'haproxy-hangs',
    around((vip) => {
      vip.check.fall = 1;
    }),
    2609,
    2609,
    /^1 s \+ 1 s \+/,
  ],
  ['keepalived-stops', around(), 609, 609, /^\(256 − 100\)\/256 s = 0\.6 s$/],
  ['keepalived-stops', around(undefined, { holder: 'ethyl' }), 605, 605, /256 − 101/],
  [
    'keepalived-killed',
    around(),
    609,
    3609,
    /after 3 × 1 s \+ \(256 − 100\)\/256 s = 3\.6 s; the address stays/,
  ],
  [
    'keepalived-killed',
    around((vip) => {
      vip.advertInterval = 5;
    }),
    609,
    15_609,
    /3 × 5 s/,
  ],
  // VRRPv3 has the skew of a whole advert interval.
  [
    'link-cut',
    around(
      (vip) => {
        vip.advertInterval = 2;
        vip.family = 6;
      },
      { service: undefined },
    ),
    7219,
    7219,
    /3 × 2 s \+ \(256 − 100\)\/256 × 2 s/,
  ],
  ['link-cut', around(undefined, { service: undefined }), 3609, 3609, /^3 × 1 s .* = 3\.6 s$/],
  ['link-cut', around(), 5609, 3609, /= 3\.6 s; 5\.6 s where requests fall to its server by turns$/],
  [
    'drain',
    around(),
    0,
    4609,
    /somebody answers all the while, and what is open then is cut; moved after 1 s \+ 3 × 1 s/,
  ],
  [
    'drain',
    around((vip) => {
      vip.preempt = false;
    }),
    609,
    1609,
    /^1 s \+ \(256 − 100\)/,
  ],
  ['backend-dies', around(), 6000, undefined, /^3 × 2 s = 6 s until HAProxy asks the others only$/],
  [
    'backend-dies',
    around((_, { services }) => {
      services[0]?.backends.servers.pop();
    }),
    12_000,
    undefined,
    /^nobody else serves: 3 × 2 s \+ 2 s \+ 2 × 2 s = 12 s$/,
  ],
])('%s of %#: gap and takeover', (scenario, circumstances, gapMs, takeoverMs, formula) => {
  const found = expectationOf(scenario, circumstances);
  expect([Math.round(found.gapMs), found.takeoverMs && Math.round(found.takeoverMs)]).toEqual([
    gapMs,
    takeoverMs,
  ]);
  expect(found.formula).toMatch(formula);
});

test.each<[ScenarioName, number, number, RegExp]>([
  ['haproxy-dies', 3609, 3609, /^2 × 1 s \+ \(256 − 100\)\/256 s \+ 1 s = 3\.6 s$/],
  ['keepalived-stops', 1609, 1609, /^\(256 − 100\)\/256 s \+ 1 s = 1\.6 s$/],
  ['link-cut', 4609, 4609, /^3 × 1 s \+ \(256 − 100\)\/256 s \+ 1 s = 4\.6 s$/],
  ['drain', 2000, 4609, /^nobody answers for 2 × 1 s with keepalived before 2\.0, /],
])('%s with keepalived 1.3.5, as measured', (scenario, gapMs, takeoverMs, formula) => {
  const found = expectationOf(scenario, { ...around(undefined, { service: undefined }), isLate: true });
  expect([found.gapMs, found.takeoverMs ?? 0].map(Math.round)).toEqual([gapMs, takeoverMs]);
  expect(found.formula).toMatch(formula);
});

test('of three hosts the next by priority takes over', () => {
  const three = around((vip) => vip.members.push({ host: { name: 'lucy' } as never, priority: 56 }));
  expect(expectationOf('keepalived-stops', three).formula).toMatch('256 − 100');
  expect(expectationOf('keepalived-stops', { ...three, holder: 'ethyl' }).formula).toMatch('256 − 101');
});

test('a fault is left until all has come of it, and 2 s more', () => {
  expect(holdOf('keepalived-killed', around())).toBeCloseTo(5609, -1);
  expect(holdOf('backend-dies', around())).toBe(8000);
  expect(holdOf('link-cut', around())).toBeCloseTo(5609, -1);
});

test('nobody waits for a check of minutes', () => {
  const slow = around((_, { services }) => {
    const [service] = services;
    if (service) service.check.interval = 60_000;
  });
  expect(holdOf('backend-dies', slow)).toBe(22_000);
});
