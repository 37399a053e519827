import { HostError } from '../../src/errors';
import type { Connection } from '../../src/host/connection';
import { confirmTogether } from '../../src/rollout/confirm';
import type { HostOutcome, HostRun } from '../../src/rollout/host-run';
import { settledState } from '../../src/rollout/lost-run';
import { sshHosts } from '../../src/rollout/ssh-host';
import { FakeHost } from '../support/fake-host';

const answering = (...answers: string[]) =>
  new FakeHost(
    'fred',
    answers.map((stdout) => ({ matches: 'settle_run_of run7', stdout, times: 1 })),
  );
const lost = (reconnect: () => Promise<Connection>, seconds = 30, stopping?: AbortSignal) => {
  const connections = new Map([['fred', answering() as Connection]]);
  const logIn = async () => {
    const connection = await reconnect();
    connections.set('fred', connection);
    return connection;
  };
  const host = sshHosts({ connections, reconnect: logIn }).get('fred');
  if (!host) throw new Error('there is no fred');
  return settledState({ host, run: 'run7', seconds, stopping });
};

test.each([
  ['restored\n', { state: 'restored', recovered: false }],
  ['restored recovered\n', { state: 'restored', recovered: true }],
  ['committed alive\n', { state: 'committed', recovered: false }],
  ['gone recovered\n', { state: '', recovered: true }],
])('a host that says %j', async (stdout, settled) => {
  await expect(lost(async () => answering(stdout))).resolves.toEqual(settled);
});

test('one that is at work is asked again, over the same connection', async () => {
  const host = answering('committing alive\n', 'alive recovered\n', 'committed alive\n');
  let logins = 0;
  const settled = await lost(async () => {
    logins += 1;
    return host;
  });
  expect([settled?.state, host.execs, logins]).toEqual(['committed', 3, 1]);
});

test('one that cannot be reached is given up when the time is over', async () => {
  const reconnect = async () => {
    throw new HostError('fred', 'no route');
  };
  await expect(lost(reconnect, 0.05)).resolves.toBeUndefined();
});

test.each<[string, () => Promise<Connection>]>([
  ['never ends a login', () => new Promise(() => {})],
  [
    'takes a script and says nothing',
    async () =>
      Object.assign(answering(), { runScript: () => new Promise(() => {}) }) as unknown as Connection,
  ],
])('so is one that %s, and at once when the operator waits no longer', async (_, reconnect) => {
  await expect(lost(reconnect, 0.05)).resolves.toBeUndefined();
  const stop = new AbortController();
  const waiting = lost(reconnect, 1e6, stop.signal);
  stop.abort();
  await expect(waiting).resolves.toBeUndefined();
});

describe('hosts that are confirmed together', () => {
  const said: string[] = [];
  beforeEach(() => said.splice(0));
  const run = (name: string, proof: HostOutcome['status'], confirmed: HostOutcome['status'] = 'ok') => {
    const speak = (word: string, status: HostOutcome['status']) => async () => {
      said.push(`${word} ${name}`);
      return { host: name, status };
    };
    return { logInAnew: speak('log in', proof), confirm: speak('confirm', confirmed) } as unknown as HostRun;
  };

  test('nobody is told before all are proven', async () => {
    expect(await confirmTogether([run('fred', 'ok'), run('ethyl', 'ok')])).toEqual([]);
    expect(said).toEqual(['log in fred', 'log in ethyl', 'confirm fred', 'confirm ethyl']);
  });
  test('where one is not, nobody is told', async () => {
    expect(await confirmTogether([run('fred', 'ok'), run('ethyl', 'unreachable')])).toEqual([
      { host: 'ethyl', status: 'unreachable' },
    ]);
    expect(said).toEqual(['log in fred', 'log in ethyl']);
  });
  test('who was not confirmed is told of', async () => {
    expect(await confirmTogether([run('fred', 'ok'), run('ethyl', 'ok', 'failed')])).toEqual([
      { host: 'ethyl', status: 'failed' },
    ]);
  });
});
