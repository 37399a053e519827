import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  describeLab,
  eventually,
  type Finished,
  fetchUrl,
  haprov,
  holders,
  lab,
  network,
  on,
  state,
  vip,
} from '../support/lab';
import { Scenario } from '../support/scenario';

const states = (host: string) =>
  on(
    host,
    'systemctl is-active keepalived haproxy httpd; systemctl is-enabled keepalived haproxy httpd; true',
  )
    .trim()
    .split('\n');
const gone = [...Array(3).fill('inactive'), ...Array(3).fill('disabled')];
const there = [...Array(3).fill('active'), ...Array(3).fill('enabled')];
/** Of the services at the VIPs: how many requests there were, and how many of them failed. */
const lost = ({ stdout, stderr }: Finished) =>
  /: (\d+) requests, (\d+) failed/
    .exec(stdout + stderr)
    ?.slice(1)
    .map(Number) ?? [];

describeLab('retire', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
  });

  test('with nobody to ask it says what it would do, and does nothing', async () => {
    const asked = await haprov('retire', scenario.inventory, 'fred');
    expect(asked.code).toBe(2);
    expect(asked.stdout).toContain(`so that VIP router37 (${vip}) moves`);
    expect(asked.stdout).toContain('update service keepalived');
    expect(asked.stderr).toContain('nothing was done');
    expect(states('fred')).toEqual(there);
    expect(holders()).toEqual(['fred']);
  });

  test('the holder goes, drained first, and clients notice next to nothing', async () => {
    const retired = await haprov('retire', scenario.inventory, 'fred', '--yes');
    expect({ ...retired, stdout: '' }).toMatchObject({ code: 0 });
    expect(retired.stdout).toContain('now take it out of');
    const [requests = 0, failed] = lost(retired);
    expect(requests).toBeGreaterThan(20);
    // Only what is on its way through the address while that moves can be lost.
    expect(failed).toBeLessThanOrEqual(1);
    expect(states('fred')).toEqual(gone);
    expect(holders()).toEqual(['ethyl']);
    expect(on('fred', 'ps -e -o comm= | grep -c -e keepalived -e haproxy || true').trim()).toBe('0');
    expect(scenario.leftovers('fred')).toBe('drained');
  });

  test('again: nothing to do', async () => {
    const again = await haprov('retire', scenario.inventory, 'fred', '--yes');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('no change') });
  });

  test('the last one is refused', async () => {
    const refused = await haprov('retire', scenario.inventory, 'ethyl', '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('nobody else would serve');
    expect(states('ethyl')).toEqual(there);
    expect(await fetchUrl(`http://${vip}/`)).toMatchObject({ server: 'ethyl' });
  });

  test('a dead one: what must be done, and who has its VIP', async () => {
    const move = (last: number) =>
      scenario.edit((raw) =>
        Object.assign(raw, {
          hosts: {
            fred: { address: `${network}.${last}`, priority: 101 },
            ethyl: { address: `${network}.202`, priority: 100 },
          },
        }),
      );
    move(219);
    const dead = await haprov('retire', scenario.inventory, 'fred', '--yes');
    expect(dead.code).toBe(3);
    expect(dead.stderr).toContain(`VIP router37 (${vip}) is on ethyl`);
    expect(dead.stderr).toContain(`keep it off the network until keepalived, haproxy, httpd are stopped`);
    move(201);
  });

  test('apply and undrain give it its place back', async () => {
    expect(await scenario.apply()).toMatchObject({ code: 0 });
    expect(await haprov('undrain', scenario.inventory, 'fred')).toMatchObject({ code: 0 });
    expect(states('fred')).toEqual(there);
    await scenario.settled();
  });

  test('one that the inventory has no more: the plan names it, and it goes by its address', async () => {
    scenario.edit((raw) => {
      Object.assign(raw, {
        hosts: { ethyl: { address: `${network}.202`, priority: 100 } },
        groups: { balancers: ['ethyl'], web: ['ethyl'] },
      });
    });
    const plan = await haprov('plan', scenario.inventory);
    expect(plan.stdout).toContain(`fred (${network}.201) is no longer in the inventory`);
    const status = await haprov('status', scenario.inventory, '--exit-code');
    expect(status.code).toBe(1);
    expect(status.stdout).toContain('is served by a stranger instead of ethyl');
    const forgotten = await scenario.apply();
    expect(forgotten.code).toBe(1);
    expect(forgotten.stdout + forgotten.stderr).toMatch(
      new RegExp(`gate +failed .*is held by ${network}\\.201 .*haprov retire ${network}\\.201`),
    );
    // fred has another key than is known: that of ethyl.
    const known = readFileSync(join(state, 'known_hosts'), 'utf8');
    const own = known.split('\n').filter((line) => !line.startsWith('fred,'));
    const others = own.map((line) => line.replace(/^\S+/, `fred,${network}.201`));
    writeFileSync(join(state, 'known_hosts'), [...own, ...others].join('\n'));
    const retire = (...words: string[]) =>
      haprov('retire', scenario.inventory, `${network}.201`, '--yes', ...words);
    const strange = await retire();
    const [, shown = ''] = /say\s+--host-key\s+(SHA256:\S+)/.exec(strange.stderr) ?? [];
    const retired = await retire('--host-key', shown);
    writeFileSync(join(state, 'known_hosts'), known);
    expect(strange).toMatchObject({ code: 2, stderr: expect.stringContaining('Nobody has agreed to it') });
    expect({ ...retired, stdout: '' }).toMatchObject({ code: 0 });
    expect(retired.stdout).toContain('fred is retired');
    expect(lost(retired)[1]).toBeLessThanOrEqual(1);
    expect(states('fred')).toEqual(gone);
    expect(await scenario.apply()).toMatchObject({ code: 0 });
    await eventually(
      'ethyl serving alone',
      async () => (await fetchUrl(`http://${vip}/`))?.server === 'ethyl',
    );
    expect(holders()).toEqual(['ethyl']);
  });
});
