import type { EventBody } from '../../src/events/events';
import { HostRun } from '../../src/rollout/host-run';
import { sshHosts } from '../../src/rollout/ssh-host';
import { FakeHost } from '../support/fake-host';

const runOn = (host: FakeHost, emit: (event: EventBody) => void = () => {}) =>
  new HostRun(
    {
      run: '20260102T030405Z-abcdef',
      owner: 'ann@laptop',
      command: 'apply',
      inventory: 'pair',
      leaseSeconds: 60,
      emit,
    } as never,
    sshHosts({ connections: new Map([[host.host, host]]) } as never).get(host.host) as never,
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

test('a host whose time is over when it is to be confirmed says so', async () => {
  const told: EventBody[] = [];
  const late = { matches: ' confirm', stdout: '1\tstate\t-\trestored\n', code: 1 };
  const { status } = await runOn(new FakeHost('fred', [late]), (event) => void told.push(event)).confirm();
  expect(status).toBe('failed');
  expect(told).toContainEqual(
    expect.objectContaining({ message: 'was not confirmed within 60 s, and restored itself' }),
  );
});
