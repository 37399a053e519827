import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  describeLab,
  docker,
  eventually,
  fetchUrl,
  fingerprint,
  haprov,
  holders,
  inventoryFile,
  lab,
  labName,
  network,
  on,
  statsPassword,
  vip,
} from '../support/lab';

const pair = ['fred', 'ethyl'];
const contents = (host: string) =>
  on(
    host,
    'cat /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf /etc/httpd/conf/httpd.conf /etc/sysctl.d/99-zz-haprov.conf /usr/libexec/keepalived/haprov-*; stat -c "%n %a %U %G" /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf; sysctl -n net.ipv4.ip_forward net.ipv4.ip_nonlocal_bind; systemctl is-active httpd haproxy keepalived; systemctl is-enabled httpd haproxy keepalived',
  );

const bothServe = () =>
  eventually('an answer of both hosts through the VIP', async () => {
    const replies = await Promise.all([1, 2, 3, 4].map(() => fetchUrl(`http://${vip}/`)));
    const servers = new Set(replies.map((reply) => reply?.server));
    return pair.every((host) => servers.has(host));
  });

describeLab('two bare hosts become the pair', () => {
  let inventory: string;
  const asRoot = new Map<string, string>();

  beforeAll(() => {
    lab('reset', '--alone', ...pair);
    inventory = inventoryFile();
    for (const host of pair) {
      on(
        host,
        "echo 'LogLevel VERBOSE' >/etc/ssh/sshd_config.d/lab.conf && systemctl reload ssh || systemctl reload sshd",
      );
    }
  });

  const execs = (host: string) =>
    Number(on(host, "journalctl -q --no-pager | grep -c 'Starting session: command' || :").trim());

  test('plan changes nothing, shows everything, and says 5 when asked', async () => {
    const before = pair.map(fingerprint);
    const plan = await haprov('plan', inventory, '--exit-code');
    expect(plan.code).toBe(5);
    expect(plan.stdout).toContain(`+    server ethyl ${network}.202:8080 cookie ethyl check`);
    expect(plan.stdout).toContain('Plan: 14 changes on fred, 14 on ethyl');
    expect(plan.stdout + plan.stderr).not.toContain(statsPassword);
    expect(pair.map(fingerprint)).toEqual(before);
  });

  test('apply --yes: both answer through the VIP, one holds it, stats asks for its password', async () => {
    const run = await haprov('apply', inventory, '--yes');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout + run.stderr).not.toContain(statsPassword);
    await bothServe();
    await eventually('fred holding the VIP alone', () => holders().join() === 'fred');
    expect((await fetchUrl(`http://${vip}:8989/stats`))?.status).toBe(401);
    const basic = (password: string) => ({
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
    });
    expect((await fetchUrl(`http://${vip}:8989/stats`, basic('admin')))?.status).toBe(401);
    expect((await fetchUrl(`http://${vip}:8989/stats`, basic(statsPassword)))?.status).toBe(200);
    for (const host of pair) asRoot.set(host, contents(host));
  });

  test('nothing is left beside the files, and the lock is gone', () => {
    for (const host of pair) {
      expect(on(host, "find /etc /usr/libexec -name '*haprov-2*'; ls -A /var/lib/haprov").trim()).toBe(
        'haproxy-loaded\nruns\nsecret-lines',
      );
      expect(on(host, 'stat -c "%a %U" /var/lib/haprov/runs').trim()).toBe('700 root');
    }
  });

  test('apply again: no change, one exec a host', async () => {
    const before = pair.map(execs);
    const run = await haprov('apply', inventory, '--yes');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('No changes');
    // Each look at the log is an exec of its own.
    expect(pair.map(execs)).toEqual(before.map((count) => count + 2));
  });

  test('one edit of a template: that diff and nothing else, and that one service reloads', async () => {
    const template = join(dirname(inventory), 'templates', 'haproxy', 'haproxy.cfg.ejs');
    mkdirSync(dirname(template), { recursive: true });
    const shipped = readFileSync('templates/haproxy/haproxy.cfg.ejs', 'utf8');
    writeFileSync(
      template,
      shipped.replace('option dontlognull', 'option dontlognull\n    option tcp-smart-accept'),
    );
    const plan = await haprov('plan', inventory, '--json');
    expect(plan.code).toBe(0);
    const { hosts } = JSON.parse(plan.stdout) as {
      hosts: { changes: { type: string; target: string; action: string }[] }[];
    };
    for (const host of hosts) {
      expect(host.changes.map(({ type, target, action }) => `${action} ${type} ${target}`)).toEqual([
        'update file /etc/haproxy/haproxy.cfg',
        'reload service haproxy',
      ]);
    }
    const service = (unit: string) =>
      pair.map((host) =>
        on(
          host,
          `systemctl show -p MainPID -p ActiveEnterTimestampMonotonic -p StateChangeTimestampMonotonic ${unit}; journalctl -q -u ${unit} -o cat | grep -c -i reload || :`,
        ),
      );
    const [keepalived, httpd, haproxy] = [service('keepalived'), service('httpd'), service('haproxy')];
    expect((await haprov('apply', inventory, '--yes')).code).toBe(0);
    expect(service('keepalived')).toEqual(keepalived);
    expect(service('httpd')).toEqual(httpd);
    expect(service('haproxy')).not.toEqual(haproxy);
    expect((await haprov('plan', inventory, '--exit-code')).code).toBe(0);
  });

  test('a file that its validator refuses is not put in place', async () => {
    const template = join(dirname(inventory), 'templates', 'haproxy', 'haproxy.cfg.ejs');
    const before = pair.map(contents);
    writeFileSync(template, readFileSync(template, 'utf8').replace('balance ', 'ballance '));
    const run = await haprov('apply', inventory, '--yes');
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toMatch(/unknown keyword 'ballance'/);
    expect(run.stdout + run.stderr).toContain('haproxy_check /etc/haproxy');
    expect(pair.map(contents)).toEqual(before);
    for (const host of pair)
      expect(on(host, 'ls -A /etc/haproxy /var/lib/haprov').trim()).not.toMatch(/haprov-2|lock/);
    await bothServe();
  });

  test('with the holder killed the service answers again within 4 s', async () => {
    writeFileSync(
      join(dirname(inventory), 'templates', 'haproxy', 'haproxy.cfg.ejs'),
      readFileSync('templates/haproxy/haproxy.cfg.ejs'),
    );
    expect((await haprov('apply', inventory, '--yes')).code).toBe(0);
    await eventually('fred holding the VIP alone', () => holders().join() === 'fred');
    docker('kill', `${labName}-fred`);
    try {
      // One each tenth of a second, 4 s long; a lost one is not sent again while it waits.
      const servers: (string | undefined)[] = [];
      const asked: Promise<unknown>[] = [];
      for (let n = 0; n < 40 && !servers.includes('ethyl'); n += 1) {
        asked.push(fetchUrl(`http://${vip}/`, {}, 900).then((reply) => servers.push(reply?.server)));
        await new Promise((done) => setTimeout(done, 100));
      }
      await Promise.all(asked);
      expect(servers).toContain('ethyl');
    } finally {
      docker('start', `${labName}-fred`);
    }
    await eventually('fred holding the VIP again', () => holders().join() === 'fred', 200);
  });

  test('a user who is not root, with sudo, gets the same result', async () => {
    lab('reset', '--alone', ...pair);
    const file = inventoryFile((raw) => {
      raw.ssh = { user: 'deploy' };
      const hosts = raw.hosts as Record<string, Record<string, unknown>>;
      hosts.ethyl = { ...hosts.ethyl, ssh: { user: 'careful', sudoPassword: { env: 'LAB_SUDO' } } };
    });
    process.env.LAB_SUDO = 'lab-sudo-password';
    const run = await haprov('apply', file, '--yes');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout + run.stderr).not.toContain('lab-sudo-password');
    await bothServe();
    for (const host of pair) expect(contents(host)).toBe(asRoot.get(host));
  });
});
