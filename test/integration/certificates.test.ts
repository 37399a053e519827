import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askHttps } from '../support/clients';
import { addresses, describeLab, haprov, lab, on, startHaprov, vip } from '../support/lab';
import { askSteadily } from '../support/load';
import { describePebble, type Pebble, startPebble } from '../support/pebble';

/** Certificates of the real pair: listed, renewed from files, and made by an authority, under load. */

const hosts = ['fred', 'ethyl'];
const name = 'web.example';
const folder = mkdtempSync(join(tmpdir(), 'haprov-certificates-'));
const inventory = join(folder, 'inventory.json');
const env = { HAPROV_AGE_IDENTITY: join(folder, 'identity.txt') };
const run = (...words: string[]) => startHaprov(words, env).finished;

const make = (file: string, days: number, names: readonly string[]) => {
  const alternative = names.map((one) => `DNS:${one}`).join(',');
  const words = `req -x509 -newkey rsa:2048 -nodes -days ${days} -subj /CN=${name} -addext subjectAltName=${alternative}`;
  const files = ['-keyout', `${file}.key`, '-out', `${file}.pem`];
  const { status, stderr } = spawnSync('openssl', [...words.split(' '), ...files], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
};
const read = (file: string) => readFileSync(join(folder, file));

const basis = {
  name: 'certificates',
  ssh: { user: 'root' },
  hosts: Object.fromEntries(
    hosts.map((host, index) => [host, { address: addresses[host], priority: 101 - index }]),
  ),
  groups: { balancers: hosts, web: hosts },
  sysctl: { 'net.ipv4.ip_nonlocal_bind': 1 },
  vips: { front: { address: vip, virtualRouterId: 37, group: 'balancers' } },
  services: {
    plain: { port: 80, vips: ['front'], redirects: [{ scheme: 'https' }] },
    web: {
      port: 443,
      vips: ['front'],
      backends: { group: 'web', port: 8080 },
      tls: { certificate: { file: 'web.pem' }, key: { file: 'web.key' } } as object,
    },
  },
  playbooks: ['ha-pair', 'first-page'],
};

/** Clients that believe in one authority only, until they are told to stop. */
function clients(ca: () => Buffer) {
  const stop = new AbortController();
  const load = askSteadily(
    { requests: 20_000, concurrency: 4, minMs: 200_000, signal: stop.signal },
    async () => {
      const said = await askHttps({ address: vip, port: 443, name, ca: ca() });
      if (!said.startsWith('200 ')) throw new Error(said);
    },
  );
  return async () => {
    stop.abort();
    const { sent, failures } = await load;
    return { isEnough: sent > 100, failures };
  };
}

const listed = async () => {
  const { code, stdout } = await run('certificates', inventory, '--json');
  const { certificates, findings } = JSON.parse(stdout);
  return { code, certificate: certificates[0], findings };
};

describeLab('certificates', () => {
  beforeAll(async () => {
    lab('reset', '--alone', ...hosts);
    make('web', 90, [name, 'www.web.example']);
    writeFileSync(inventory, JSON.stringify(basis));
    const { code, stdout, stderr } = await haprov('apply', inventory, '--yes');
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the list: on both hosts, loaded by both, shown by who has the VIP', async () => {
    const { code, certificate, findings } = await listed();
    expect({ code, findings }).toEqual({ code: 0, findings: [] });
    expect(certificate).toMatchObject({
      name: 'web',
      services: ['web'],
      certificate: { names: [name, 'www.web.example'], days: 89, chain: 'self-signed' },
      hosts: hosts.map((host) => ({ host, isLoaded: true, keyFits: true })),
      shown: [
        { at: `${vip}:443`, from: 'here', by: 'fred' },
        { at: `${vip}:443`, from: 'here', by: 'fred', name },
      ],
    });
  });

  test('a file that was changed by hand on the host without the VIP is told', async () => {
    make('hand', 90, [name]);
    const pem = Buffer.concat([read('hand.pem'), read('hand.key')]);
    on('ethyl', 'cp -p /etc/haproxy/web.pem /root/ && cat >/etc/haproxy/web.pem', pem);
    const { code, findings } = await listed();
    expect(code).toBe(1);
    expect(
      findings.map(({ hosts: on, message }: { hosts: string[]; message: string }) => [on, message]),
    ).toEqual([
      [['ethyl'], 'the host has another one than the inventory'],
      [['ethyl'], 'the running HAProxy has not loaded what is on the disk'],
    ]);
    on('ethyl', 'cp -p /root/web.pem /etc/haproxy/web.pem');
  });

  test('renewed from files under load: no client notices, and both hosts have loaded the new one', async () => {
    make('few', 200, [name]);
    const refused = await run(
      'certificates',
      'renew',
      'web',
      inventory,
      '--certificate',
      join(folder, 'few.pem'),
      '--key',
      join(folder, 'few.key'),
      '--yes',
    );
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it is not for www.web.example'),
    });

    make('new', 200, [name, 'www.web.example']);
    const old = read('web.pem');
    const done = clients(() => Buffer.concat([old, read('new.pem')]));
    const renewed = await run(
      'certificates',
      'renew',
      'web',
      inventory,
      '--certificate',
      join(folder, 'new.pem'),
      '--key',
      join(folder, 'new.key'),
      '--yes',
    );
    expect(await done()).toEqual({ isEnough: true, failures: [] });
    expect(renewed).toMatchObject({ code: 0, stderr: '' });
    expect(read('web.pem')).toEqual(read('new.pem'));
    const { code, certificate } = await listed();
    expect({ code, days: certificate.certificate.days }).toEqual({ code: 0, days: 199 });
  });

  describePebble('of an authority', () => {
    let pebble: Pebble;
    beforeAll(async () => {
      pebble = await startPebble({ address: vip });
      const all = structuredClone(basis);
      Object.assign(all, {
        acme: {
          directory: pebble.directory,
          ca: { file: pebble.ca },
          key: { secret: 'account' },
          hook: pebble.hook,
        },
      });
      all.services.web.tls = {
        certificate: { secret: 'web.pem' },
        key: { secret: 'web.key' },
        acme: { names: [name, 'www.web.example'] },
      };
      writeFileSync(inventory, JSON.stringify(all));
    });
    afterAll(() => pebble?.stop());

    test('the first one: hosts answer the authority through HAProxy, then have what it made', async () => {
      const first = await run('certificates', 'renew', inventory, '--yes');
      expect(first).toMatchObject({ code: 0 });
      const { code, certificate } = await listed();
      expect(code).toBe(0);
      expect(certificate).toMatchObject({
        from: { certificate: { secret: 'web.pem' } },
        certificate: { names: [name, 'www.web.example'], issuer: expect.stringContaining('Pebble') },
        hosts: hosts.map((host) => ({ host, isLoaded: true })),
      });
      const again = await run('certificates', 'renew', inventory, '--yes');
      expect(again).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('web: nothing to do, it lasts until'),
      });
    });

    test('renewed under load while the other host has the VIP: no client notices', async () => {
      expect(await run('drain', inventory, 'fred')).toMatchObject({ code: 0 });
      const { certificate: before } = await listed();
      expect(before.shown[0]).toMatchObject({ by: 'ethyl' });
      const root = Buffer.from(await pebble.root());
      const done = clients(() => root);
      const renewed = await run('certificates', 'renew', 'web', inventory, '--force', '--yes');
      expect(await done()).toEqual({ isEnough: true, failures: [] });
      expect([renewed.code, renewed.stderr]).toEqual([0, '']);
      expect(await run('undrain', inventory, 'fred')).toMatchObject({ code: 0 });
      const { certificate: after } = await listed();
      expect(after.certificate.fingerprint).not.toBe(before.certificate.fingerprint);
      expect(after.hosts.map(({ isLoaded }: { isLoaded: boolean }) => isLoaded)).toEqual([true, true]);
    });

    test('an authority that refuses: nothing is changed, and it is told why', async () => {
      const { certificate: before } = await listed();
      const all = JSON.parse(readFileSync(inventory, 'utf8'));
      all.services.web.tls.acme.names = [name, 'www.web.example', 'blocked.example'];
      writeFileSync(inventory, JSON.stringify(all));
      const refused = await run('certificates', 'renew', 'web', inventory, '--yes');
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('makes no certificate for such a name'),
      });
      expect((await listed()).certificate.certificate.fingerprint).toBe(before.certificate.fingerprint);
    });
  });
});
