import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type RenderOptions, render } from '../../src/commands/render';
import { buildChanges } from '../../src/plan/build-changes';
import { anyHost } from '../../src/playbook/context';
import { installation } from '../../src/playbook/playbook';
import { withFiles } from '../bad-input/cases';
import { hostSecrets } from '../support/host-secrets';
import { loadDesiredState } from '../support/load-inventory';
import { recorder } from './recorder';

const env = { PASSWORD: 'correct horse battery' };
const inventory = {
  hosts: { a: { address: '10.0.0.1', priority: 101 }, b: { address: '10.0.0.2', priority: 100 } },
  groups: { balancers: ['a', 'b'], web: ['a', 'b'] },
  sysctl: { 'net.ipv4.ip_nonlocal_bind': 1 },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 37, group: 'balancers' } },
  services: { site: { port: 80, backends: { group: 'web', port: 8080 }, cookie: 'S' } },
  stats: { password: { env: 'PASSWORD' } },
  playbooks: ['ha-pair'],
};
const own = (...resources: object[]) => ({
  'inventory.json': JSON.stringify({ ...inventory, playbooks: ['./p.json'] }),
  'p.json': JSON.stringify({ tasks: [{ name: 'T', resources }] }),
});
const pair = { 'inventory.json': JSON.stringify(inventory) };

/** Renders in a folder with these files. */
function rendering(files: Record<string, string>, options: Partial<RenderOptions> = {}, base64 = {}) {
  return withFiles({ files, base64 }, async (folder, file) => {
    const heard = recorder(env);
    const defaults = { inventory: file, el: 9, showSecrets: false, json: false };
    const out = options.out === undefined ? {} : { out: join(folder, options.out) };
    await render({ ...defaults, ...options, ...out }, heard.context);
    return { said: heard.said, bytes: heard.bytes(), text: heard.text(), folder, tree: treeOf(out.out) };
  });
}

/** Path → mode and content. */
function treeOf(folder: string | undefined): Record<string, [string, string]> {
  if (folder === undefined) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const files = names.filter((name) => statSync(name).isFile());
  return Object.fromEntries(
    files.map((name) => [
      name.slice(folder.length),
      [(statSync(name).mode & 0o777).toString(8), readFileSync(name, 'utf8')],
    ]),
  );
}

interface Data {
  assumptions: string[];
  hosts: { host: string; resources: { type: string; target: string; content?: string; base64?: string }[] }[];
}

test('a host would have just what plan would write on a bare one, in the same order', async () => {
  await withFiles({ files: pair }, async (_folder, file) => {
    const heard = recorder(env);
    await render({ inventory: file, el: 9, showSecrets: true, json: true }, heard.context);
    const { hosts } = JSON.parse(heard.text()) as Data;
    const { wanted } = loadDesiredState(file, recorder(env).context);
    for (const [host, resources] of wanted) {
      const files = resources.filter(({ type }) => ['file', 'sysctl'].includes(type));
      const observed = files.map((resource) =>
        resource.observe(resource.content ? 'absent' : `=\n=\nwrite - ${resource.target}\nabsent`, anyHost),
      );
      const planned = buildChanges(host.name, observed, hostSecrets()).filter(({ text }) => text);
      const shown = hosts
        .find((one) => one.host === host.name)
        ?.resources.filter(({ type }) => type === 'file');
      expect(planned.length).toBeGreaterThan(3);
      expect(shown?.map(({ target, content }) => [target, content])).toEqual(
        planned.map(({ target, text }) => [target, text?.to]),
      );
    }
  });
});

test('the listing: hosts, tasks, whole files with owner and mode, the rest in a line each', async () => {
  const { text } = await rendering(
    own(
      { type: 'package', names: ['httpd', 'psmisc'] },
      { type: 'file', path: '/etc/motd', content: 'one\ntwo', owner: 'ann', mode: '0640' },
      { type: 'file', path: '/etc/old', absent: true },
      { type: 'directory', path: '/srv/x', mode: '2750' },
      { type: 'line', path: '/etc/httpd/conf/httpd.conf', match: '^Listen', line: 'Listen 8080' },
      { type: 'service', unit: 'httpd', enabled: true, running: false },
      { type: 'command', run: 'true', unless: 'true' },
    ),
    { host: 'b' },
  );
  expect(text).toBe(
    [
      'b (10.0.0.2)',
      '  T',
      '    package httpd psmisc',
      '    file /etc/motd ann:root 0640',
      '    | one',
      '    | two',
      '    no file /etc/old',
      '    directory /srv/x root:root 2750',
      '    line in /etc/httpd/conf/httpd.conf: Listen 8080',
      '    service httpd: enabled, stopped',
      '    command true',
    ].join('\n'),
  );
});

test('what stands for the hosts’ own answers is said', async () => {
  const { said, text } = await rendering(pair, { host: 'a', el: 8 });
  expect(said).toEqual([
    'info: EL 8 stands for what each host is, with its HAProxy 1.8 and keepalived 2.1.5 (--el says another)',
    'info: eth0 stands for the interface of VIP v, which each host will tell (or vips.v.interface)',
  ]);
  expect(text).toContain('interface eth0\n');
  const named = { ...inventory, vips: { v: { ...inventory.vips.v, interface: 'ens3' } } };
  const other = await rendering({ 'inventory.json': JSON.stringify(named) }, { json: true });
  expect((JSON.parse(other.text) as Data).assumptions).toEqual([
    'EL 9 stands for what each host is, with its HAProxy 2.4 and keepalived 2.2.8 (--el says another)',
  ]);
});

test('--el decides what templates see of the host', async () => {
  const files = {
    ...own({ type: 'file', path: '/f', template: 'my/f' }),
    'templates/my/f.ejs': 'EL<%= host.major %> <%= host.versions.haproxy %>\n',
  };
  expect((await rendering(files, { file: '/f', el: 7 })).text).toBe('EL7 10500\n');
  expect((await rendering(files, { file: '/f' })).text).toBe('EL9 20400\n');
});

test('EL6 has no drop-ins for kernel parameters: lines of sysctl.conf', async () => {
  const { text } = await rendering(pair, { el: 6 });
  expect(text).toContain('lines in /etc/sysctl.conf: net.ipv4.ip_nonlocal_bind = 1\n');
  expect(text).not.toContain('sysctl.d');
});

describe('--file', () => {
  test('prints its bytes and nothing else', async () => {
    const bytes = Buffer.from([0, 1, 0xff, 10, 65]);
    const files = own({ type: 'file', path: '/f', source: 'bin' });
    const found = await rendering(files, { file: '/f' }, { bin: bytes.toString('base64') });
    expect(found.bytes).toEqual(bytes);
  });

  test('without --host, where all that have it have the same', async () => {
    const { text } = await rendering(pair, { file: '/etc/sysctl.d/99-zz-haprov.conf' });
    expect(text).toContain('net.ipv4.ip_nonlocal_bind = 1\n');
  });

  test.each([
    [{ file: '/etc/keepalived/keepalived.conf' }, 'is not the same on a, b'],
    [{ file: '/etc/keepalived/keepalive.conf' }, 'did you mean /etc/keepalived/keepalived.conf?'],
    [{ file: '/etc/httpd/conf/httpd.conf' }, 'the playbooks edit some of its lines; the rest is on the host'],
    [{ file: '/etc/sysctl.conf', el: 6 }, 'the playbooks edit some of its lines; the rest is on the host'],
    [{ file: '/usr/libexec/keepalived' }, '"directory /usr/libexec/keepalived root:root 0755"'],
    [{ file: '/none', host: 'a' }, 'the playbooks write no such file on a'],
    [{ file: '/none', json: true }, '--file prints one file as it is'],
    [{ host: 'balancers' }, '--host: there is no host "balancers"'],
    [{ host: 'aa' }, 'there is no host "aa"'],
  ])('%j is refused: %s', async (options, message) => {
    await expect(rendering(pair, options)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });
});

describe('secrets', () => {
  const cfg = '/etc/haproxy/haproxy.cfg';
  const key = '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n';
  const files = own(
    { type: 'file', path: '/secret', content: 'a\n', secret: true },
    { type: 'file', path: '/key', content: key },
    { type: 'file', path: '/env', content: '<%= stats.password %>\n', mode: '0644' },
    { type: 'file', path: '/plain', content: 'p\n', mode: '4755' },
    { type: 'line', path: '/l', line: 'p=<%= stats.password %>' },
  );

  test('are masked, and shown when that is asked for', async () => {
    const masked = await rendering(pair, { file: cfg });
    expect(masked.text).toContain('stats auth admin:***\n');
    expect(masked.said).toContain(`warning: *** stands for secrets in ${cfg}; --show-secrets writes them`);
    const shown = await rendering(pair, { file: cfg, showSecrets: true });
    expect(shown.text).toContain('stats auth admin:correct\\ horse\\ battery\n');
    expect(shown.said.join()).not.toContain('***');
  });

  test.each([false, true])('in the listing and as data, json %s', async (json) => {
    const { text } = await rendering(files, { json });
    for (const secret of ['correct horse', 'BEGIN', '"a\\n"', '| a']) expect(text).not.toContain(secret);
    expect((await rendering(files, { json, showSecrets: true })).text).toContain('p=correct horse battery');
  });

  test('--out: a folder for each host, the modes of the hosts, secrets for the owner only', async () => {
    const { tree, text } = await rendering(files, { out: 'o', showSecrets: true, host: 'a' });
    expect(tree).toEqual({
      '/a/secret': ['600', 'a\n'],
      '/a/key': ['600', key],
      '/a/env': ['600', 'correct horse battery\n'],
      '/a/plain': ['755', 'p\n'],
    });
    expect(text).toMatch(/o\/a: 4 files$/);
    const masked = await rendering(files, { out: 'o' });
    expect(masked.tree).toMatchObject({ '/b/secret': ['640', '***\n'], '/b/env': ['644', '***\n'] });
    expect(masked.said.at(-1)).toContain('/secret, /key, /env');
  });

  test('--out refuses a folder that has something in it, before it writes any', async () => {
    const filled = { ...files, 'o/b/left': '' };
    await withFiles({ files: filled }, async (folder, file) => {
      const options = { inventory: file, el: 9, showSecrets: false, json: false, out: join(folder, 'o') };
      await expect(render(options, recorder(env).context)).rejects.toThrow(/o\/b is not empty/);
      expect(readdirSync(join(folder, 'o'))).toEqual(['b']);
    });
  });

  test('--out where a file of that name is: it is called no folder', async () => {
    await withFiles({ files: { ...files, 'o/b': 'mine' } }, async (folder, file) => {
      const options = { inventory: file, el: 9, showSecrets: false, json: false, out: join(folder, 'o') };
      await expect(render(options, recorder(env).context)).rejects.toThrow(/^--out: .*o\/b is no folder$/);
    });
  });
});

test('the user’s own template wins, and the listing says whose it is', async () => {
  const shipped = await rendering(pair, { host: 'a' });
  expect(shipped.text).toContain('# from templates/haproxy/haproxy.cfg.ejs, shipped with haprov');
  const files = { ...pair, 'templates/haproxy/haproxy.cfg.ejs': 'mine\n' };
  const found = await rendering(files, { host: 'a' });
  expect(found.text).toMatch(/# from .*\/templates\/haproxy\/haproxy\.cfg\.ejs, your own\n {4}\| mine\n/);
  expect((await rendering(files, { file: '/etc/haproxy/haproxy.cfg' })).text).toBe('mine\n');
});

test('a fault of a template is a fault here too', async () => {
  const files = { ...pair, 'templates/haproxy/haproxy.cfg.ejs': '\n<%= nothing %>\n' };
  await expect(rendering(files)).rejects.toThrow(/haproxy\.cfg\.ejs:2: there is no "nothing"/);
});

test('the example inventory renders', async () => {
  const heard = recorder({ HAPROV_STATS_PASSWORD: 'long enough for all' });
  const file = join(installation, 'inventory.example.json');
  await render({ inventory: file, el: 9, showSecrets: false, json: false }, heard.context);
  expect(heard.text()).toContain('file /etc/keepalived/keepalived.conf');
});
