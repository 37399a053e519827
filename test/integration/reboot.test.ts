import {
  describeLab,
  docker,
  eventually,
  haprov,
  holders,
  lab,
  labName,
  on,
  startHaprov,
} from '../support/lab';
import { Scenario } from '../support/scenario';
import { expectNoneLost, serving } from '../support/served';

/** The containers are machines: a boot ends them, and the engine starts them again, or does not. */
const comesBack = (host: string, isSo: boolean) =>
  docker('update', '--restart', isSo ? 'unless-stopped' : 'no', `${labName}-${host}`);
const bootOf = (host: string) => on(host, "awk '{ print $22 }' /proc/1/stat").trim();

describeLab('reboot', () => {
  let scenario: Scenario;
  const reboot = (...words: string[]) =>
    haprov('reboot', scenario.inventory, ...words, '--yes', '--soak', '0', '--confirm-within', '5');

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
    for (const host of scenario.hosts) comesBack(host, true);
  });

  test('says what it would do, and does nothing where nobody agrees', async () => {
    const asked = await haprov('reboot', scenario.inventory);
    expect(asked).toMatchObject({ code: 2 });
    expect(asked.stdout).toMatch(
      /reboot of 2 hosts, one after the other.*1\. ethyl.*2\. fred .*, which holds VIP router37/s,
    );
    expect(on('ethyl', 'ls /var/lib/haprov')).not.toMatch(/^(roll|lock|drained)$/m);
  });

  test('under load: a host that does not come back, a haprov that is killed, and the same command goes on', async () => {
    const begun = { fred: bootOf('fred'), ethyl: bootOf('ethyl') };
    const clients = serving();

    comesBack('ethyl', false);
    const lost = await reboot('--boot-within', '5');
    expect({ ...lost, stderr: '' }).toMatchObject({ code: 3 });
    expect(lost.stdout + lost.stderr).toMatch(
      /ethyl: was told to boot and is not back after 5 s.*VIP router37 .* is on fred; it is drained, and stays so when it comes back .*; not touched: fred; haprov reboot \S+ ethyl,fred goes on/s,
    );
    expect(holders()).toEqual(['fred']);
    const without = await reboot();
    expect(without).toMatchObject({ code: 3 });
    expect(without.stderr).toMatch(/ethyl was told to boot by the reboot that was left/);

    docker('start', `${labName}-ethyl`);
    comesBack('ethyl', true);
    await eventually('ethyl answering', () => {
      try {
        return bootOf('ethyl') !== begun.ethyl;
      } catch {
        return false;
      }
    });
    const ethyl = bootOf('ethyl');
    expect((await haprov('log', scenario.inventory)).stdout).toMatch(
      / reboot\n.*\n +fred: restored, 1 change\n +ethyl: was told to boot and is not back after 5 s.*\n +ethyl: told to boot, and not seen back yet, 1 change\n +· tell host to boot\n/s,
    );
    const words = ['reboot', scenario.inventory, '--yes', '--soak', '0', '--confirm-within', '5'];
    const killed = startHaprov(words);
    let said = '';
    await new Promise<void>((done) =>
      killed.child.stdout?.on('data', (chunk: string) => {
        said += chunk;
        if (said.includes('fred   unlock')) done();
      }),
    );
    killed.child.kill('SIGKILL');
    await killed.finished;
    // Nobody drives a run there any more, and others are kept away all the same.
    expect(on('ethyl', 'readlink /var/lib/haprov/rolling')).toMatch(/^\d+ 5 \d{8}T\S+ \d{10} \S+@\S+\n$/);
    expect(said).toMatch(/goes on with haprov reboot .* ethyl was told to boot, fred is not begun/);
    expect(said).toContain('ethyl  undrain ok');

    await eventually('fred answering', () => {
      try {
        return on('fred', 'true') === '';
      } catch {
        return false;
      }
    });
    const again = await eventually('the lease being over', async () => {
      const one = await reboot();
      return one.code === 3 ? undefined : one;
    });
    expect({ ...again, stderr: '' }).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(/goes on with .* ethyl is done, fred was t/);
    await scenario.settled();
    const { sent, ...amiss } = await clients.stop();
    expect(sent).toBeGreaterThan(300);
    expect(amiss.twice).toBe(0);
    expectNoneLost(amiss);

    // Each was booted once, whoever was lost meanwhile.
    expect(bootOf('ethyl')).toBe(ethyl);
    expect(bootOf('fred')).not.toBe(begun.fred);
    for (const host of scenario.hosts) {
      await scenario.released(host);
      expect(scenario.leftovers(host)).toBe('');
    }
    expect(await haprov('status', scenario.inventory, '--exit-code')).toMatchObject({ code: 0 });
    const log = await haprov('log', scenario.inventory);
    expect(log.stdout).toMatch(
      / +fred: restored, 1 change\n +ethyl: was told to boot and [^✔]*\n +ethyl: finished, 1 change\n +it was not seen back in time: [^✔]* +✔ tell host to boot\n/,
    );
  });

  test('a host whose keepalived would not start again is not booted', async () => {
    const conf = '/etc/keepalived/keepalived.conf';
    const begun = bootOf('ethyl');
    on('ethyl', `cp ${conf} /root/kept && sed -i s/virtual_router_id/virtual_ruter_id/ ${conf}`);
    const refused = await reboot('ethyl');
    on('ethyl', `cp /root/kept ${conf}`);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(
      /nothing was done\n +keepalived on ethyl would not start again: .*the virtual router id must be set/s,
    );
    expect(bootOf('ethyl')).toBe(begun);
  });

  test('a kernel parameter that was set by hand is lost: the host stays drained, and that is said', async () => {
    on('ethyl', 'sysctl -qw net.ipv4.conf.all.arp_ignore=1');
    // Both have done their work, and remain; the boot takes the file away.
    const oneshot =
      '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/ls /run/tuned\n[Install]\nWantedBy=multi-user.target';
    on(
      'ethyl',
      `touch /run/tuned; cd /etc/systemd/system; printf '${oneshot}\n' >tuner.service
       printf '[Unit]\nConditionPathExists=/run/tuned\n${oneshot}\n' >once.service; systemctl -q enable --now tuner once`,
    );
    const lost = await reboot('ethyl');
    expect(lost).toMatchObject({ code: 1 });
    expect(lost.stdout + lost.stderr).toContain(
      'net.ipv4.conf.all.arp_ignore was 1, and is 0; tuner ran before, and does not now (systemctl status tuner says why); it is still drained, so nobody is sent there',
    );
    expect(lost.stdout + lost.stderr).toContain(
      'once ran before, and was not started now, since a condition of its unit is not met',
    );
    on('ethyl', 'touch /run/tuned; systemctl start tuner');
    expect(on('ethyl', 'ls /var/lib/haprov')).toMatch(/^drained$/m);
    // It has booted, which is what its run was to do; why the roll ended all the same is said.
    expect((await haprov('log', scenario.inventory)).stdout).toMatch(
      /^\S+ reboot\n.*\n +ethyl: finished, 1 change\n +ethyl has booted, and not as it was before: net\.ipv4\.conf\.all\.arp_ignore\s+was\s+1,\s+and\s+is\s+0[^✔]*✔ tell host to boot\n/,
    );
    const drained = await haprov('drain', scenario.inventory, 'ethyl');
    expect(drained).toMatchObject({ code: 0 });
    expect(drained.stdout).toContain(
      'ethyl is drained until haprov undrain, or until the roll that has drained it goes on',
    );
    expect(drained.stderr).toContain(
      'gets its place back also when the haprov reboot that was left goes on: haprov reboot',
    );
    // The command that goes on compares with what was before the boot, and not with what that has left.
    const begun = bootOf('ethyl');
    const again = await reboot('ethyl');
    expect(again).toMatchObject({ code: 1 });
    expect(again.stdout + again.stderr).toContain(
      'net.ipv4.conf.all.arp_ignore was 1, and is 0; where that is meant: haprov undrain ethyl, then this with --anew',
    );
    // One that had its place back, and that somebody drains since, is that person's.
    expect(await haprov('undrain', scenario.inventory, 'ethyl')).toMatchObject({ code: 0 });
    expect(await haprov('drain', scenario.inventory, 'ethyl')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ethyl is drained until haprov undrain \(/),
    });
    on('ethyl', 'sysctl -qw net.ipv4.conf.all.arp_ignore=1');
    const over = await reboot('ethyl');
    expect(over).toMatchObject({ code: 0, stdout: expect.stringContaining('stays drained, as it was') });
    expect(bootOf('ethyl')).toBe(begun);
    const kept = on('ethyl', 'ls /var/lib/haprov');
    expect(kept).toMatch(/^drained$/m);
    expect(kept).not.toMatch(/^roll-before$/m);
    expect(await haprov('undrain', scenario.inventory, 'ethyl')).toMatchObject({ code: 0 });
  });
});
