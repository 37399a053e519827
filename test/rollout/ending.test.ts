import { changeNothing, giveUp } from '../../src/rollout/ending';
import { HostRun } from '../../src/rollout/host-run';
import { sshHosts } from '../../src/rollout/ssh-host';
import { FakeHost } from '../support/fake-host';

/** A host whose stage installs a package, or fails before; its validator refuses what comes then. */
const stagedOn = async (name: string, journal: string, state = 'restored') => {
  const host = new FakeHost(name, [
    { matches: ' stage', stdout: `${journal}9\tstate\t-\t${state}\n`, code: 1 },
  ]);
  const change = {
    id: 'package x',
    type: 'package',
    target: 'x',
    action: 'install',
    attributes: [{ name: 'x', from: null, to: 'installed' }],
    step: { phase: 'prepare' },
  };
  const run = new HostRun(
    {
      run: '20260102T030405Z-abcdef',
      owner: 'a',
      command: 'apply',
      inventory: 'i',
      leaseSeconds: 60,
      emit: () => {},
    } as never,
    sshHosts({ connections: new Map([[name, host]]) } as never).get(name) as never,
    { host: name, changes: [change] } as never,
  );
  return { run, outcome: await run.stage() };
};
const begun = '1\tstate\t-\tstaging\n2\tstart\t1\tcheck run\n';

test('packages that were installed on the way are told of, where some were', async () => {
  const fred = await stagedOn('fred', `${begun}3\tdone\t1\t10\n`);
  const ethyl = await stagedOn('ethyl', `${begun}3\tfailed\t1\trun 1 bm8= bm8=\n`);
  const end = (...some: (typeof fred)[]) =>
    changeNothing(
      some.map(({ run }) => run),
      some.map(({ outcome }) => outcome),
    );
  expect((await end(fred, ethyl)).message).toBe(
    'nothing was changed on any host, but the packages that were installed on fred stay',
  );
  expect((await end(ethyl)).message).toBe('nothing was changed on any host');
  const lucy = await stagedOn('lucy', begun, 'broken');
  expect(await end(ethyl, lucy)).toMatchObject({
    exitCode: 4,
    message: 'not as before: lucy; nothing was changed on the others',
  });
  expect((await end(lucy)).message).toBe('not as before: lucy');
});

test('the packages of a host whose turn did not come are told of, too', async () => {
  const [ethyl, fred] = await Promise.all([
    stagedOn('ethyl', `${begun}3\tfailed\t1\trun 1 bm8= bm8=\n`),
    stagedOn('fred', `${begun}3\tdone\t1\t10\n`),
  ]);
  const { message } = await giveUp(
    { onFailure: 'restore', stopping: new AbortController().signal },
    { runs: [ethyl.run, fred.run], done: [], turn: [ethyl.run], wrong: [ethyl.outcome] },
  );
  expect(message).toBe(
    'the rollout was stopped; not touched: ethyl, fred; the packages that were installed on fred stay',
  );
});
