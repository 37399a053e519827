import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askHttps } from '../support/clients';
import { addresses, describeLab, lab, on, startHaprov, vip } from '../support/lab';
import { askSteadily } from '../support/load';
import { describePebble, type Pebble, startPebble } from '../support/pebble';

/** Certificates of the real pair: made by an authority, listed, and renewed under load. */

const hosts = ['fred', 'ethyl'];
const name = 'web.example';
const folder = mkdtempSync(join(tmpdir(), 'haprov-certificates-'));
const inventory = join(folder, 'inventory.json');
const env = { HAPROV_AGE_IDENTITY: join(folder, 'identity.txt') };
const run = (...words: string[]) => startHaprov(words, env).finished;
const renew = (...words: string[]) =>
  run('certificates', 'renew', 'web', inventory, '--yes', '--steady', '0', ...words);
const filesOf = (one: string) => [
  ...['--certificate', join(folder, `${one}.pem`)],
  ...['--key', join(folder, `${one}.key`)],
];

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

const inventoryFor = (pebble: Pebble) => ({
  name: 'certificates',
  ssh: { user: 'root' },
  hosts: Object.fromEntries(
    hosts.map((host, index) => [host, { address: addresses[host], priority: 101 - index }]),
  ),
  groups: { balancers: hosts, web: hosts },
  sysctl: { 'net.ipv4.ip_nonlocal_bind': 1 },
  vips: { front: { address: vip, virtualRouterId: 37, group: 'balancers' } },
  acme: { directory: pebble.directory, ca: { file: pebble.ca }, key: { secret: 'account' } },
  services: {
    plain: { port: 80, vips: ['front'], redirects: [{ scheme: 'https' }] },
    web: {
      port: 443,
      vips: ['front'],
      backends: { group: 'web', port: 8080 },
      tls: {
        certificate: { secret: 'web.pem' },
        key: { secret: 'web.key' },
        acme: { names: [name, 'www.web.example'] },
      },
    },
  },
  playbooks: ['ha-pair', 'first-page'],
});

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
  describePebble('of an authority, and from files', () => {
    let pebble: Pebble;
    beforeAll(async () => {
      lab('reset', '--alone', ...hosts);
      pebble = await startPebble({ address: vip });
      writeFileSync(inventory, JSON.stringify(inventoryFor(pebble)));
    });
    afterAll(() => {
      pebble?.stop();
      rmSync(folder, { recursive: true });
    });

    test('before the first one the hosts can be looked at, and nothing is pushed', async () => {
      const { code, stderr } = await run('facts', inventory);
      expect([code, stderr.match(/^warning: .*$/gm)]).toEqual([
        0,
        [
          expect.stringMatching(
            /^warning: the certificate of web is not made yet: haprov certificates renew \S+ web makes it; /,
          ),
        ],
      ]);
      expect(await run('plan', inventory)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('the secret web.pem of secrets.age is not made yet'),
      });
      expect(await listed()).toMatchObject({
        code: 1,
        findings: [{ certificate: 'web', message: 'not made yet', next: 'haprov certificates renew web' }],
      });
      const { stdout } = await run('status', inventory, '--json');
      const { findings } = JSON.parse(stdout);
      expect(findings.map(({ rule }: { rule: string }) => rule)).toContain('certificate-not-made');
    });

    test('the first one, on bare hosts: they answer the authority through HAProxy, then have what it made', async () => {
      const first = await renew();
      expect([first.code, first.stderr.replace(/^warning: .*\n/gm, '')]).toEqual([0, '']);
      const { code, certificate, findings } = await listed();
      expect({ code, findings }).toEqual({ code: 0, findings: [] });
      expect(certificate).toMatchObject({
        name: 'web',
        services: ['web'],
        from: { certificate: { secret: 'web.pem' }, key: { secret: 'web.key' } },
        certificate: { names: [name, 'www.web.example'], issuer: expect.stringContaining('Pebble') },
        hosts: hosts.map((host) => ({ host, isLoaded: true, keyFits: true })),
        shown: [
          { at: `${vip}:443`, from: 'here', by: 'fred' },
          { at: `${vip}:443`, from: 'here', by: 'fred', name },
        ],
      });
      const again = await run('certificates', 'renew', inventory, '--yes');
      expect(again).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('web: nothing to do, it lasts until'),
      });
    });

    test('a host that has another one is told, and gets the one that there is, as after a lost laptop', async () => {
      make('hand', 60, [name]);
      on('ethyl', 'cat >/etc/haproxy/web.pem', Buffer.concat([read('hand.pem'), read('hand.key')]));
      const { code, findings } = await listed();
      expect(code).toBe(1);
      expect(
        findings.map(({ hosts: where, message }: { hosts: string[]; message: string }) => [where, message]),
      ).toEqual([
        [['ethyl'], 'the host has another one than the inventory'],
        [['ethyl'], 'the running HAProxy has not loaded what is on the disk'],
      ]);
      expect(await renew()).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('web: the hosts do not have it yet'),
      });
      expect((await listed()).code).toBe(0);
    });

    test('renewed under load while the other host has the VIP: no client notices', async () => {
      expect(await run('drain', inventory, 'fred')).toMatchObject({ code: 0 });
      const { certificate: before } = await listed();
      expect(before.shown[0]).toMatchObject({ by: 'ethyl' });
      const root = Buffer.from(await pebble.root());
      const done = clients(() => root);
      const renewed = await renew('--force');
      expect(await done()).toEqual({ isEnough: true, failures: [] });
      const drained =
        /^warning: fred: it is drained since .*, and stays so: haprov undrain .* gives it its place back\n$/;
      expect(renewed).toMatchObject({ code: 0, stderr: expect.stringMatching(drained) });
      expect(await run('undrain', inventory, 'fred')).toMatchObject({ code: 0 });
      const { certificate: after } = await listed();
      expect(after.certificate.fingerprint).not.toBe(before.certificate.fingerprint);
      expect(after.hosts.map(({ isLoaded }: { isLoaded: boolean }) => isLoaded)).toEqual([true, true]);
    });

    test('an authority that refuses: nothing is changed, and it is told why, hooks too', async () => {
      const { certificate: before } = await listed();
      const all = inventoryFor(pebble);
      all.services.web.tls.acme.names.push('blocked.example');
      const hook = { on: ['run-end'], run: ['tee', '-a', 'heard'] };
      writeFileSync(inventory, JSON.stringify({ ...all, hooks: [hook] }));
      const refused = await renew();
      const told = read('heard').toString().trim().split('\n');
      expect(told.map((one) => JSON.parse(one))).toMatchObject([
        { type: 'run-end', data: { command: 'certificates renew', exitCode: 1 } },
      ]);
      expect(told[0]).toContain('makes no certificate for such a name');
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('makes no certificate for such a name'),
      });
      expect((await listed()).certificate.certificate.fingerprint).toBe(before.certificate.fingerprint);
    });

    test('from files under load, once it is found right: no client notices', async () => {
      make('few', 200, [name]);
      expect(await renew(...filesOf('few'), '--force')).toMatchObject({ code: 0 });
      make('wrong', 100, ['www.web.example']);
      expect(await renew(...filesOf('wrong'))).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('it is not for web.example, as the one before it is; it ends on'),
      });
      const before = read('secrets.age');
      const same = await renew(...filesOf('few'));
      expect(same).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringContaining('web: nothing to do, '),
      });
      expect(read('secrets.age')).toEqual(before);
      make('new', 300, [name, 'www.web.example']);
      const done = clients(() => Buffer.concat([read('few.pem'), read('new.pem')]));
      const renewed = await renew(...filesOf('new'));
      expect(await done()).toEqual({ isEnough: true, failures: [] });
      expect(renewed).toMatchObject({ code: 0, stderr: '' });
      const { code, certificate } = await listed();
      expect(code).toBe(0);
      expect(certificate.certificate).toMatchObject({ days: 299, names: [name, 'www.web.example'] });
    });

    test('by dns-01, on bare hosts: the hook sets and removes the records, and no port 80 is needed', async () => {
      lab('reset', '--alone', ...hosts);
      const { plain: _, web, ...none } = inventoryFor(pebble).services;
      const dns = inventoryFor(pebble);
      const tls = {
        certificate: { secret: 'dns.pem' },
        key: { secret: 'dns.key' },
        acme: { names: ['dns.example', '*.dns.example'], challenge: 'dns-01' },
      };
      const file = join(folder, 'dns.json');
      const acme = { ...dns.acme, hook: pebble.hook };
      writeFileSync(file, JSON.stringify({ ...dns, acme, services: { ...none, web: { ...web, tls } } }));
      const first = await run('certificates', 'renew', file, '--yes', '--steady', '0');
      expect([first.code, first.stderr.replace(/^warning: .*\n/gm, '')]).toEqual([0, '']);
      expect(first.stdout).toMatch(/web: fred and ethyl have it until .*, and it is shown at /);
      const { stdout, code } = await run('certificates', file, '--json');
      const { certificates } = JSON.parse(stdout);
      expect({ code, names: certificates[0].certificate.names }).toEqual({
        code: 0,
        names: expect.arrayContaining(['dns.example', '*.dns.example']),
      });
    });
  });
});
