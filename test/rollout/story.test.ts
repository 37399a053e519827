import { ExitCode } from '../../src/errors';
import fc, { type Arbitrary } from '../support/property';
import { brokenPromises } from './model/promises';
import { names, type Story, type Told, tell } from './model/story';
import { type Trouble, verbs } from './model/world';

/** A run on a model of a pair, or of three hosts: whatever befalls it, and wherever it is cut. */

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const plain: Story = {
  hosts: 2,
  together: false,
  serial: 1,
  onFailure: 'restore',
  change: 'reload haproxy',
  troubles: [],
  sick: [],
};

const vips = ['fred lendVips', 'fred takeVipsBack'];
const servers = ['fred', 'ethyl'].flatMap((host) => [`${host} lendServers`, `${host} takeServersBack`]);
test.each<[Partial<Story>, string[]]>([
  [{}, []],
  [{ change: 'restart haproxy' }, vips],
  [{ change: 'restart httpd' }, servers],
  [{ together: true }, []],
  [{ hosts: 3, serial: 2 }, []],
  [{ slow: 'ethyl' }, []],
])('a run that nothing befalls: %j', async (more, expected) => {
  const told = await tell({ ...plain, ...more });
  expect(told.result).toMatchObject({ exitCode: ExitCode.done, failed: 0, changed: told.world.hosts.length });
  holds({ ...plain, ...more }, told);
  expect(told.seconds).toBeLessThan(80);
  const lent = told.world.diary.filter(({ what }) => /^(lend|take)/.test(what));
  expect(new Set(lent.map(({ host, what }) => `${host} ${what}`))).toEqual(new Set(expected));
});

test.each<[string, Partial<Story>, 'at once' | 'in turn']>([
  ['serves nobody', { bare: names }, 'at once'],
  ['serves nobody, and the operator says how many at a time', { bare: names, serial: 1 }, 'in turn'],
  ['has a host that runs', { bare: ['ethyl', 'ricky'] }, 'in turn'],
  ['serves', {}, 'in turn'],
])('a pair that %s', async (_, more, how) => {
  const one = { ...plain, serial: undefined, hosts: 3, ...more };
  const told = await tell(one);
  holds(one, told);
  expect(told.result).toMatchObject({ exitCode: ExitCode.done, failed: 0, changed: 3 });
  const verbs = told.world.diary.flatMap(({ what }) => (/^(commit|confirm)$/.test(what) ? [what] : []));
  const each = ['commit', 'confirm'];
  expect(verbs).toEqual(
    how === 'in turn'
      ? [...each, ...each, ...each]
      : [...Array(3).fill('commit'), ...Array(3).fill('confirm')],
  );
});

test.each(['reload haproxy', 'restart httpd'] as const)(
  'a turn waits for --steady once its changes are made, and for nothing more: %s',
  async (change) => {
    const { world } = await tell({ ...plain, change });
    const at = (host: string, what: string) =>
      world.diary.find((one) => one.host === host && one.what === what)?.at ?? Number.NaN;
    // --steady is 500 ms here; a reloaded HAProxy has checked its servers after 400 ms.
    for (const host of ['fred', 'ethyl'])
      expect(at(host, 'confirm') - at(host, 'committed')).toBeLessThan(700);
  },
);

test('a host whose keepalived goes to FAULT by its change is restored, and the other is not touched', async () => {
  const one: Story = { ...plain, faulty: names, gateMs: 5000 };
  const told = await tell(one);
  holds(one, told);
  expect(told.result).toMatchObject({ exitCode: ExitCode.failed, changed: 0 });
  expect(told.world.diary.map(({ what }) => what).join('\n')).toContain(
    'said to fail: ethyl: keepalived has gone to FAULT for web',
  );
  expect(told.world.hosts.map(({ files }) => files)).toEqual(['old', 'old']);
  expect(told.world.diary).not.toContainEqual(expect.objectContaining({ host: 'fred', what: 'commit' }));
});

const refusing = { status: 'DOWN', check: 'L7STS' };

test.each<[string, Partial<Story>]>([
  ['one after the other', {}],
  ['together', { together: true }],
  ['as a check is failing still', { gateMs: 8000, renamed: { status: 'UP 1/3', check: 'L7STS' } }],
  ['for a list of drained servers', { renamed: { status: 'DRAIN', check: 'L7OK' } }],
])(
  'a service that loses its last server in the first host’s HAProxy, %s: it is restored, and no other is touched',
  async (_, more) => {
    const one: Story = { ...plain, renamed: refusing, ...more };
    const told = await tell(one);
    holds(one, told);
    expect(told.result).toMatchObject({ exitCode: ExitCode.failed, changed: 0 });
    expect(told.world.diary.map(({ what }) => what).join('\n')).toMatch(
      /said to fail: \w+: service web: no server is up, so clients (get 503|are turned away)/,
    );
    expect(told.world.hosts.map(({ files }) => files)).toEqual(['old', 'old']);
    const committed = told.world.diary.filter(({ what }) => what === 'commit');
    expect(committed).toHaveLength(more.together ? 2 : 1);
  },
);

test.each<[string, Partial<Story>]>([
  ['are up', { renamed: { status: 'UP', check: 'L7OK' } }],
  ['are not checked yet', { renamed: { status: 'UP', check: 'INI' } }],
  ['are going up', { renamed: { status: 'DOWN 1/2', check: 'L7OK' } }],
  ['are down, as the operator has agreed to', { renamed: refusing, mayLose: true }],
  ['are down, as they were before for its own HAProxy', { renamed: refusing, wasDown: true }],
])('servers with new names that %s keep no gate shut', async (_, more) => {
  const told = await tell({ ...plain, ...more });
  expect(told.result).toMatchObject({ exitCode: ExitCode.done, changed: 2 });
});

test.each<[string, Partial<Story>]>([
  ['it was in FAULT before its commit', { faultyBefore: names }],
  [
    'its keepalived cannot be asked',
    { troubles: names.map((host) => ({ host, verb: 'inFault', nth: 1, what: 'refuses', seconds: 1 })) },
  ],
])('a host in FAULT passes where %s', async (_, more) => {
  const told = await tell({ ...plain, faulty: names, ...more });
  expect(told.result).toMatchObject({ exitCode: ExitCode.done, changed: 2 });
});

test('nobody lends a VIP to a host whose keepalived has it in FAULT', async () => {
  const one: Story = { ...plain, change: 'restart haproxy', faulty: ['ethyl'], faultyBefore: ['ethyl'] };
  const told = await tell(one);
  holds(one, told);
  expect(told.result).toMatchObject({ exitCode: ExitCode.failed, changed: 1 });
  expect(said(told)).toMatch(
    /fred could not be drained, so it was not touched: VIP web .* would have no host: ethyl: keepalived there is in FAULT for it/,
  );
  expect(told.world.diary).not.toContainEqual(expect.objectContaining({ host: 'fred', what: 'lendVips' }));
});

test('somebody who is at work on a host without changes keeps the others as they are', async () => {
  const one: Story = { ...plain, hosts: 3, unchanged: 'ricky' };
  const free = await tell(one);
  expect(free.result).toMatchObject({ exitCode: ExitCode.done, changed: 2 });
  const told = await tell({ ...one, locked: 'ricky' });
  expect(told.result).toMatchObject({ exitCode: ExitCode.unreachable, changed: 0 });
  expect(said(told)).toContain('ricky locked by bob@laptop since');
  expect(told.world.hosts.map(({ files, lock }) => [files, lock])).toEqual([
    ['old', ''],
    ['old', ''],
    ['old', 'run9 1 bob@laptop'],
  ]);
  // Who comes later sees the locks: nobody else is asked before all are there.
  const verbs = told.world.diary.map(({ host, what }) => `${host} ${what}`);
  const asked = verbs.indexOf('ricky atWork');
  expect(['fred stage', 'ethyl stage'].map((one) => verbs.indexOf(one) < asked)).toEqual([true, true]);
});

test('a host without changes that does not say who is at work there is warned of', async () => {
  const silent = { host: 'ricky', verb: 'atWork', nth: 1, what: 'refuses', seconds: 1 } as const;
  const told = await tell({ ...plain, hosts: 3, unchanged: 'ricky', troubles: [silent] });
  expect(told.result).toMatchObject({ exitCode: ExitCode.done, changed: 2 });
  expect(said(told)).toContain('ricky could not be asked whether another run is at work there');
});

const said = ({ world }: Told) =>
  world.events.flatMap((one) => (one.type === 'message' ? [`${one.host} ${one.text}`] : [])).join('\n');

test('hosts that commit together are looked at together: as often as one alone', async () => {
  const looks = async (hosts: number) => {
    const { world } = await tell({ ...plain, hosts, together: true });
    return world.diary.filter(({ host, what }) => host === 'fred' && what === 'observe').length;
  };
  expect(await looks(3)).toBe(await looks(1));
});

test('a host behind the pair is asked in its own turn, and not in those of its many likes', async () => {
  const asked = async (behind: number) => {
    const one: Story = { ...plain, change: 'restart httpd', behind };
    const told = await tell(one);
    expect(told.result).toMatchObject({ exitCode: ExitCode.done, failed: 0, changed: 2 + behind });
    return told.world.diary.flatMap(({ host, what }) =>
      host === 'web1' && /^(observe|lendServers|takeServersBack)$/.test(what) ? [what] : [],
    );
  };
  expect(await asked(7)).toEqual(await asked(1));
});

function holds(story: Story, told: Told): void {
  const broken = brokenPromises(story, told);
  if (broken.length > 0)
    throw new Error(
      `${broken.join('\n')}\n${told.world.diary.map(({ at, host, what }) => `${Math.round(at)} ${host} ${what}`).join('\n')}\n${JSON.stringify(told.result)}`,
    );
}

const places = (hosts: number) => names.slice(0, hosts);
/** A lease that is not renewed once is renewed the next time. */
const told = verbs.filter((verb) => verb !== 'renew');
const troubles: Trouble['what'][] = [
  'refuses',
  'is cut before',
  'is cut meanwhile',
  'is cut after',
  'never answers',
  'restarts',
];
const seconds = fc.constantFrom(1, 15, 40, 200);
const trouble = (hosts: number): Arbitrary<Trouble> =>
  fc.record({
    host: fc.constantFrom(...places(hosts)),
    verb: fc.constantFrom(...told),
    nth: fc.constantFrom(1, 1, 1, 2, 3, 5),
    what: fc.constantFrom(...troubles),
    seconds,
  });

/** In some stories, a verb or event at which the operator acts. */
const point = fc.option(fc.integer({ min: 1, max: 120 }), { freq: 3, nil: undefined }) as Arbitrary<
  number | undefined
>;

const story: Arbitrary<Story> = fc.integer({ min: 1, max: 3 }).chain((hosts) =>
  fc.record({
    hosts: fc.constant(hosts),
    behind: fc.constantFrom(0, 0, 2),
    together: fc.boolean(),
    serial: fc.constantFrom(undefined, 1, 2),
    bare: fc.option(fc.subarray(places(hosts)), { freq: 3, nil: undefined }),
    onFailure: fc.constantFrom('restore', 'restore-all'),
    change: fc.constantFrom('reload haproxy', 'restart haproxy', 'restart httpd', 'move httpd'),
    troubles: fc.array(trouble(hosts), { maxLength: 2 }),
    sick: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.subarray(places(hosts)) },
    ),
    stopAt: point,
    goneAt: point,
    locked: fc.option(fc.constantFrom(...places(hosts)), { freq: 8, nil: undefined }) as Arbitrary<
      string | undefined
    >,
  }),
);

describe.each<Partial<Story>>([
  { change: 'restart haproxy' },
  { change: 'restart httpd' },
  { change: 'move httpd' },
  { together: true },
])('whatever befalls one host of %j, for longer than a lease,', (more) => {
  test.each(troubles)('where it %s', async (what) => {
    for (const host of places(2))
      for (const verb of told) {
        const one = { ...plain, ...more, troubles: [{ host, verb, nth: 1, what, seconds: 200 }] };
        holds(one, await tell(one));
      }
  });
});

/** More of them: HAPROV_STORIES=20000. */
const runs = Number(process.env.HAPROV_STORIES ?? 100);

test('whatever befalls it, its promises hold', async () => {
  await fc.assert(
    fc.asyncProperty(story, async (one) => holds(one, await tell(one))),
    { numRuns: runs },
  );
});

describe.each<Partial<Story>>([
  { change: 'restart haproxy' },
  { change: 'restart httpd' },
  { change: 'move httpd' },
  { together: true },
  { onFailure: 'restore-all', hosts: 3 },
])('at every point of %j', (more) => {
  const whole = { ...plain, ...more };
  test.each<[string, (point: number) => Partial<Story>]>([
    ['Ctrl-C', (stopAt) => ({ stopAt })],
    ['Ctrl-C twice', (stopAt) => ({ stopAt, goneAt: stopAt + 3 })],
    ['the laptop goes off', (goneAt) => ({ goneAt })],
  ])('%s', async (_, cut) => {
    const { points } = (await tell(whole)).world;
    expect(points).toBeGreaterThan(30);
    for (let point = 1; point <= points; point++) {
      const one = { ...whole, ...cut(point) };
      holds(one, await tell(one));
    }
  });
});

test.each([
  ['restart haproxy', 'lendVips', 'takeVipsBack'],
  ['restart httpd', 'lendServers', 'takeServersBack'],
] as const)(
  'where a %s does not serve, the host is restored before all is given back',
  async (change, lend, take) => {
    const one: Story = { ...plain, change, sick: ['fred'] };
    const told = await tell(one);
    holds(one, told);
    const own = told.world.diary.filter(({ host }) => host === 'fred').map(({ what }) => what);
    const order = [lend, 'committed', 'restored', take].map((what) => own.indexOf(what));
    // HAProxy must see the servers before it is known whether they serve.
    if (lend === 'lendServers') order.pop();
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  },
);

test('a balancer whose turn is to come does not get a server back that it would look for where it was', async () => {
  const one: Story = { ...plain, change: 'move httpd' };
  const told = await tell(one);
  holds(one, told);
  const [first, second] = told.world.diary.flatMap(({ host, what }) => (what === 'commit' ? [host] : []));
  expect([first, second]).toEqual(['fred', 'ethyl']);
  const ethyl = told.world.diary.filter(({ host }) => host === 'ethyl').map(({ what }) => what);
  const untilCommit = ethyl.slice(0, ethyl.indexOf('commit'));
  expect(untilCommit).toContain('lendServers');
  expect(untilCommit).not.toContain('takeServersBack');
});

test('with restore-all the hosts that were done are as before, too', async () => {
  const one: Story = { ...plain, onFailure: 'restore-all', sick: ['fred'] };
  const told = await tell(one);
  holds(one, told);
  expect(told.result?.message).toBe('failed on fred; restored on ethyl');
  expect(told.world.hosts.map(({ files }) => files)).toEqual(['old', 'old']);
});
