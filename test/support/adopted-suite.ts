import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Status } from '../../src/status/status';
import { adopt, adoptedFile, prepareHosts, putPair } from './adopted';
import { describeLab, eventually, haprov, holders, isWell, lab, on, vip } from './lab';
import { runLoad } from './load';

/** Twelve pairs that were made by hand: adopted, edited under load, drained, and broken. */

interface Fault {
  about: string;
  make(): void;
  mend(): void;
  /** The finding that status is to have, and what it says. */
  rule: string;
  says: RegExp;
}

interface Pair {
  name: string;
  /** Where clients come in. */
  port: number;
  edit: { path: string; from: string | RegExp; to: string };
  /** What drain does: the VIP goes, or the reason for which nothing is touched. */
  drain: 'moves' | RegExp;
  /** What drain says first that it cannot do. */
  warns?: RegExp;
  fault: Fault;
  /** Findings that status has of it on the lab all the same. */
  known?: string[];
  /** What a run does that has to restart HAProxy on the host that has the VIP, and a drill of a drain. */
  lends?: 'lends' | RegExp;
}

const haproxyEdit = {
  path: 'etc/haproxy/haproxy.cfg',
  from: /timeout(\s+)client(\s+)\S+/,
  to: 'timeout$1client$290s',
};
const unit = (verb: string, name: string) => (host: string) => on(host, `systemctl ${verb} ${name}`);
const nothingLooks =
  /its keepalived\.conf has nothing that looks at \/var\/lib\/haprov\/drain(?:ed|-for-run), nor at a file of its own/;

const pairs: Pair[] = [
  {
    name: 'shop',
    port: 80,
    lends: nothingLooks,
    edit: haproxyEdit,
    drain: nothingLooks,
    fault: {
      about: 'a unit that is stopped',
      make: () => unit('stop', 'haproxy')('ethyl'),
      mend: () => unit('start', 'haproxy')('ethyl'),
      rule: 'unit-down',
      says: /HAProxy on ethyl does not run/,
    },
  },
  {
    name: 'hosting',
    port: 80,
    lends: 'lends',
    edit: {
      path: 'etc/haproxy/maps/hosts.map',
      from: 'green.example.org green',
      to: 'green.example.org green\nred.example.org fallback',
    },
    drain: 'moves',
    fault: {
      about: 'a certificate that is gone',
      make: () => on('ethyl', 'mv /etc/haproxy/certs/blue.pem /root/blue.pem'),
      mend: () => on('ethyl', 'mv /root/blue.pem /etc/haproxy/certs/blue.pem'),
      rule: 'drift',
      says: /certs\/blue\.pem/,
    },
  },
  {
    name: 'conf-d',
    port: 80,
    edit: { path: 'etc/haproxy/conf.d/20-start.cfg', from: 'balance roundrobin', to: 'balance leastconn' },
    drain: 'moves',
    fault: {
      about: 'a file that somebody has edited',
      make: () =>
        on(
          'ethyl',
          "cp -p /etc/haproxy/conf.d/30-wiki.cfg /root/ && echo '# by hand' >>/etc/haproxy/conf.d/30-wiki.cfg",
        ),
      mend: () =>
        on('ethyl', 'cat /root/30-wiki.cfg >/etc/haproxy/conf.d/30-wiki.cfg && systemctl reload haproxy'),
      rule: 'drift',
      says: /conf\.d\/30-wiki\.cfg/,
    },
  },
  {
    name: 'database',
    port: 3307,
    edit: haproxyEdit,
    drain: nothingLooks,
    fault: {
      about: 'a server that is down',
      make: () => unit('stop', 'httpd')('ethyl'),
      mend: () => unit('start', 'httpd')('ethyl'),
      rule: 'backend-down',
      says: /readers\/ethyl/,
    },
  },
  {
    name: 'routers',
    port: 80,
    edit: haproxyEdit,
    drain: 'moves',
    warns: /HAProxy on fred and ethyl takes no commands \(no stats socket at level admin\)/,
    fault: {
      about: 'a check that says no: keepalived is in FAULT',
      make: () => on('ethyl', 'touch /etc/keepalived/out-of-service'),
      mend: () => on('ethyl', 'rm /etc/keepalived/out-of-service'),
      rule: 'vrrp-fault',
      says: /in FAULT for VIP OUTSIDE[\s\S]*check serving failed/,
    },
  },
  {
    name: 'virtual-mac',
    port: 80,
    edit: haproxyEdit,
    drain: nothingLooks,
    fault: {
      about: 'a firewall that drops VRRP: both hosts hold the VIP',
      make: () => on('ethyl', 'iptables -I INPUT -p 112 -j DROP'),
      mend: () => on('ethyl', 'iptables -D INPUT -p 112 -j DROP'),
      rule: 'split-brain',
      says: /VIP front/,
    },
  },
  {
    name: 'lvs',
    port: 8080,
    // The lab's kernel has no ip_vs, so nobody answers at the virtual server.
    known: ['vip-silent'],
    edit: { path: 'etc/keepalived/keepalived.conf', from: 'delay_loop 3', to: 'delay_loop 4' },
    drain: nothingLooks,
    fault: {
      about: 'another VRID on one host: both hold the VIP',
      make: () =>
        on(
          'ethyl',
          "sed -i.old 's/virtual_router_id 90/virtual_router_id 91/' /etc/keepalived/keepalived.conf && systemctl reload keepalived",
        ),
      mend: () =>
        on(
          'ethyl',
          'cat /etc/keepalived/keepalived.conf.old >/etc/keepalived/keepalived.conf && rm /etc/keepalived/keepalived.conf.old && systemctl reload keepalived',
        ),
      rule: 'split-brain',
      says: /VIP LVS/,
    },
  },
  {
    name: 'old-editor',
    port: 80,
    edit: haproxyEdit,
    drain: 'moves',
    fault: {
      about: 'nobody has the VIP',
      make: () => ['fred', 'ethyl'].forEach(unit('stop', 'keepalived')),
      mend: () => ['fred', 'ethyl'].forEach(unit('start', 'keepalived')),
      rule: 'unit-down',
      says: /keepalived on fred and ethyl does not run/,
    },
  },
  {
    name: 'two-vips',
    port: 80,
    edit: haproxyEdit,
    drain: 'moves',
    fault: {
      about: 'a unit that would not start at boot',
      make: () => unit('-q disable', 'keepalived')('fred'),
      mend: () => unit('-q enable', 'keepalived')('fred'),
      rule: 'drift',
      says: /keepalived on fred would not come up with the host/,
    },
  },
  {
    name: 'sprawl',
    port: 80,
    edit: haproxyEdit,
    drain: /vrrp_script standby takes only 2 off its priority of 150, and the next host has 100/,
    fault: {
      about: 'a firewall that is closed for the servers of one host',
      make: () => on('ethyl', 'iptables -I INPUT -p tcp --dport 8080 ! -s 127.0.0.1 -j DROP'),
      mend: () => on('ethyl', 'iptables -D INPUT -p tcp --dport 8080 ! -s 127.0.0.1 -j DROP'),
      rule: 'firewall-blocks',
      says: /8080/,
    },
  },
  {
    name: 'one-file',
    port: 80,
    edit: haproxyEdit,
    drain: 'moves',
    fault: {
      about: 'a stranger that has the VIP',
      make: () => {
        ['fred', 'ethyl'].forEach(unit('stop', 'keepalived'));
        on('lucy', `ip addr add ${vip}/24 dev eth0`);
      },
      mend: () => {
        on('lucy', `ip addr del ${vip}/24 dev eth0`);
        ['fred', 'ethyl'].forEach(unit('start', 'keepalived'));
      },
      rule: 'address-of-a-stranger',
      says: /VIP one_42/,
    },
  },
  {
    name: 'own-httpd',
    port: 8080,
    edit: { path: 'etc/keepalived/keepalived.conf', from: 'fall 2', to: 'fall 3' },
    drain: 'moves',
    fault: {
      about: 'a VIP that keepalived did not put there',
      make: () => on('ethyl', `ip addr add ${vip}/24 dev eth0`),
      mend: () => on('ethyl', `ip addr del ${vip}/24 dev eth0`),
      rule: 'stray-vip',
      says: /VIP www/,
    },
  },
];

/** The tests of some of them, so that several labs share the work. */
export const testAdopted = (from: number, to: number): void =>
  describeLab('pairs that were made by hand', () => {
    beforeAll(() => {
      lab('reset', '--alone', 'fred', 'ethyl', 'lucy');
      prepareHosts();
    });

    describe.each(pairs.slice(from, to))(
      '$name',
      ({ name, port, edit, drain, warns, fault, lends, known }) => {
        let inventory: string;
        let folder: string;
        const url = `http://${vip}:${port}/`;

        beforeAll(async () => {
          const put = putPair(name);
          await eventually('fred holding the VIP, and it answers', async () => {
            if (holders().join() !== 'fred') return false;
            return (await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined))?.ok;
          });
          const adopted = await adopt();
          expect({ ...adopted, stdout: '' }).toMatchObject({ code: 0 });
          ({ inventory, folder } = adopted);
          for (const [path, bytes] of put.fred ?? new Map<string, Buffer>())
            for (const file of adoptedFile(folder, path).slice(0, 1))
              expect(readFileSync(file).equals(bytes)).toBe(true);
        });

        test('is as the inventory says that adopt wrote, and well', async () => {
          const plan = await haprov('plan', inventory);
          expect({ ...plan, stderr: '' }).toMatchObject({ code: 0 });
          expect(plan.stdout).toContain('No changes: 2 hosts are as the inventory says.');
          await isWell(inventory, known);
        });

        test('an edit is pushed under load, and nobody notices', async () => {
          const files = adoptedFile(folder, edit.path);
          for (const file of files) {
            const before = readFileSync(file, 'latin1');
            const after = before.replace(edit.from, edit.to);
            expect(after).not.toBe(before);
            writeFileSync(file, Buffer.from(after, 'latin1'));
          }
          const stop = new AbortController();
          const load = runLoad({
            url,
            requests: 50_000,
            concurrency: 4,
            keepAlive: false,
            minMs: 250_000,
            signal: stop.signal,
          });
          const pushed = await haprov('push', inventory, '--yes');
          stop.abort();
          expect({ ...pushed, stdout: '' }).toMatchObject({ code: 0 });
          const { sent, failed, failures } = await load;
          expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
          expect(sent).toBeGreaterThan(100);
          const wanted = readFileSync(files.at(-1) ?? '').toString('base64');
          expect(on('ethyl', `base64 -w 0 /${edit.path}`)).toBe(wanted);
          expect((await haprov('plan', inventory)).stdout).toContain('No changes');
        });

        test(
          drain === 'moves'
            ? 'is drained by its own files, and undrained'
            : 'is not drained, and nothing is touched',
          async () => {
            const own = () =>
              on(
                'fred',
                'find /etc/haproxy /etc/keepalived -type f -exec sha256sum {} +; ls -A /var/lib/haprov | grep -v -e runs -e haproxy-loaded -e secret-lines; true',
              );
            const before = own();
            const ended = await haprov('drain', inventory, 'fred', '--timeout', '20');
            if (warns) expect(ended.stderr + ended.stdout).toMatch(warns);
            if (drain !== 'moves') {
              expect(ended).toMatchObject({ code: 1 });
              expect(ended.stderr).toContain('fred was not drained, nothing was changed');
              expect(ended.stderr).toMatch(drain);
              expect(holders()).toEqual(['fred']);
            } else {
              expect({ ...ended, stderr: '' }).toMatchObject({ code: 0 });
              expect(holders()).toEqual(['ethyl']);
              expect(await haprov('undrain', inventory, 'fred')).toMatchObject({ code: 0 });
              expect(holders()).toEqual(['fred']);
            }
            expect(own()).toBe(before);
          },
        );

        if (lends !== undefined) {
          test(`a run that restarts HAProxy ${lends === 'lends' ? 'lends the VIP by the files that are there' : 'does not begin'}`, async () => {
            const original = readFileSync(inventory, 'utf8');
            const resource = {
              type: 'file',
              path: '/etc/sysconfig/haproxy',
              content: 'OPTIONS=""\n# restart\n',
              notify: { restart: 'haproxy' },
            };
            mkdirSync(join(folder, 'playbooks'), { recursive: true });
            writeFileSync(
              join(folder, 'playbooks/restart.json'),
              JSON.stringify({ tasks: [{ name: 'Restart', resources: [resource] }] }),
            );
            const raw = JSON.parse(original) as Record<string, unknown>;
            writeFileSync(inventory, JSON.stringify({ ...raw, playbooks: ['own-configuration', 'restart'] }));
            try {
              const started = () =>
                ['fred', 'ethyl'].map((host) =>
                  on(host, 'systemctl show -p ExecMainStartTimestampMonotonic haproxy').trim(),
                );
              const before = started();
              const stop = new AbortController();
              const load = runLoad({
                url,
                requests: 50_000,
                concurrency: 1,
                keepAlive: false,
                minMs: 250_000,
                signal: stop.signal,
              });
              const applied = await haprov('apply', inventory, '--yes');
              stop.abort();
              const { failed, failures } = await load;
              const after = started();
              if (lends === 'lends') {
                expect({ ...applied, stdout: '' }).toMatchObject({ code: 0 });
                // Only what is on its way through the address while that moves can be lost, there and back.
                expect(failures.slice(2)).toEqual([]);
                expect(after.map((one, index) => one === before[index])).toEqual([false, false]);
              } else {
                expect(applied).toMatchObject({ code: 1 });
                expect(applied.stderr + applied.stdout).toMatch(lends);
                expect(applied.stderr + applied.stdout).toContain('nothing was changed on any host');
                expect({ failed, after }).toEqual({ failed: 0, after: before });
              }
              expect(
                on('fred', 'ls -A /var/lib/haprov | grep -v -e runs -e haproxy-loaded -e secret-lines; true'),
              ).toBe('');
            } finally {
              writeFileSync(inventory, original);
            }
          });

          test(`a drill ${lends === 'lends' ? 'drains by the files that are there' : 'says why it cannot drain'}`, async () => {
            await isWell(inventory, known);
            await eventually('the VIP back on fred', () => holders().join() === 'fred');
            const drilled = await haprov('drill', inventory, '--scenario', 'drain', '--yes');
            if (lends === 'lends') expect(drilled.code === 0 ? '' : drilled.stdout + drilled.stderr).toBe('');
            else {
              expect(drilled).toMatchObject({ code: 2 });
              expect(drilled.stderr + drilled.stdout).toMatch(lends);
            }
          });
        }

        test(`status names ${fault.about}`, async () => {
          await isWell(inventory, known);
          fault.make();
          try {
            await eventually(
              `${fault.rule} named`,
              async () => {
                const { findings } = JSON.parse(
                  (await haprov('status', inventory, '--json')).stdout,
                ) as Status;
                return findings.some(
                  ({ rule, message, evidence }) =>
                    rule === fault.rule && fault.says.test([message, ...evidence].join('\n')),
                );
              },
              20,
              1000,
            );
          } finally {
            fault.mend();
          }
          await isWell(inventory, known);
        });
      },
    );
  });
