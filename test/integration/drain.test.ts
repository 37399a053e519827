import { connect } from 'node:net';
import type { Status } from '../../src/status/status';
import {
  describeLab,
  eventually,
  fetchUrl,
  haprov,
  holders,
  lab,
  on,
  startHaprov,
  vip,
} from '../support/lab';
import { Scenario } from '../support/scenario';

const url = `http://${vip}/`;

/** Requests, one after the other, until it is told to stop: how many failed, and who served the others. */
function clients() {
  const seen = { failed: 0, served: {} as Record<string, number> };
  let going = true;
  const run = async () => {
    while (going) {
      // A busy machine may be slow; a client waits, and is not failed by that.
      const reply = await fetchUrl(url, {}, 10_000);
      if (!reply?.server) seen.failed += 1;
      else seen.served[reply.server] = (seen.served[reply.server] ?? 0) + 1;
    }
    return seen;
  };
  const running = run();
  return {
    /** Waits until somebody has served more than so many. */
    served: (host: string, more: number) =>
      eventually(`${host} serving more than ${more}`, () => (seen.served[host] ?? 0) > more, 600),
    stop: () => {
      going = false;
      return running;
    },
  };
}

describeLab('drain and undrain', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
  });

  const look = async (): Promise<Status> =>
    JSON.parse((await haprov('status', scenario.inventory, '--json')).stdout) as Status;
  /** How each HAProxy sees fred's server. */
  const fredFor = async () =>
    (await look()).services[0]?.servers
      .find(({ server }) => server === 'fred')
      ?.seenBy.map(({ status }) => status);
  const mainPid = () => on('fred', 'systemctl show -p MainPID keepalived').trim();

  test('Ctrl-C at any moment before it is drained keeps nobody from the hosts', async () => {
    for (const afterMs of [200, 350, 500, 650, 800]) {
      const { child, finished } = startHaprov(['drain', scenario.inventory, 'ethyl']);
      setTimeout(() => child.kill('SIGINT'), afterMs);
      await finished;
      for (const host of scenario.hosts) expect(on(host, 'ls /var/lib/haprov')).not.toMatch(/^rolling$/m);
      expect((await haprov('undrain', scenario.inventory, 'ethyl')).code).toBe(0);
    }
  });

  test('takes a host out, which stays out until undrain, through status and apply', async () => {
    const keepalived = mainPid();
    const load = clients();
    const drained = await haprov('drain', scenario.inventory, 'fred');
    expect({ ...drained, stderr: '' }).toMatchObject({ code: 0 });
    expect(drained.stdout).toMatch(/VIP router37 .*: on ethyl after/);
    expect(drained.stdout).toContain('fred is drained until haprov undrain');
    // Only what is on its way through the address while that moves can be lost.
    expect((await load.stop()).failed).toBeLessThanOrEqual(1);
    expect(holders()).toEqual(['ethyl']);
    expect(mainPid()).toBe(keepalived);
    expect(await fredFor()).toEqual(['DRAIN', 'DRAIN']);

    const after = clients();
    const status = await haprov('status', scenario.inventory, '--exit-code');
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toContain('fred is drained');
    const again = await haprov('drain', scenario.inventory, 'fred');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('was drained already');

    scenario.template('haproxy/haproxy.cfg', (text) => text.replace('stats timeout 2m', 'stats timeout 3m'));
    const applied = await haprov('apply', scenario.inventory, '--yes');
    expect({ ...applied, stdout: '' }).toMatchObject({ code: 0 });
    expect(on('ethyl', 'grep "stats timeout" /etc/haproxy/haproxy.cfg').trim()).toBe('stats timeout 3m');
    expect(await fredFor()).toEqual(['DRAIN', 'DRAIN']);
    expect(holders()).toEqual(['ethyl']);
    await after.served('ethyl', 200);
    const { failed, served } = await after.stop();
    expect(failed).toBe(0);
    // Between a new worker's first request and its first command, some hundredths of a second.
    expect(served.fred ?? 0).toBeLessThanOrEqual((served.ethyl ?? 0) / 20);
  });

  test('a HAProxy that was restarted by hand forgets: status says so, drain tells it again', async () => {
    on('ethyl', 'systemctl restart haproxy');
    await eventually('status names the balancer', async () =>
      (await look()).findings.some(({ rule, host }) => rule === 'drain-forgotten' && host === 'ethyl'),
    );
    expect(await haprov('drain', scenario.inventory, 'fred')).toMatchObject({ code: 0 });
    expect(await fredFor()).toEqual(['DRAIN', 'DRAIN']);
  });

  test('refuses where nobody else would serve, and leaves all as it is', async () => {
    const refused = await haprov('drain', scenario.inventory, 'ethyl');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('nobody else would serve');
    expect(on('ethyl', 'ls /var/lib/haprov').includes('drained\n')).toBe(false);
    expect(holders()).toEqual(['ethyl']);
    expect(await fetchUrl(url)).toMatchObject({ server: 'ethyl' });
    const unknown = await haprov('drain', scenario.inventory, 'ethil');
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('did you mean "ethyl"');
  });

  test('undrain gives all back', async () => {
    const back = await haprov('undrain', scenario.inventory, 'fred');
    expect({ ...back, stderr: '' }).toMatchObject({ code: 0 });
    await scenario.settled();
    expect(await fredFor()).toEqual(['UP', 'UP']);
    for (const host of scenario.hosts) expect(on(host, 'ls /var/lib/haprov')).not.toMatch(/drained/);
    expect((await look()).findings).toEqual([]);
    const idle = await haprov('undrain', scenario.inventory, 'fred');
    expect(idle).toMatchObject({ code: 0 });
    expect(idle.stdout).toContain('was not drained');
  });

  test.each([
    ['of the HAProxy that runs', ':'],
    ['of a worker from before a reload', 'systemctl reload haproxy'],
  ])('waits for a session %s, and says so when it outlasts the time', async (where, meanwhile) => {
    const client = connect({ host: vip, port: 80 });
    await new Promise((done) => client.once('connect', done));
    client.write('GET / HTTP/1.1\r\n');
    await scenario.settled();
    on('fred', meanwhile);
    const waited = await haprov('drain', scenario.inventory, 'fred', '--timeout', '2');
    expect(waited).toMatchObject({ code: 1 });
    expect(waited.stderr).toMatch(/fred is drained, but after .* 1 session is left/);
    expect(waited.stderr.includes('at a worker from before a reload')).toBe(where.includes('before'));
    client.destroy();
    on('fred', 'ss -K sport = :80 2>/dev/null; systemctl restart haproxy');
    expect(await haprov('drain', scenario.inventory, 'fred')).toMatchObject({ code: 0 });
    expect(await haprov('undrain', scenario.inventory, 'fred')).toMatchObject({ code: 0 });
  });

  test('undrain says what does not serve', async () => {
    expect(await haprov('drain', scenario.inventory, 'fred')).toMatchObject({ code: 0 });
    on(
      'fred',
      'cp -p /etc/haproxy/haproxy.cfg /tmp/kept.cfg; sed -i "s/[*]:80$/*:81/" /etc/haproxy/haproxy.cfg; systemctl restart haproxy',
    );
    const back = await haprov('undrain', scenario.inventory, 'fred');
    expect([back.code, back.stderr]).toEqual([
      1,
      expect.stringMatching(/fred is not drained, and does not serve:\n.*port 80/),
    ]);
    on('fred', 'cp -p /tmp/kept.cfg /etc/haproxy/haproxy.cfg; systemctl restart haproxy');
    await scenario.settled();
    expect(await haprov('undrain', scenario.inventory, 'fred')).toMatchObject({ code: 0 });
  });

  test.each([1, 2, 3])(
    'of two that drain both hosts at once, one does, and no client is refused (round %i)',
    async () => {
      const load = clients();
      const both = await Promise.all(
        scenario.hosts.map(async (host) => ({ host, ...(await haprov('drain', scenario.inventory, host)) })),
      );
      // Only what is on its way through the address while that moves can be lost.
      expect((await load.stop()).failed).toBeLessThanOrEqual(1);
      const [done, ...more] = both.filter(({ code }) => code === 0);
      expect(more).toEqual([]);
      const lost = both.find(({ code }) => code !== 0);
      // Who is slow enough finds the other host drained already.
      expect(lost?.stderr).toMatch(/locked by .* since .* \(run drain-|nobody else would serve/);
      expect(await haprov('undrain', scenario.inventory, done?.host ?? '')).toMatchObject({ code: 0 });
      await scenario.settled();
    },
  );
});
