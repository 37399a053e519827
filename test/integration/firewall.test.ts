import { readFileSync, writeFileSync } from 'node:fs';
import type { Status } from '../../src/status/status';
import {
  describeLab,
  docker,
  eventually,
  fetchUrl,
  haprov,
  holders,
  inventoryFile,
  lab,
  labName,
  network,
  on,
} from '../support/lab';

/** firewalld at work on a real pair: what haprov opens, closes and leaves alone. */

const pair = ['lucy', 'ricky'];
const vip = `${network}.213`;

/** The example inventory, on this pair, with two services. */
const twoServices = (raw: Record<string, unknown>): void => {
  raw.hosts = {
    lucy: { address: `${network}.203`, priority: 101 },
    ricky: { address: `${network}.204`, priority: 100 },
  };
  raw.groups = { balancers: pair, web: pair };
  raw.vips = { router45: { address: vip, virtualRouterId: 45, group: 'balancers' } };
  const backends = { group: 'web', port: 8080 };
  raw.services = { first: { port: 80, backends, cookie: 'SERVERNAME' }, second: { port: 81, backends } };
};

/** What lets something in, in one set: ports and rich rules. */
const openIn = (host: string, flag = '') =>
  on(host, `firewall-cmd ${flag} --list-ports | tr ' ' '\\n'; firewall-cmd ${flag} --list-rich-rules`)
    .split('\n')
    .filter(Boolean)
    .sort();
const sets = (host: string) => ({ runtime: openIn(host), permanent: openIn(host, '--permanent') });
/** Both sets of both hosts hold just this. */
const expectOpen = (...wanted: string[]) => {
  const sorted = [...wanted].sort();
  for (const host of pair) expect(sets(host)).toEqual({ runtime: sorted, permanent: sorted });
};
const vrrp = 'rule protocol value="vrrp" accept';
const byHand = '2222/tcp';
const record = (host: string) =>
  on(host, 'cat /var/lib/haprov/firewall/* 2>/dev/null || :').split('\n').filter(Boolean);

const oneHolder = () =>
  eventually('lucy holding the VIP alone', () => holders(pair, vip).join() === 'lucy', 200);
/** Whether anybody answers there, whatever it is. */
const answers = async (port: number) => (await fetchUrl(`http://${vip}:${port}/`)) !== undefined;
const serves = () =>
  eventually('an answer of both hosts through the VIP', async () => {
    const replies = await Promise.all([1, 2, 3, 4].map(() => fetchUrl(`http://${vip}/`)));
    return pair.every((host) => replies.some((reply) => reply?.server === host));
  });

describeLab('firewalld runs on both hosts', () => {
  let inventory: string;
  const edit = (change: (raw: { services: Record<string, object> }) => void): void => {
    const raw = JSON.parse(readFileSync(inventory, 'utf8'));
    change(raw);
    writeFileSync(inventory, JSON.stringify(raw, null, 2));
  };

  beforeAll(() => {
    lab('reset', '--alone', ...pair);
    inventory = inventoryFile(twoServices);
    for (const host of pair) {
      expect(on(host, 'systemctl is-enabled firewalld; systemctl is-active firewalld; true')).toBe(
        'disabled\ninactive\n',
      );
      on(
        host,
        `systemctl -q enable --now firewalld && firewall-cmd -q --add-port=${byHand} && firewall-cmd -q --permanent --add-port=${byHand}`,
      );
    }
  });

  afterAll(() => {
    lab('reset', ...pair);
    for (const host of pair)
      expect(on(host, 'systemctl is-enabled firewalld; systemctl is-active firewalld; true')).toBe(
        'disabled\ninactive\n',
      );
  });

  const all = ['80/tcp', '81/tcp', '8989/tcp', '8080/tcp', vrrp, byHand];

  test('a bare pair becomes one that serves: ports and VRRP are open, now and after a boot', async () => {
    const run = await haprov('apply', inventory, '--yes');
    expect(run).toMatchObject({ code: 0 });
    await oneHolder();
    await serves();
    expect([await answers(81), await answers(8989)]).toEqual([true, true]);
    expectOpen(...all);
    // What was open before is on no record.
    for (const host of pair) {
      expect(record(host)).toHaveLength(2 * (all.length - 1));
      expect(record(host).join()).not.toContain(byHand);
    }
  });

  test('the second apply finds nothing to do', async () => {
    const run = await haprov('apply', inventory, '--yes');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('No changes');
  });

  test('it does block: without the rule both hold the VIP; apply opens the runtime set alone', async () => {
    for (const host of pair) on(host, `firewall-cmd -q --remove-rich-rule='${vrrp}'`);
    await eventually('two holders', () => holders(pair, vip).length === 2, 200);
    const plan = await haprov('plan', inventory, '--json');
    const { hosts } = JSON.parse(plan.stdout) as {
      hosts: { changes: { type: string; attributes: unknown[] }[] }[];
    };
    for (const { changes } of hosts)
      expect(changes).toEqual([
        expect.objectContaining({
          type: 'firewall',
          attributes: [{ name: 'vrrp runtime (public)', from: 'closed', to: 'open' }],
        }),
      ]);
    const run = await haprov('apply', inventory, '--yes');
    expect(run).toMatchObject({ code: 0 });
    await oneHolder();
    expectOpen(...all);
  });

  test('shut on both, so that neither hears the other: apply opens one after the other', async () => {
    for (const host of pair)
      on(
        host,
        `firewall-cmd -q --remove-rich-rule='${vrrp}'; for port in 80 81 8989 8080; do firewall-cmd -q --remove-port=$port/tcp; done`,
      );
    await eventually('two holders, each with its own servers alone', async () => {
      const { vips, services } = JSON.parse((await haprov('status', inventory, '--json')).stdout) as Status;
      const views = services.flatMap(({ servers }) => servers.map(({ seenBy }) => seenBy));
      return (
        vips.every((one) => one.holders.length === 2) &&
        views.every((seenBy) => seenBy.some(({ status }) => status === 'DOWN'))
      );
    });
    expect(await haprov('apply', inventory, '--yes')).toMatchObject({ code: 0 });
    await oneHolder();
    await serves();
    expectOpen(...all);
  });

  test('an apply that fails at the gate leaves the firewall as it was', async () => {
    const before = pair.map((host) => [sets(host), record(host)]);
    const { first } = JSON.parse(readFileSync(inventory, 'utf8')).services;
    edit(({ services }) => {
      services.first = { ...first, check: { type: 'http', path: '/no-such', status: 200 } };
      services.third = { port: 82, backends: { group: 'web', port: 8080 } };
    });
    const run = await haprov('apply', inventory, '--yes');
    edit(({ services }) => {
      services.first = first;
      delete services.third;
    });
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toMatch(/first\/\w+ is DOWN/);
    expect(run.stdout).toMatch(/commit +\d\/\d update cluster37 … ok/);
    expect(pair.map((host) => [sets(host), record(host)])).toEqual(before);
    await oneHolder();
    await serves();
  });

  test('after a reboot of both all of it is still so', async () => {
    for (const host of pair) docker('restart', `${labName}-${host}`);
    await eventually('firewalld running again', () =>
      pair.every((host) => {
        try {
          return on(host, 'firewall-cmd --state').trim() === 'running';
        } catch {
          return false;
        }
      }),
    );
    await oneHolder();
    await serves();
    expect(await answers(81)).toBe(true);
    expectOpen(...all);
    const run = await haprov('apply', inventory, '--yes');
    expect(run.stdout).toContain('No changes');
  });

  test('a service leaves the inventory: its port is closed in both sets, and nothing else is', async () => {
    edit(({ services }) => {
      delete services.second;
    });
    const refused = await haprov('apply', inventory, '--yes');
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/:81 is answered no more \(for good\)/),
    });
    const run = await haprov('apply', inventory, '--yes', '--allow-outage');
    expect(run).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/done: .*for good, as you allowed: .*:81 is/),
    });
    expectOpen(...all.filter((one) => one !== '81/tcp'));
    expect(await answers(81)).toBe(false);
    await oneHolder();
    await serves();
    expect((await haprov('apply', inventory, '--yes')).stdout).toContain('No changes');
  });

  test('a rollback brings it back', async () => {
    expect(await haprov('rollback', inventory, '--yes')).toMatchObject({ code: 0 });
    expectOpen(...all);
    await eventually('an answer of the second service', () => answers(81));
    for (const host of pair) expect(record(host)).toContain('permanent public 81/tcp');
  });

  test('firewalld is off: nothing of it is touched, or asked for', async () => {
    const touched = (host: string) =>
      on(
        host,
        "find /etc/firewalld /var/lib/haprov/firewall -type f -exec stat -c '%n %Y %s' {} + | sort; systemctl is-active firewalld || :",
      );
    for (const host of pair) on(host, 'systemctl -q disable --now firewalld');
    const before = pair.map(touched);
    const run = await haprov('apply', inventory, '--yes', '--allow-outage');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).not.toContain('firewall');
    expect(pair.map(touched)).toEqual(before);
    expect(await answers(81)).toBe(false);
  });
});
