import type { EventBody } from '../../src/events/events';
import { HostRun } from '../../src/rollout/host-run';
import { sshHosts } from '../../src/rollout/ssh-host';
import { FakeHost } from '../support/fake-host';

const connected = (host: FakeHost) => sshHosts({ connections: new Map([[host.host, host]]) } as never);
const runOn = (
  host: FakeHost,
  emit: (event: EventBody) => void = () => {},
  more = {},
  hosts = connected(host),
) =>
  new HostRun(
    {
      run: '20260102T030405Z-abcdef',
      owner: 'ann@laptop',
      command: 'apply',
      inventory: 'pair',
      leaseSeconds: 60,
      giveUpSeconds: 60,
      ...more,
      emit,
    } as never,
    hosts.get(host.host) as never,
    { host: host.host, changes: [] } as never,
  );
const isLocked = (run: HostRun) =>
  Promise.race([run.locked, new Promise((done) => setImmediate(done, false))]);

test.each([
  ['locks its host', '1\tstate\t-\tstaging\n2\tstate\t-\tstaged\n', 0, 'ok', true],
  [
    'is refused the lock',
    '1\tlocked\t-\trun9 1 bob@laptop\n2\tstate\t-\trestored\n',
    75,
    'unreachable',
    false,
  ],
])('a run that %s', async (_, stdout, code, status, locked) => {
  const run = runOn(new FakeHost('fred', [{ matches: ' stage', stdout, code }]));
  expect([(await run.stage()).status, await isLocked(run)]).toEqual([status, locked]);
});

test('a run that somebody has ended says so, and a gate that stays shut says where to look', async () => {
  const told: EventBody[] = [];
  const ended = { matches: ' commit', stdout: '1\tstate\t-\tcommitting\n', code: 137 };
  const run = runOn(new FakeHost('fred', [ended]), (event) => void told.push(event));
  expect((await run.commit()).status).toBe('failed');
  const pairState = new Map();
  const { status } = await run.gated(async () => ({
    pairState,
    faults: ['fred: server shop/ethyl is DOWN'],
  }));
  expect(status).toBe('failed');
  const messages = told.flatMap((event) => ('message' in event ? [event.message] : []));
  expect(messages).toEqual([
    'was ended there by signal 9, as by somebody’s haprov unlock --force; haprov log shows how it ended',
    'fred: server shop/ethyl is DOWN; its logs of the last 2 minutes say more (on fred: journalctl --since -2min)',
  ]);
});

test.each([
  [0, 'was not confirmed within 0 s (--confirm-within), and restored itself'],
  [60, 'was restored meanwhile, as after a loss of its power: haprov log shows why'],
])(
  'a host that is restored when it is to be confirmed, within %d s, says why',
  async (leaseSeconds, says) => {
    const told: EventBody[] = [];
    const host = new FakeHost('fred', [
      { matches: ' commit', stdout: '1\tstate\t-\tcommitted\n' },
      { matches: ' confirm', stdout: '1\tstate\t-\trestored\n', code: 1 },
    ]);
    const run = runOn(host, (event) => void told.push(event), { leaseSeconds });
    expect((await run.commit()).status).toBe('ok');
    expect((await run.confirm()).status).toBe('failed');
    expect(told.at(-1)).toMatchObject({ message: says });
  },
);

test('a host that cannot write is not called restored', async () => {
  const told: EventBody[] = [];
  const host = new FakeHost('fred', [{ matches: ' restore', stdout: '', code: 74 }]);
  expect((await runOn(host, (event) => void told.push(event)).restore()).status).toBe('not-restored');
  expect(told.at(-1)).toMatchObject({
    left: 'not-restored',
    message: expect.stringMatching(
      /^NOT RESTORED: the run could not be written to \/var\/lib\/haprov: .* read-only\?; if it runs, it ends or restores by itself/,
    ),
  });
});

test.each([
  ['restored', 127, 'restore', 'ok', undefined],
  ['broken', 127, 'restore', 'not-restored', 'NOT RESTORED: log in to fred'],
  ['committed alive', 137, 'restore', 'not-restored', 'NOT RESTORED: failed (it is committed)'],
  ['finished', 127, 'finish', 'ok', undefined],
])(
  'where its run is %s and its program ends with %d, %s asks the host itself',
  async (settled, code, verb, status, says) => {
    const told: EventBody[] = [];
    const host = new FakeHost('fred', [
      { matches: ` ${verb} `, code },
      { matches: 'settle_run_of 2026', stdout: `${settled}\n` },
    ]);
    const connections = new Map([['fred', host]]);
    const hosts = sshHosts({ connections, reconnect: async () => host } as never);
    const run = runOn(host, (event) => void told.push(event), {}, hosts);
    expect(await run[verb as 'restore' | 'finish']()).toMatchObject({ status });
    expect(told).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        text: `the program of its run ended with exit code ${code}; logging in again, for 60 s at most`,
      }),
    );
    const end = told.at(-1);
    if (says) expect(end).toMatchObject({ message: expect.stringContaining(says) });
    else expect(end).not.toHaveProperty('message');
  },
);

test.each([
  ['commit', 'committing', 'restored', 'restored'],
  ['commit', 'committing', 'broken', 'not-restored'],
  ['stage', 'staging', 'restored', undefined],
  ['stage', 'staging', 'broken', 'not-restored'],
])('%s that ends a host %s as %s says how it left the host', async (verb, begun, state, left) => {
  const told: EventBody[] = [];
  const stdout = `1\tstate\t-\t${begun}\n2\tstate\t-\t${state}\n`;
  const host = new FakeHost('fred', [{ matches: ` ${verb}`, stdout, code: 1 }]);
  await runOn(host, (event) => void told.push(event))[verb as 'commit' | 'stage']();
  expect(told.flatMap((event) => (event.type === 'phase-end' ? [event.left] : []))).toEqual([left]);
});

test('a run that has more time to be confirmed than its lease tells its host so', async () => {
  const host = new FakeHost('fred', [{ matches: ' stage', stdout: '1\tstate\t-\tstaged\n' }]);
  await runOn(host, () => {}, { confirmSeconds: 390 }).stage();
  expect(host.scripts.join('\n')).toMatch(/ lease=60 confirm_within=390$/m);
});
