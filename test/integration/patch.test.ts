import { describeLab, docker, haprov, holders, lab, labName, on } from '../support/lab';
import { Scenario } from '../support/scenario';
import { expectNoneLost, serving } from '../support/served';

const versions = (host: string) =>
  on(host, "rpm -q --qf '%{NAME} %{VERSION}\\n' toys orders kernel-lt").trim().split('\n');
/** Of /etc/yum.repos.d/newer.repo, which has newer packages, one whose script fails, and an HAProxy that refuses everything. */
const use = (host: string, repository: string, isOn = true) =>
  on(
    host,
    `sed -i '/^.${repository}/,/^gpgcheck/s/enabled=./enabled=${isOn ? 1 : 0}/' /etc/yum.repos.d/newer.repo`,
  );

describeLab('patch', () => {
  let scenario: Scenario;
  const patch = (...words: string[]) => haprov('patch', scenario.inventory, ...words, '--yes', '--soak', '0');

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
    for (const host of scenario.hosts) {
      // The containers are machines: a boot ends them, and the engine starts them again.
      docker('update', '--restart', 'unless-stopped', `${labName}-${host}`);
      on(host, 'yum -q -y install toys-1.0 orders-1.0 kernel-lt-1.0 && systemctl start orders');
    }
  });

  test('a new HAProxy that refuses the configuration is refused, with its words, before any host is touched', async () => {
    for (const host of scenario.hosts) use(host, 'refusing');
    const pid = on('fred', 'systemctl show -p MainPID haproxy');
    const refused = await patch('--packages', 'haproxy', '--no-probe');
    expect(refused).toMatchObject({ code: 1 });
    const words = refused.stdout + refused.stderr;
    expect(words).toMatch(/haproxy\.\w+ 2\.\S+ → 3\.9-1 \(refusing\)/);
    expect(words).toMatch(
      /unknown keyword 'global' out of section.*the new haproxy refuses .* is not installed/s,
    );
    expect(words).not.toContain('drain ');
    for (const host of scenario.hosts) {
      expect(on(host, 'rpm -q haproxy')).not.toContain('3.9');
      use(host, 'refusing', false);
    }
    expect(on('fred', 'systemctl show -p MainPID haproxy')).toBe(pid);
  });

  test('--security: only what an advisory calls so', async () => {
    use('ethyl', 'newer');
    const ofSecurity = () => patch('ethyl', '--security', '--reboot', 'never', '--no-probe');
    const patched = await ofSecurity();
    expect({ ...patched, stderr: '' }).toMatchObject({ code: 0 });
    expect(patched.stdout).toMatch(/update 1 package:\n +toys\.\w+ 1\.0-1 → 1\.1-1 \(newer\)\n/);
    expect(versions('ethyl')).toEqual(['toys 1.1', 'orders 1.0', 'kernel-lt 1.0']);
    expect(await ofSecurity()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('there is nothing to do'),
    });
    on('ethyl', 'yum -q -y downgrade toys-1.0');
  });

  test('under load: packages are made newer and both hosts booted, and at most a request on its way through the address that moves is cut', async () => {
    for (const host of scenario.hosts) use(host, 'newer');
    const clients = serving();
    const boots = scenario.hosts.map((host) => on(host, "awk '{ print $22 }' /proc/1/stat"));
    const patched = await patch();
    const { sent, ...amiss } = await clients.stop();
    expect({ ...patched, stderr: '' }).toMatchObject({ code: 0 });
    expect(patched.stdout).toMatch(
      /1\. ethyl .*kernel-lt\.\w+ 1\.0-1 → 1\.1-1 \(newer\).*orders\.noarch 1\.0-1 → 1\.1-1.*a boot is needed: kernel-lt is new.*2\. fred .*which holds VIP router37/s,
    );
    expect(sent).toBeGreaterThan(100);
    expect(amiss.twice).toBe(0);
    expectNoneLost(amiss);
    for (const [at, host] of scenario.hosts.entries()) {
      expect(versions(host)).toEqual(['toys 1.1', 'orders 1.1', 'kernel-lt 1.1']);
      expect(on(host, "awk '{ print $22 }' /proc/1/stat")).not.toBe(boots[at]);
    }
    await scenario.settled();
    expect(holders()).toEqual(['fred']);
    expect((await haprov('log', scenario.inventory)).stdout).toMatch(
      /fred, ethyl: finished, 2 changes\n +✔ update package kernel-lt orders toys\n +✔ tell host to boot\n/,
    );
  });

  test('a package whose script fails is said with its words, and is put back', async () => {
    use('ethyl', 'failing');
    const failed = await patch('ethyl', '--packages', 'toys', '--no-probe');
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stdout + failed.stderr).toMatch(
      /the database of toys is in use\n.*%post\(toys-1\.2-1\.\w+\) scriptlet failed.*a script of a package failed/s,
    );
    expect(versions('ethyl')[0]).toBe('toys 1.1');
    expect(on('ethyl', 'ls /var/lib/haprov')).not.toMatch(/^(lock|drained)$/m);
  });

  test('a boot that is owed is told by status, facts and metrics until the host boots, and the next patch makes up for it', async () => {
    use('ethyl', 'failing', false);
    const told = async () => {
      const [status, facts, metrics] = await Promise.all(
        [
          ['status', '--json'],
          ['facts', '--json'],
          ['status', '--format', 'prometheus'],
        ].map(
          async ([command = '', ...words]) => (await haprov(command, scenario.inventory, ...words)).stdout,
        ),
      );
      return {
        status: JSON.parse(status ?? '').findings.flatMap((one: { rule: string; on: string[] }) =>
          one.rule === 'boot-owed' ? one.on : [],
        ),
        facts: JSON.parse(facts ?? '').hosts.flatMap(
          (one: { host: string; bootOwed?: { packages: { name: string }[] } }) =>
            one.bootOwed?.packages.map(({ name }) => `${one.host} ${name}`) ?? [],
        ),
        metrics: (metrics ?? '').match(/^haprov_host_boot_owed.*host="\w+"} 1$/gm)?.length ?? 0,
      };
    };
    const none = { status: [], facts: [], metrics: 0 };
    expect(await told()).toEqual(none);
    on('ethyl', 'yum -q -y downgrade kernel-lt');
    expect((await patch('ethyl', '--packages', 'kernel-lt', '--reboot', 'never', '--no-probe')).code).toBe(0);
    expect(await told()).toEqual({ status: ['ethyl'], facts: ['ethyl kernel-lt'], metrics: 1 });
    const next = await patch('ethyl', '--no-probe');
    expect({ ...next, stderr: '' }).toMatchObject({ code: 0 });
    expect(next.stdout).toMatch(/no package is newer.*a boot is needed: kernel-lt is new/s);
    expect(await told()).toEqual(none);
  });

  test('a rollback of packages drains each host first, and loses no more than the patch', async () => {
    for (const host of scenario.hosts) {
      use(host, 'newer', false);
      on(host, 'rpm -q toys-1.0 || yum -q -y downgrade toys');
      use(host, 'newer');
    }
    const patched = await patch('--packages', 'toys', '--reboot', 'never', '--no-probe');
    expect({ ...patched, stderr: '' }).toMatchObject({ code: 0 });
    const clients = serving();
    const back = await haprov('rollback', scenario.inventory, '--yes', '--no-probe');
    const { sent, ...amiss } = await clients.stop();
    expect({ ...back, stderr: '' }).toMatchObject({ code: 0 });
    expect(back.stdout).toMatch(/Disruption: rolling, .*draining: the VIP moves to its peer first/s);
    expect(sent).toBeGreaterThan(50);
    expect(amiss.twice).toBe(0);
    expectNoneLost(amiss);
    expect(scenario.hosts.map((host) => versions(host)[0])).toEqual(['toys 1.0', 'toys 1.0']);
  });
});
