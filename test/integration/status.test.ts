import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { HookEvent } from '../../src/hooks/hook-event';
import type { Status } from '../../src/status/status';
import { describeLab, docker, eventually, haprov, lab, labName, network, on, vip } from '../support/lab';
import { Scenario } from '../support/scenario';

interface Fault {
  name: string;
  host: 'fred' | 'ethyl';
  /** On that host, or from outside. */
  make: string | (() => void);
  undo: string | (() => void);
  component: string;
  /** What the first finding's sentence has to say. */
  says: RegExp;
  /** Where it is a note, which is no failure. */
  level?: 'note';
}

/** Runs in a host's container, where SSH does not. */
const within = (host: string, command: string) => docker('exec', `${labName}-${host}`, 'sh', '-c', command);
const stop = (unit: string) => `systemctl kill -s STOP ${unit}`;
const go = (unit: string) => `systemctl kill -s CONT ${unit}`;
const cfg = '/etc/haproxy/haproxy.cfg';
const dropIns = '/etc/systemd/system/haproxy.service.d';
const putBack = `cp -p /root/haproxy.cfg ${cfg}; systemctl reload-or-restart haproxy`;
const inMaint = (...servers: string[]) =>
  servers
    .map((name) => `echo "set server cluster37/${name} state maint" | socat - /var/lib/haproxy/stats`)
    .join('; ');
const ownSection =
  'listen own\\n bind 127.0.0.1:9998\\n mode tcp\\n timeout connect 1s\\n timeout client 1s\\n timeout server 1s\\n server one 127.0.0.1:1 check inter 500\\n';
const filled = (folder: string) =>
  `mount -t tmpfs -o size=1m tmpfs ${folder}; dd if=/dev/zero of=${folder}/full bs=64k 2>/dev/null; true`;

const faults: Fault[] = [
  {
    name: 'HAProxy stopped',
    host: 'fred',
    make: 'systemctl stop haproxy',
    undo: 'systemctl start haproxy',
    component: 'haproxy',
    says: /HAProxy on fred does not run/,
  },
  {
    name: 'HAProxy killed',
    host: 'ethyl',
    make: 'systemctl kill -s KILL haproxy',
    undo: 'systemctl start haproxy',
    component: 'haproxy',
    says: /HAProxy on ethyl was killed/,
  },
  {
    name: 'HAProxy started with another file',
    host: 'ethyl',
    make: `mkdir -p ${dropIns}; sed 's/:80$/:8180/' ${cfg} >/etc/haproxy/other.cfg; printf '[Service]\\nEnvironment=CONFIG=/etc/haproxy/other.cfg\\n' >${dropIns}/o.conf; systemctl daemon-reload; systemctl restart haproxy`,
    undo: `rm -r ${dropIns} /etc/haproxy/other.cfg; systemctl daemon-reload; systemctl restart haproxy`,
    component: 'haproxy',
    says: /HAProxy on ethyl runs \/etc\/haproxy\/other\.cfg instead of/,
  },
  {
    name: 'HAProxy paused',
    host: 'fred',
    make: stop('haproxy'),
    undo: go('haproxy'),
    component: 'haproxy',
    says: /HAProxy on fred is paused/,
  },
  {
    name: 'the service stopped',
    host: 'ethyl',
    make: 'systemctl stop httpd',
    undo: 'systemctl start httpd',
    component: 'service',
    says: /httpd on ethyl does not run/,
  },
  {
    name: 'the service killed',
    host: 'fred',
    make: 'systemctl kill -s KILL httpd',
    undo: 'systemctl start httpd',
    component: 'service',
    says: /httpd on fred was killed/,
  },
  {
    name: 'the service paused',
    host: 'ethyl',
    make: stop('httpd'),
    undo: go('httpd'),
    component: 'service',
    says: /httpd on ethyl is paused/,
  },
  {
    name: 'keepalived stopped',
    host: 'fred',
    make: 'systemctl stop keepalived',
    undo: 'systemctl start keepalived',
    component: 'keepalived',
    says: /keepalived on fred does not run/,
  },
  {
    name: 'keepalived killed, the VIP stays',
    host: 'fred',
    // Its child first: one that outlives it takes the address away.
    make: 'main=$(systemctl show -p MainPID --value keepalived); kill -9 $(pgrep -P $main) $main',
    undo: 'systemctl start keepalived',
    component: 'keepalived',
    says: /keepalived on fred was killed, and left VIP router37 .* an orphan/,
  },
  {
    name: 'keepalived paused',
    host: 'fred',
    make: stop('keepalived'),
    undo: go('keepalived'),
    component: 'keepalived',
    says: /keepalived on fred is paused/,
  },
  {
    name: 'VRRP blocked by iptables on its way in',
    host: 'ethyl',
    make: 'iptables -I INPUT -p vrrp -j DROP',
    undo: 'iptables -D INPUT -p vrrp -j DROP',
    component: 'firewall',
    says: /split brain: fred and ethyl both hold VIP router37 .* firewall on ethyl blocks VRRP/,
  },
  {
    name: 'VRRP blocked by nft on its way out',
    host: 'fred',
    make: 'nft add table ip fault; nft add chain ip fault out "{ type filter hook output priority 0; }"; nft add rule ip fault out ip protocol 112 counter drop',
    undo: 'nft delete table ip fault',
    component: 'firewall',
    says: /split brain: .* firewall on fred blocks VRRP/,
  },
  {
    name: 'VRRP blocked by a chain of its own',
    host: 'fred',
    make: 'iptables -N REFUSED; iptables -A REFUSED -j DROP; for chain in INPUT OUTPUT; do iptables -I $chain -p vrrp -j REFUSED; done',
    undo: 'for chain in INPUT OUTPUT; do iptables -D $chain -p vrrp -j REFUSED; done; iptables -F REFUSED; iptables -X REFUSED',
    component: 'firewall',
    says: /split brain: .* firewall on fred blocks VRRP/,
  },
  {
    name: 'VRRP blocked where it matters only after the next failover',
    host: 'fred',
    make: 'iptables -I INPUT -p 112 -j DROP',
    undo: 'iptables -D INPUT -p 112 -j DROP',
    component: 'firewall',
    says: /firewall on fred blocks VRRP/,
  },
  {
    name: 'the VIP added by hand',
    host: 'ethyl',
    make: `ip addr add ${vip}/32 dev eth0`,
    undo: `ip addr del ${vip}/32 dev eth0`,
    component: 'vip',
    says: /VIP router37 .* is on ethyl, where keepalived did not put it; fred holds it too/,
  },
  {
    name: 'a check script that cannot be run',
    host: 'ethyl',
    make: 'chmod 644 /usr/libexec/keepalived/haprov-haproxy-answers; systemctl restart keepalived',
    undo: 'chmod 755 /usr/libexec/keepalived/haprov-haproxy-answers; systemctl restart keepalived',
    component: 'keepalived',
    says: /keepalived on ethyl runs without its check haproxy_answers_router37: the VIP would stay/,
  },
  {
    name: 'all servers taken out by hand',
    host: 'fred',
    make: inMaint('fred', 'ethyl'),
    undo: inMaint('fred', 'ethyl').replaceAll('maint', 'ready'),
    component: 'backend',
    says: /was taken out by hand: HAProxy on fred has it in MAINT, and on fred no other server/,
  },
  {
    name: 'a section of one’s own whose servers are down',
    host: 'ethyl',
    make: `mkdir -p /etc/haproxy/conf.d; printf '${ownSection}' >/etc/haproxy/conf.d/own.cfg; systemctl reload haproxy`,
    undo: 'rm /etc/haproxy/conf.d/own.cfg; systemctl reload haproxy',
    component: 'backend',
    says: /backend own of HAProxy on ethyl has no server that is up/,
  },
  {
    name: 'HAProxy’s configuration edited by hand',
    host: 'fred',
    make: `cp -p ${cfg} /root; sed -i 's/balance .*/balance source/' ${cfg}`,
    undo: putBack,
    component: 'haproxy',
    says: /HAProxy on fred is a stale worker/,
  },
  {
    name: 'HAProxy’s configuration edited and put back: it runs the edited one if it was reloaded in between',
    host: 'ethyl',
    make: `cp -p ${cfg} /root; sed -i 's/balance .*/balance source/' ${cfg}; systemctl reload haproxy; sleep 4; cp -p /root/haproxy.cfg ${cfg}`,
    undo: 'systemctl reload haproxy',
    component: 'haproxy',
    says: /HAProxy on ethyl may be a stale worker/,
    level: 'note',
  },
  {
    name: 'HAProxy’s configuration broken by hand',
    host: 'ethyl',
    make: `cp -p ${cfg} /root; echo nonsense >>${cfg}`,
    undo: putBack,
    component: 'haproxy',
    says: /HAProxy on ethyl still runs its old configuration: .* refuses it/,
  },
  {
    name: 'HAProxy’s configuration edited and reloaded',
    host: 'fred',
    make: `cp -p ${cfg} /root; sed -i 's/:8080 /:8081 /' ${cfg}; systemctl reload haproxy`,
    undo: putBack,
    component: 'haproxy',
    says: /HAProxy’s configuration on fred is not as the inventory says/,
  },
  {
    name: 'a backend that answers with an error',
    host: 'ethyl',
    make: 'printf "Redirect 503 /\\n" >/etc/httpd/conf.d/zz-fault.conf; systemctl reload httpd',
    undo: 'rm /etc/httpd/conf.d/zz-fault.conf; systemctl reload httpd',
    component: 'backend',
    says: /backend cluster37\/ethyl on ethyl is down: it answers with an error/,
  },
  {
    name: 'a backend down on one balancer only',
    host: 'ethyl',
    make: `iptables -I INPUT -p tcp -s ${network}.201 --dport 8080 -j REJECT`,
    undo: `iptables -D INPUT -p tcp -s ${network}.201 --dport 8080 -j REJECT`,
    component: 'firewall',
    says: /firewall on ethyl blocks port 8080/,
  },
  {
    name: 'a server taken out by hand',
    host: 'fred',
    make: 'echo "set server cluster37/ethyl state maint" | socat - /var/lib/haproxy/stats',
    undo: 'echo "set server cluster37/ethyl state ready" | socat - /var/lib/haproxy/stats',
    component: 'backend',
    says: /backend cluster37\/ethyl was taken out by hand: HAProxy on fred/,
  },
  {
    name: 'the VIP’s port blocked',
    host: 'fred',
    make: 'iptables -I INPUT -p tcp --dport 80 -j DROP',
    undo: 'iptables -D INPUT -p tcp --dport 80 -j DROP',
    component: 'firewall',
    says: /firewall on fred blocks port 80/,
  },
  {
    name: 'a kernel parameter flipped',
    host: 'ethyl',
    make: 'sysctl -qw net.ipv4.ip_nonlocal_bind=0',
    undo: 'sysctl -qw net.ipv4.ip_nonlocal_bind=1',
    component: 'sysctl',
    says: /sysctl on ethyl .* net\.ipv4\.ip_nonlocal_bind/,
  },
  {
    name: 'a package removed',
    host: 'ethyl',
    make: 'dnf -qy remove psmisc',
    undo: 'dnf -qy install psmisc',
    component: 'packages',
    says: /packages on ethyl: psmisc is not installed/,
  },
  {
    name: 'the disk full',
    host: 'fred',
    make: filled('/var/log'),
    undo: 'umount -l /var/log',
    component: 'disk',
    says: /disk on fred: \/var\/log is full/,
  },
  {
    name: 'no inodes left where HAProxy writes',
    host: 'ethyl',
    make: 'mount -t tmpfs -o nr_inodes=10 tmpfs /var/lib/haproxy; for i in 1 2 3 4 5 6 7 8 9; do : >/var/lib/haproxy/$i; done',
    undo: 'umount -l /var/lib/haproxy',
    component: 'disk',
    says: /disk on ethyl: \/var\/lib\/haproxy has no inodes left/,
  },
  {
    name: 'sshd hung',
    host: 'ethyl',
    make: () => within('ethyl', 'kill -STOP $(pgrep -o sshd)'),
    undo: () => within('ethyl', 'kill -CONT $(pgrep sshd)'),
    component: 'ssh',
    says: /SSH on ethyl does not work: .* took the connection, but no SSH server spoke within 10 s/,
  },
  {
    name: 'the host off',
    host: 'fred',
    make: () => docker('kill', `${labName}-fred`),
    undo: () => docker('start', `${labName}-fred`),
    component: 'ssh',
    says: /SSH on fred does not work/,
  },
];

describeLab('status of the real pair', () => {
  let scenario: Scenario;

  beforeAll(async () => {
    lab('reset', '--alone', 'fred', 'ethyl');
    for (const host of ['fred', 'ethyl'])
      on(
        host,
        `mkdir -p /var/www/html && echo here >/var/www/html/index.html
         echo 'LogLevel VERBOSE' >/etc/ssh/sshd_config.d/lab.conf && systemctl reload ssh || systemctl reload sshd`,
      );
    scenario = await Scenario.provisioned((raw) => {
      Object.assign((raw.services as Record<string, object>).cluster37 ?? {}, {
        check: { type: 'http', path: '/' },
      });
    });
  });

  async function look(...options: string[]): Promise<{ code: number | null; status: Status }> {
    const { code, stdout, stderr } = await haprov('status', scenario.inventory, '--json', ...options);
    if (!stdout) throw new Error(`exit ${code}: ${stderr}`);
    return { code, status: JSON.parse(stdout) as Status };
  }

  const isWell = () => eventually('all is well', async () => (await look()).status.level === 'ok', 40, 1000);

  const act = (host: string, what: Fault['make']) => (typeof what === 'string' ? on(host, what) : what());

  test('says nothing is wrong on the healthy pair, in one exec a host', async () => {
    await isWell();
    const before = ['fred', 'ethyl'].map(execsOn);
    const { code, status } = await look('--exit-code');
    expect(['fred', 'ethyl'].map(execsOn)).toEqual(before.map((count) => count + 2));
    expect({ code, findings: status.findings }).toEqual({ code: 0, findings: [] });
    expect(status.hosts.map(({ host }) => host)).toEqual(['fred', 'ethyl']);
    expect(status.vips).toMatchObject([{ vip: 'router37', holders: ['fred'], level: 'ok' }]);
    expect(status.vips[0]?.answers.every(({ answers }) => answers)).toBe(true);
    const levels = status.hosts.flatMap(({ components }) => components.map(({ level }) => level));
    expect(new Set(levels)).toEqual(new Set(['ok']));
    const text = await haprov('status', scenario.inventory);
    expect(text.stdout).toContain('all is well on fred, ethyl');
    const lastRun = { command: 'apply', result: 'finished', run: expect.any(String), at: expect.any(String) };
    expect(status.hosts.map((host) => host.lastRun)).toEqual([lastRun, lastRun]);
    expect(Math.max(...text.stdout.split('\n').map((row) => row.length))).toBeLessThanOrEqual(80);
  });

  test('a file that was edited and put back is what HAProxy runs still', async () => {
    on('fred', `cp -p ${cfg} /root; sleep 3; sed -i 's/balance .*/balance source/' ${cfg}`);
    expect((await look()).status.findings[0]).toMatchObject({ rule: 'stale-worker', host: 'fred' });
    on('fred', `cat /root/haproxy.cfg >${cfg}`);
    expect((await look()).status.findings).toEqual([]);
  });

  test('Nagios has its four codes; a webhook hears what is new and what has gone, once each, signed', async () => {
    await isWell();
    const secret = 'whsec_MfKQ9r8GKYqTwjUPD8ILPZIo2LaLaSw9r8GKYqT9';
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    let heard: string[] = [];
    const told: string[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers;
      const wanted = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
      const { type, data } = JSON.parse(body) as HookEvent;
      heard.push(
        `${type} ${data.finding?.rule} ${data.finding?.on}${signature === `v1,${wanted}` ? '' : ': forged'}`,
      );
      const { level, component, message } = data.finding ?? {};
      if (type !== 'gone') told.push(`${level} ${component}: ${message}`);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const file = join(dirname(scenario.inventory), 'told.json');
    const { port } = server.address() as AddressInfo;
    const hook = { on: ['finding', 'drift', 'gone'], url: `http://127.0.0.1:${port}/`, secret };
    writeFileSync(
      file,
      JSON.stringify({ ...JSON.parse(readFileSync(scenario.inventory, 'utf8')), hooks: [hook] }),
    );
    const check = async (...options: string[]) => {
      heard = [];
      const { code, stdout } = await haprov('status', file, '--format', 'nagios', ...options);
      return [code, stdout.replace(/ - .*\n$/, ''), ...heard];
    };
    const conf = '/etc/sysctl.d/99-zz-haprov.conf';
    try {
      expect(await check('--hooks')).toEqual([0, 'HAPROV OK']);
      on('ethyl', `cp -p ${conf} /root/sysctl.conf; echo '# by hand' >>${conf}`);
      expect(await check('--hooks')).toEqual([1, 'HAPROV WARNING', 'drift drift ethyl']);
      expect(await check('--hooks')).toEqual([1, 'HAPROV WARNING']);
      on('fred', 'systemctl stop httpd');
      const [code, word, ...news] = await check('--hooks');
      expect([code, word]).toEqual([2, 'HAPROV CRITICAL']);
      expect(news).toContain('finding unit-down fred');
      on('fred', 'systemctl start httpd');
      on('ethyl', `mv /root/sysctl.conf ${conf}`);
      await isWell();
      const [, , ...gone] = await check('--hooks');
      // What has become worse or better is told again, and goes once.
      const all = new Set(['drift drift ethyl', ...news].map((one) => `${one}`.replace(/^\w+/, 'gone')));
      expect(gone.sort()).toEqual([...all].sort());
      expect(told).toEqual([...new Set(told)]);
      expect(await check('--port', '9')).toEqual([3, 'HAPROV UNKNOWN']);
    } finally {
      server.close();
    }
  });

  test.each(faults)('$name on $host', async ({ host, make, undo, component, says, level }) => {
    let seen = '';
    act(host, make);
    try {
      await eventually(
        `the first finding is ${component} on ${host}`,
        async () => {
          const [first] = (await look()).status.findings;
          seen = JSON.stringify(first);
          return first?.component === component && first.host === host && says.test(first.message);
        },
        15,
        1000,
      ).catch((error: Error) => {
        throw new Error(`${error.message}; the last first finding was ${seen}`);
      });
      const { code, status } = await look('--exit-code');
      expect(code).toBe(level === 'note' ? 0 : 1);
      expect(status.findings[0]).toMatchObject({ component, host, level: level ?? status.level });
      expect(status.findings[0]?.next).toBeTruthy();
      expect(status.headline).toContain(status.findings[0]?.message);
    } finally {
      act(host, undo);
    }
    await isWell();
  });
});

/** Commands that sshd has started for somebody, this one among them. */
const execsOn = (host: string): number =>
  Number(on(host, "journalctl -q --no-pager | grep -c 'Starting session: command' || :"));
