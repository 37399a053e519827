import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  addresses,
  describeLab,
  eventually,
  fetchUrl,
  fingerprint,
  haprov,
  lab,
  ofThisLab,
  on,
  vip,
} from '../support/lab';

/** A pair that somebody has made by hand, as its hosts have it, goes to haprov without a byte of it changed. */

const pair = ['fred', 'ethyl'] as const;
const places = pair.map((host) => addresses[host] ?? '');
const pairFolder = 'test/adopt/pair';

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

/** The files of test/adopt/pair for one host, with this lab's addresses; Latin-1, so that no byte is lost. */
function filesOf(host: string, certificate: string): string {
  const made = mkdtempSync(join(tmpdir(), 'haprov-pair-'));
  for (const part of ['files', host]) cpSync(join(pairFolder, part), made, { recursive: true });
  for (const name of filesBelow(made)) {
    const file = join(made, name);
    writeFileSync(file, Buffer.from(ofThisLab(readFileSync(file, 'latin1')), 'latin1'));
  }
  cpSync(certificate, join(made, 'etc/haproxy/certs/shop.pem'));
  return made;
}

function certificate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-certificate-'));
  const at = (name: string) => join(folder, name);
  const words = `req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=shop.example.com -keyout ${at('key')} -out ${at('crt')}`;
  execFileSync('openssl', words.split(' '), { stdio: 'ignore' });
  writeFileSync(at('pem'), readFileSync(at('crt'), 'utf8') + readFileSync(at('key'), 'utf8'));
  return at('pem');
}

function makeByHand(host: string, pem: string): string {
  const made = filesOf(host, pem);
  const archive = execFileSync('tar', ['-C', made, '--owner=0', '--group=0', '-c', 'etc']);
  on(
    host,
    `yum -q -y install haproxy keepalived httpd >/dev/null
     tar -C / -x --no-same-owner
     chown root:haproxy /etc/haproxy/haproxy.cfg && chmod 640 /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf
     chmod 600 /etc/haproxy/certs/shop.pem && chmod 755 /etc/keepalived/*.sh
     mkdir -p /etc/systemd/system/haproxy.service.d /var/www/html
     printf '[Service]\\nLimitNOFILE=200000\\n' >/etc/systemd/system/haproxy.service.d/limits.conf
     sed -i 's/^Listen 80$/Listen 8080/' /etc/httpd/conf/httpd.conf && echo "hello from $(uname -n)" >/var/www/html/index.html
     systemctl daemon-reload && systemctl -q enable haproxy keepalived httpd && systemctl restart httpd haproxy keepalived`,
    archive,
  );
  return made;
}

describeLab('a pair that was made by hand', () => {
  const out = join(mkdtempSync(join(tmpdir(), 'haprov-adopt-')), 'pair');
  const inventory = join(out, 'inventory.json');
  const made = new Map<string, string>();
  const serves = () =>
    eventually('the VIP answers', async () => (await fetchUrl(`http://${vip}/`))?.status === 200);

  beforeAll(async () => {
    lab('reset', '--alone', ...pair);
    const pem = certificate();
    for (const host of pair) made.set(host, makeByHand(host, pem));
    await serves();
  });

  test('adopt writes its files byte for byte, changes no host, and shows no secret', async () => {
    const before = pair.map(fingerprint);
    const { code, stdout } = await haprov('adopt', ...places, '--user', 'root', '--out', out, '--json');
    expect(code).toBe(0);
    expect(pair.map(fingerprint)).toEqual(before);
    expect(JSON.parse(stdout)).toMatchObject({ hosts: [{ name: 'fred' }, { name: 'ethyl' }], faults: [] });
    for (const host of pair) {
      const folder = made.get(host) ?? '';
      for (const name of filesBelow(folder)) {
        const [own, common] = [join(out, host, name), join(out, 'files', name)];
        const kept = existsSync(own) ? own : common;
        expect({ name, same: readFileSync(kept).equals(readFileSync(join(folder, name))) }).toEqual({
          name,
          same: true,
        });
      }
    }
    const secret = /s3cretpw|tr0ub4dor|swordfish|PRIVATE KEY/;
    for (const name of filesBelow(out))
      if (secret.test(readFileSync(join(out, name), 'latin1')))
        expect({ name, mode: statSync(join(out, name)).mode & 0o777 }).toEqual({ name, mode: 0o600 });
    for (const name of ['inventory.json', 'report.md'])
      expect(readFileSync(join(out, name), 'utf8')).not.toMatch(secret);
    expect(relative(out, inventory)).toBe('inventory.json');
  });

  test('the plan says that nothing changes', async () => {
    const plan = await haprov('plan', inventory, '--exit-code', '--json');
    expect(plan).toMatchObject({ code: 0 });
    expect(JSON.parse(plan.stdout)).toMatchObject({ hosts: [{ changes: [] }, { changes: [] }] });
  });

  test('the report says what differs and what is left where it is', () => {
    const report = readFileSync(join(out, 'report.md'), 'utf8');
    for (const row of ['+    priority 100', 'limits.conf']) expect(report).toContain(row);
  });

  test('nothing that is there is overwritten, and no host is asked for it', async () => {
    const again = await haprov('adopt', ...places, '--user', 'root', '--out', out);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toContain('is not empty');
  });

  test('an edit goes out as a push, and the pair goes on serving', async () => {
    const file = join(out, 'files/etc/haproxy/conf.d/10-backends.cfg');
    writeFileSync(
      file,
      readFileSync(file, 'latin1').replace('balance roundrobin', 'balance leastconn'),
      'latin1',
    );
    expect(await haprov('push', inventory, '--yes')).toMatchObject({ code: 0 });
    expect(on('fred', 'grep -c leastconn /etc/haproxy/conf.d/10-backends.cfg').trim()).toBe('1');
    await serves();
    expect(await haprov('plan', inventory, '--exit-code')).toMatchObject({ code: 0 });
  });
});
