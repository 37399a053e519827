import {
  describeLab,
  eventually,
  fetchUrl,
  haprov,
  lab,
  network,
  on,
  startHaprov,
  vip,
} from '../support/lab';
import { runLoad } from '../support/load';
import { Scenario } from '../support/scenario';

interface Probe {
  sent: number;
  failed: number;
  longestGapMs: number;
}

/** The probe's own reports in what `apply --json` printed. */
const probes = (stdout: string): Probe[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((row) => JSON.parse(row) as { data?: { probe?: Probe } })
    .flatMap((event) => event.data?.probe ?? []);

const extra = (text: string) => ({
  type: 'file',
  path: '/etc/httpd/conf.d/extra.conf',
  content: text,
  notify: { reload: 'httpd' },
});

describeLab('a push to the serving pair', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
  });

  afterEach(() => scenario.settled());

  test.each([
    ['closing each connection', false],
    ['keeping connections alive', true],
  ])(
    '20,000 requests %s, while haproxy.cfg and httpd’s configuration change on both: none fails',
    async (_, keepAlive) => {
      scenario.template('haproxy/haproxy.cfg', (text) =>
        text.replace(
          'option dontlognull',
          `option dontlognull\n    option ${keepAlive ? 'tcp-smart-connect' : 'tcp-smart-accept'}`,
        ),
      );
      scenario.playbook([extra(`# edit, keep-alive ${keepAlive}\nServerName lab\n`)]);
      const load = runLoad({
        url: `http://${vip}/`,
        requests: 20_000,
        concurrency: 16,
        keepAlive,
        minMs: 25_000,
      });
      const run = await scenario.apply('--json');
      const report = await load;
      expect(run).toMatchObject({ code: 0 });
      expect({ sent: report.sent, failures: report.failures }).toEqual({ sent: 20_000, failures: [] });
      const [probe] = probes(run.stdout);
      expect(probe).toMatchObject({ failed: 0, longestGapMs: 0 });
      expect(probe?.sent).toBeGreaterThan(20);
    },
  );

  test.each([
    ['', '', /cluster37\/ethyl is DOWN/],
    [', by new names of its servers', 'new-', /service cluster37: no server is up, so clients get 503/],
  ])(
    'a configuration that validates and does not serve%s: the first host is restored, the second not touched',
    async (_, prefix, says) => {
      scenario.template('haproxy/haproxy.cfg', (text) =>
        text
          .replace('<%= server.port %><%', '9999<%')
          .replace('server <%= server.name %>', `server ${prefix}<%= server.name %>`),
      );
      const before = new Map(scenario.hosts.map((host) => [host, scenario.contents(host)]));
      const reloads = on('fred', 'journalctl -q -u haproxy -o cat | grep -c "Reloaded" || true');
      const load = runLoad({
        url: `http://${vip}/`,
        requests: 6000,
        concurrency: 8,
        keepAlive: false,
        minMs: 20_000,
      });
      const run = await scenario.apply('--json');
      const report = await load;
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(says);
      expect(report.failures).toEqual([]);
      for (const host of scenario.hosts) {
        expect(scenario.contents(host)).toBe(before.get(host));
        await scenario.released(host);
        expect(scenario.leftovers(host)).toBe('');
      }
      expect(on('fred', 'journalctl -q -u haproxy -o cat | grep -c "Reloaded" || true')).toBe(reloads);
      scenario.template('haproxy/haproxy.cfg', (text) =>
        text.replace('option dontlognull', 'option dontlognull\n    option tcp-smart-connect'),
      );
    },
  );

  test('the servers move to another port, and back: no request fails', async () => {
    for (const port of [8081, 8080]) {
      scenario.edit((raw) => {
        (raw as unknown as { services: { cluster37: { backends: object } } }).services.cluster37.backends = {
          group: 'web',
          port,
        };
      });
      const load = runLoad({
        url: `http://${vip}/`,
        requests: 8000,
        concurrency: 8,
        keepAlive: false,
        minMs: 40_000,
      });
      const run = await scenario.apply();
      expect([run.code, run.stderr]).toEqual([0, '']);
      expect((await load).failures).toEqual([]);
      for (const host of scenario.hosts) {
        expect(on(host, 'grep ^Listen /etc/httpd/conf/httpd.conf').trim()).toBe(`Listen ${port}`);
      }
      await scenario.settled();
    }
  });

  test('the same for a check path that answers 500', async () => {
    scenario.playbook([extra('# edit\nServerName lab\nRedirect 500 /broken\n')]);
    expect((await scenario.apply()).code).toBe(0);
    scenario.edit((raw) => {
      (raw as unknown as { services: { cluster37: { check?: object } } }).services.cluster37.check = {
        type: 'http',
        path: '/broken',
      };
    });
    const before = scenario.hosts.map((host) => scenario.contents(host));
    const load = runLoad({
      url: `http://${vip}/`,
      requests: 5000,
      concurrency: 8,
      keepAlive: false,
      minMs: 15_000,
    });
    const run = await scenario.apply();
    expect(run.code).toBe(1);
    expect((await load).failures).toEqual([]);
    expect(scenario.hosts.map((host) => scenario.contents(host))).toEqual(before);
    scenario.edit((raw) => {
      delete (raw as unknown as { services: { cluster37: { check?: object } } }).services.cluster37.check;
    });
  });

  test('a VIP is added on both within half a second, and never held twice', async () => {
    const second = `${network}.211`;
    scenario.edit((raw) => {
      (raw as unknown as { vips: Record<string, object> }).vips.router39 = {
        address: second,
        virtualRouterId: 39,
        group: 'balancers',
      };
    });
    const masters = (host: string) =>
      Number(
        on(host, 'journalctl -q -u keepalived -o cat | grep -c "router37) Entering MASTER" || true').trim(),
      );
    const before = scenario.hosts.map(masters);
    const plan = await haprov('plan', scenario.inventory);
    expect(plan.stdout).toContain('pair-synchronous');
    const watching = watchHolders([vip, second]);
    const run = await scenario.apply();
    expect(run).toMatchObject({ code: 0 });
    await eventually('the second VIP being held', () => holdersOf(second).length === 1);
    const { seen, heldUpMs } = await watching.stop();
    const committed = scenario.hosts.map((host) =>
      Number(
        on(
          host,
          'cat $(ls -d /var/lib/haprov/runs/* | tail -n 1)/journal | awk -F\'\\t\' \'$2 == "state" && $4 == "committed" { print $1 }\'',
        ).trim(),
      ),
    );
    // One host may give it up, and the other take it, within a tenth of a second.
    const twice = seen.filter(
      (one) =>
        one.hosts.length > 1 &&
        seen.some(
          ({ at, address, hosts }) => at === one.at + 100 && address === one.address && hosts.length > 1,
        ),
    );
    expect({ twice, committed, heldUpMs }).toEqual({ twice: [], committed, heldUpMs });
    expect(scenario.hosts.map(masters)).toEqual(before);
    expect(Math.abs((committed[0] ?? 0) - (committed[1] ?? 1e9))).toBeLessThanOrEqual(500 + heldUpMs);
  });

  test('a VRID change is refused without the flag, and measured with it', async () => {
    scenario.edit((raw) => {
      (raw as unknown as { vips: { router37: { virtualRouterId: number } } }).vips.router37.virtualRouterId =
        137;
    });
    const before = scenario.hosts.map((host) => scenario.contents(host));
    const refused = await scenario.apply();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--allow-outage');
    expect(scenario.hosts.map((host) => scenario.contents(host))).toEqual(before);
    const run = await scenario.apply('--allow-outage');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout + run.stderr).toMatch(/longest gap \d+ ms.*expected: about 3\.\d+ s/);
  });

  test('two applies at once: one runs, one is told, nothing is mixed', async () => {
    scenario.template('haproxy/haproxy.cfg', (text) =>
      text.replace('option dontlognull', 'option dontlognull\n    option tcpka'),
    );
    const one = startHaprov(['apply', scenario.inventory, '--yes']);
    const other = startHaprov(['apply', scenario.inventory, '--yes']);
    const results = await Promise.all([one.finished, other.finished]);
    expect(results.map(({ code }) => code).sort()).toEqual([0, 3]);
    const told = results.find(({ code }) => code === 3);
    expect((told?.stdout ?? '') + (told?.stderr ?? '')).toMatch(/locked by \S+@\S+ since 20\d\d-/);
    for (const host of scenario.hosts) {
      await scenario.released(host);
      expect(scenario.leftovers(host)).toBe('');
    }
    expect((await haprov('plan', scenario.inventory, '--exit-code')).code).toBe(0);
  });

  test('push: a file goes, a package does not', async () => {
    scenario.playbook([extra('# pushed\nServerName lab\n'), { type: 'package', names: ['redis'] }]);
    const run = await haprov('push', scenario.inventory, '--yes');
    expect(run).toMatchObject({ code: 0 });
    expect(on('ethyl', 'head -n 1 /etc/httpd/conf.d/extra.conf').trim()).toBe('# pushed');
    expect(on('ethyl', 'rpm -q redis || true')).toContain('not installed');
    expect(await fetchUrl(`http://${vip}/`)).toBeDefined();
  });

  const holdersOf = (address: string) =>
    scenario.hosts.filter((host) => on(host, 'ip -o addr show').includes(` ${address}/`));

  /**
   * Looks at both hosts' addresses every twentieth of a second, on the hosts themselves. By how much the longest
   * pause between two of them is longer than usual is what the machine has held a host up.
   */
  function watchHolders(wanted: string[]): {
    stop(): Promise<{ seen: { at: number; address: string; hosts: string[] }[]; heldUpMs: number }>;
  } {
    const log = '/run/haprov-lab-holders';
    for (const host of scenario.hosts) {
      on(
        host,
        `rm -f ${log} ${log}.stop; (for i in $(seq 600); do [ -e ${log}.stop ] && break; echo "$(date +%s%3N) $(ip -o -4 addr show | awk '{print $4}' | tr '\\n' ' ')" >>${log}; sleep 0.05; done) >/dev/null 2>&1 </dev/null &`,
      );
    }
    return {
      async stop() {
        const rows = scenario.hosts.flatMap((host) =>
          on(host, `touch ${log}.stop; cat ${log}`)
            .trim()
            .split('\n')
            .map((row) => ({ host, at: Number(row.split(' ')[0]), row })),
        );
        const pauses = rows
          .flatMap(({ host, at }, index) =>
            rows[index - 1]?.host === host ? at - (rows[index - 1]?.at ?? at) : [],
          )
          .sort((one, other) => one - other);
        // What two hosts said in the same tenth of a second counts as at once.
        const seen = wanted.flatMap((address) => {
          const slots = new Map<number, Set<string>>();
          for (const { host, at, row } of rows) {
            if (!row.includes(` ${address}/`)) continue;
            const slot = Math.floor(at / 100);
            slots.set(slot, (slots.get(slot) ?? new Set()).add(host));
          }
          return [...slots].map(([slot, hosts]) => ({ at: slot * 100, address, hosts: [...hosts] }));
        });
        return { seen, heldUpMs: (pauses.at(-1) ?? 0) - (pauses[pauses.length >> 1] ?? 0) };
      },
    };
  }
});
