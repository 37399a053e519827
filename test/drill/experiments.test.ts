import { type ScenarioName, scenarios } from '../../src/drill/drill-report';
import {
  type Experiment,
  type ExperimentContext,
  experimentOf,
  type Impossible,
} from '../../src/drill/experiments';
import { leaseOf } from '../../src/drill/fault';
import { askScript, readAnswers, readMarks } from '../../src/drill/host-answers';
import type { Inventory } from '../../src/inventory/inventory';
import { readWatched } from '../../src/pair/drain-flag';
import { answersOf, knownOf, pairOf } from './pair';

/** What fred's keepalived is told, where its configuration is the user's own. */
const ownOf = (definition: string, tracks: string) => {
  const text = `${definition}\nvrrp_instance VI {\n priority 101\n virtual_ipaddress {\n 192.168.56.200\n }\n ${tracks}\n}\n`;
  const watched = readWatched(
    `config /etc/keepalived/keepalived.conf ${Buffer.from(text).toString('base64')}`,
  );
  if (!watched) throw new Error('it was not read');
  return knownOf(pairOf(), { answers: new Map([['fred', answersOf({ watched })]]) });
};

test('a drain goes by a file that the user’s own configuration looks at, as soon as that does', () => {
  const standby = made(
    'drain',
    'fred',
    ownOf(
      'vrrp_script out {\n script "/usr/bin/test ! -e /etc/keepalived/standby"\n interval 4\n fall 2\n}',
      'track_script {\n out\n }',
    ),
  );
  expect(standby.step.run).toBe("set_drain /etc/keepalived/standby 'drained by haprov'");
  // FAULT after two checks: nobody answers until the peer, of priority 100, has taken over.
  expect(standby.expected).toMatchObject({
    gapMs: (156 / 256) * 1000,
    takeoverMs: 8000 + (156 / 256) * 1000,
  });
  const file = made('drain', 'fred', ownOf('track_file w {\n file /srv/w\n}', 'track_file {\n w\n }'));
  expect(file.step.run).toBe('set_drain /srv/w -253');
  expect(file.expected).toMatchObject({ gapMs: 0, takeoverMs: 3000 + (156 / 256) * 1000 });
});

const mayBeDown = ({ services }: Inventory, ...names: string[]) => {
  for (const { servers } of services.map(({ backends }) => backends))
    for (const one of servers) if (names.includes(one.name)) one.mayBeDown = true;
};

/** The VIP's check looks at HAProxy, and at a unit too. */
const looksAt = (unit: string) =>
  pairOf((one) => {
    for (const vip of one.vips) vip.check = { ...vip.check, unit };
  });
const known = knownOf(looksAt('httpd'));
const made = (scenario: ScenarioName, holder = 'fred', of: ExperimentContext = known): Experiment => {
  const experiment = experimentOf(scenario, holder, of);
  if ('skipped' in experiment) throw new Error(experiment.skipped);
  return experiment;
};

test('every scenario is against the host that holds the VIP, and names it', () => {
  for (const scenario of scenarios) {
    for (const holder of ['fred', 'ethyl']) {
      const experiment = made(scenario, holder);
      expect(experiment.host).toBe(holder);
      expect(experiment.title).toContain(holder);
      expect(experiment.plan).toContain(holder);
      // A laptop that is lost is no longer missed than half a minute.
      expect(leaseOf(experiment)).toBeLessThanOrEqual(30);
    }
  }
});

test('a cut link costs nobody a server where there is no service', () => {
  expect(made('link-cut').clients).toMatch(/requests that HAProxy sends/);
  const without = knownOf(pairOf((one) => one.services.splice(0)));
  expect(made('link-cut', 'fred', without).clients).toBeUndefined();
});

test('a server that may be down is not the one that is stopped, and counts for nobody else who serves', () => {
  const of = (name: string) => knownOf(pairOf((one) => mayBeDown(one, name)));
  const stopped = made('backend-dies', 'fred', of('fred'));
  expect([stopped.host, stopped.clients]).toEqual(['ethyl', expect.stringMatching(/^nobody else serves/)]);
  expect(made('link-cut', 'fred', of('ethyl')).clients).toMatch(/^nobody else serves/);
  expect(
    made(
      'haproxy-dies',
      'fred',
      knownOf(
        pairOf((one) => {
          for (const vip of one.vips) vip.check.looksForProcess = true;
        }),
      ),
    ).expected.gapMs,
  ).toBe(made('haproxy-dies').expected.gapMs);
});

test('what passes: what is expected and a second; or what was said', () => {
  const { expected, limitMs } = made('haproxy-dies');
  expect(limitMs).toBe(expected.gapMs + 1000);
  expect(made('haproxy-dies', 'fred', { ...known, maxGapMs: 700 }).limitMs).toBe(700);
});

test.each<[string, ScenarioName, ExperimentContext, RegExp]>([
  ['without VIPs', 'drain', knownOf(pairOf((one) => one.vips.splice(0))), /no VIP .* has two hosts/],
  [
    'with one member',
    'drain',
    knownOf(pairOf((one) => one.vips[0]?.members.pop())),
    /no VIP .* has two hosts/,
  ],
  [
    'whose keepalived looks at nothing',
    'drain',
    ownOf('', ''),
    /nor at a file of its own, so it would keep VIP/,
  ],
  ['whose check looks at no unit', 'unit-stops', knownOf(pairOf()), /looks at no unit/],
  [
    'whose check does not ask HAProxy',
    'haproxy-dies',
    knownOf(
      pairOf((one) => {
        for (const vip of one.vips) vip.check.haproxy = false;
      }),
    ),
    /does not ask HAProxy/,
  ],
  [
    'whose check looks for a process only',
    'haproxy-hangs',
    knownOf(
      pairOf((one) => {
        for (const vip of one.vips) vip.check.looksForProcess = true;
      }),
    ),
    /looks only whether a process is there: a HAProxy that hangs would keep the address/,
  ],
  [
    'whose every server may be down',
    'backend-dies',
    knownOf(pairOf((one) => mayBeDown(one, 'fred', 'ethyl'))),
    /no unit of the playbooks/,
  ],
  [
    'without keepalived',
    'keepalived-stops',
    knownOf(pairOf(), { units: new Map([['fred', ['haproxy']]]) }),
    /fred runs no keepalived/,
  ],
  [
    'without a unit that serves',
    'backend-dies',
    knownOf(pairOf(), { units: new Map([['fred', ['haproxy', 'keepalived']]]) }),
    /no unit of the playbooks/,
  ],
  [
    'where another unit listens than the playbooks have',
    'backend-dies',
    knownOf(pairOf(), {
      answers: new Map([['fred', answersOf({ listeners: new Map([[8080, 'nginx']]) })]]),
      units: new Map([['fred', ['httpd']]]),
    }),
    /no unit of the playbooks/,
  ],
  [
    'without nft and iptables',
    'link-cut',
    knownOf(pairOf(), { answers: new Map([['fred', answersOf({ link: 'none' })]]) }),
    /neither nft nor iptables/,
  ],
])('%s, %s is skipped, and says why', (_, scenario, of, why) => {
  expect((experimentOf(scenario, 'fred', of) as Impossible).skipped).toMatch(why);
});

test('a VIP that nobody holds', () => {
  expect(experimentOf('drain', undefined, known)).toMatchObject({ skipped: 'nobody holds VIP router37' });
});

test('a backend elsewhere, where the holder has none; its clients are warned where it is the only one', () => {
  const inventory = pairOf((one) => one.services[0]?.backends.servers.shift());
  const experiment = made('backend-dies', 'fred', knownOf(inventory));
  expect(experiment).toMatchObject({
    host: 'ethyl',
    clients: expect.stringContaining('nobody else serves cluster37'),
  });
  expect(experiment.step.run).toBe('stop_unit httpd');
});

test('of several units the one that listens is stopped; names are quoted', () => {
  const units = new Map([['fred', ["it's", 'crond', 'haproxy']]]);
  const answers = new Map([['fred', answersOf({ listeners: new Map([[8080, "it's"]]) })]]);
  expect(made('backend-dies', 'fred', knownOf(pairOf(), { units, answers })).step.run).toBe(
    "stop_unit 'it'\\''s'",
  );
});

test('two VIPs of one service may take its servers by turns when one of them is cut off', () => {
  const two = pairOf((one) =>
    one.vips.push({ ...(one.vips[0] as never as object), name: 'second' } as never),
  );
  expect(made('link-cut').expected.gapMs).toBeCloseTo(3609, 0);
  expect(made('link-cut', 'fred', knownOf(two)).expected.gapMs).toBeCloseTo(5609, 0);
});

test('iptables leaves ARP alone, and the plan says so', () => {
  const answers = new Map([['fred', answersOf({ link: 'iptables' })]]);
  expect(made('link-cut', 'fred', knownOf(pairOf(), { answers })).plan).toContain('ARP still gets through');
});

test('what a host says of itself', () => {
  expect(askScript([8080])).toContain('\nunit_on 8080\n');
  expect(readAnswers('restart haproxy always 1min 1.500s\nlink nft\nlistener 8080 httpd\n')).toEqual({
    link: 'nft',
    restarts: new Map([['haproxy', 61_500]]),
    listeners: new Map([[8080, 'httpd']]),
  });
  expect(readAnswers('restart haproxy no 100ms\nlink none\n')).toMatchObject({
    restarts: new Map(),
    link: 'none',
  });
  expect(readAnswers('restart haproxy on-failure 100ms\n').restarts).toEqual(new Map([['haproxy', 100]]));
});

test('its marks are told by the laptop’s clock', () => {
  expect(readMarks('now 1000.50\nmade 990.25\nrepaired 999\n', 5_000_000)).toEqual({
    made: 5_000_000 - 10_250,
    repaired: 5_000_000 - 1500,
  });
  expect(readMarks('', 5_000_000)).toEqual({});
});
