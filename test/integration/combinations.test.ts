import { movesVip } from '../../src/plan/disruption';
import type { Plan } from '../../src/plan/plan';
import { describeLab, haprov, lab, network, on, vip } from '../support/lab';
import { runLoad } from '../support/load';
import { Scenario } from '../support/scenario';

/** What an inventory of this pair says, as far as the edits go. */
interface Raw {
  sysctl: Record<string, number>;
  vips: Record<string, Record<string, unknown>>;
  services: Record<string, Record<string, unknown>>;
}
type Edit = (raw: Raw) => void;

const backends = (port: number) => ({ group: 'web', port });
const restarts = (unit: string, path: string, content: string) => ({
  type: 'file',
  path,
  content,
  notify: { restart: unit },
});
const own = (raw: Raw) => raw.vips.router37 as Record<string, unknown>;
const web = (raw: Raw) => raw.services.cluster37 as Record<string, unknown>;

/** Who asks at a time, and so the most that is open at one moment. */
const clients = 8;

/** In this order, each from what the one before has left. */
const combinations: [string, string, Edit, object[]?][] = [
  [
    'the advert interval, and the backends’ port',
    'rolling 0, together 0',
    (raw) => {
      own(raw).advertInterval = 2;
      web(raw).backends = backends(8081);
    },
  ],
  [
    'one VIP more, with a service of its own',
    'rolling 0, together 0',
    (raw) => {
      raw.vips.router39 = { address: `${network}.211`, virtualRouterId: 39, group: 'balancers' };
      raw.services.more = { port: 7001, vips: ['router39'], backends: backends(8081) };
    },
  ],
  [
    'a password, and timeouts',
    'rolling 0, together 0',
    (raw) => {
      own(raw).auth = 'lab-auth';
      web(raw).timeouts = { client: 40_000 };
    },
  ],
  [
    'the backends’ port, and a kernel parameter',
    'rolling 0',
    (raw) => {
      for (const service of Object.values(raw.services)) service.backends = backends(8080);
      raw.sysctl['net.ipv4.tcp_fin_timeout'] = 31;
    },
  ],
  [
    'a restart of httpd, and the advert interval',
    'rolling 0, together 0',
    (raw) => {
      own(raw).advertInterval = 1;
    },
    [restarts('httpd', '/etc/httpd/conf.d/extra.conf', '# 1\nServerName lab\n')],
  ],
  [
    'a restart of HAProxy, and of httpd, in the wrong order',
    'rolling 0',
    () => {},
    [
      restarts('haproxy', '/etc/haproxy-extra', '# 2\n'),
      restarts('httpd', '/etc/httpd/conf.d/extra.conf', '# 2\nServerName lab\n'),
    ],
  ],
  [
    'a restart of HAProxy, and no password any more',
    'rolling 0, together 0',
    (raw) => {
      delete own(raw).auth;
    },
    [
      restarts('haproxy', '/etc/haproxy-extra', '# 3\n'),
      restarts('httpd', '/etc/httpd/conf.d/extra.conf', '# 2\nServerName lab\n'),
    ],
  ],
  [
    'keepalived’s check, and HAProxy’s',
    'rolling 0',
    (raw) => {
      own(raw).check = { interval: 2 };
      web(raw).check = { interval: 1000 };
    },
  ],
  [
    'one VIP less, its service too, and timeouts',
    'rolling 0, together 0',
    (raw) => {
      delete raw.vips.router39;
      delete raw.services.more;
      web(raw).timeouts = { client: 41_000 };
    },
  ],
  [
    'another virtual_router_id, and the backends’ port',
    'rolling 0, together 3.8',
    (raw) => {
      own(raw).virtualRouterId = 137;
      web(raw).backends = backends(8081);
    },
  ],
];

describeLab('combinations of changes under load', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    scenario = await Scenario.provisioned();
  });

  test.each(combinations.map(([name, promised, edit, extra = []]) => ({ name, promised, edit, extra })))(
    '$name: $promised',
    async ({ promised, edit, extra }) => {
      scenario.edit((raw) => edit(raw as unknown as Raw));
      if (extra.length > 0) scenario.playbook(extra);
      const plan = JSON.parse((await haprov('plan', scenario.inventory, '--json')).stdout) as Plan;
      const { stages } = plan;
      expect(stages?.map(({ how, seconds }) => `${how} ${seconds}`).join(', ')).toBe(promised);

      const over = new AbortController();
      const load = runLoad({
        url: `http://${vip}/`,
        requests: 4000,
        concurrency: clients,
        keepAlive: false,
        minMs: 200_000,
        signal: over.signal,
      });
      const run = await scenario.apply('--allow-outage', '--steady', '1');
      over.abort();
      const { failures, longestGapMs } = await load;
      expect([run.code, run.stdout + run.stderr]).toEqual([0, expect.anything()]);
      const most = Math.max(...(stages ?? []).map(({ seconds }) => seconds ?? 0));
      if (extra.some((one) => JSON.stringify(one).includes('"restart":"haproxy"'))) {
        // The plan says that the VIP moves, away and back, which cuts what is open just then; nothing more.
        expect(movesVip(plan)).toBe(true);
        expect(failures.length).toBeLessThanOrEqual(clients);
        expect(longestGapMs).toBeLessThan(1000);
      } else if (most === 0) expect(failures).toEqual([]);
      else expect(longestGapMs).toBeLessThan(most * 1000 + 1000);
      expect(scenario.hosts.map((host) => scenario.leftovers(host))).toEqual(['', '']);
    },
  );

  test('a second stage that fails is restored, and the first one is rolled back where that is wanted', async () => {
    const before = scenario.hosts.map((host) => scenario.contents(host));
    // The first reload of keepalived on this host fails, those after it do not.
    const folder = '/run/systemd/system/keepalived.service.d';
    const once = '[ -e /run/failed-once ] || { touch /run/failed-once; exit 1; }; kill -HUP $MAINPID';
    const unit = `[Service]\nExecReload=\nExecReload=/bin/sh -c '${once}'\n`;
    on('ethyl', `mkdir -p ${folder}; cat >${folder}/once.conf; systemctl daemon-reload`, Buffer.from(unit));
    try {
      scenario.edit((raw) => {
        const file = raw as unknown as Raw;
        own(file).advertInterval = 2;
        web(file).backends = backends(8080);
      });
      const run = await scenario.apply('--on-failure', 'restore-all', '--steady', '1');
      expect(run.code).toBe(1);
      expect(run.stdout + run.stderr).toMatch(/stage 1 of 2: .*stage 2 of 2: failed on .*rolled back/);
      expect(scenario.hosts.map((host) => scenario.contents(host))).toEqual(before);
    } finally {
      on('ethyl', `rm -rf ${folder} /run/failed-once; systemctl daemon-reload`);
    }
  });
});
