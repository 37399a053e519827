import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describeLab, type Finished, inventoryFile, lab, on, startHaprov, state } from '../support/lab';

/** Secrets of all forms, through everything that haprov does with a pair: they stand in their own places, and nowhere else. */

const hosts = ['fred', 'ethyl'];
const folder = mkdtempSync(join(tmpdir(), 'haprov-secrets-'));
// A key of this run's own: others on this machine have those of the sources in their variables.
spawnSync(
  'openssl',
  'req -x509 -newkey rsa:2048 -nodes -days 90 -keyout www.key -out www.pem -subj /CN=lab'.split(' '),
  { cwd: folder },
);
const certificate = readFileSync(join(folder, 'www.pem'), 'utf8');
const pem = readFileSync(join(folder, 'www.key'), 'utf8');
for (const name of ['www.pem', 'www.key']) rmSync(join(folder, name));

/** By name: what is secret. */
const secrets = {
  stats: 'stats from Environment 7Q',
  auth: 'Auth7Qxz',
  user: 'user $pecial "7Q" \'quoted\' \\back %41 &amp; <x>',
  hash: '$6$rounds7Q$0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT',
  tls: pem.trimEnd(),
  send: 'check-token-7Qsend',
  sudo: 'sudo-word-7Qenv',
  login: 'login-word-7Qcmd',
  passphrase: 'phrase-word-7Qage',
  token: 'Token/With+Base64=7Q==',
  lines: 'first line 7Q here\nsecond line 7Q here\nthird 7Q',
  short: 'k7Qz',
  unicode: 'pässwörd-ßecret-7Q-日本',
  spaces: '  leading and trailing 7Q  ',
  shell: 'it\'s; rm -rf "$HOME" `id` 7Q',
  header: 'Bearer-7Q-abcdefghijkl',
};
const byEnvironment = { HAPROV_STATS_PASSWORD: secrets.stats, SUDO_7: secrets.sudo, TOKEN_7: secrets.token };
const aged = ['user', 'send', 'passphrase', 'lines', 'unicode', 'spaces', 'shell'] as const;
const env = {
  HOME: join(folder, 'home'),
  TMPDIR: join(folder, 'tmp'),
  XDG_CACHE_HOME: join(folder, 'cache'),
  XDG_CONFIG_HOME: join(folder, 'config'),
  ...byEnvironment,
};

/** How a secret may be written: none of these is to be found. The short one counts as a word only, as it is masked. */
function writings(value: string): string[] {
  const bytes = Buffer.from(value);
  const offset = (by: number) =>
    Buffer.concat([Buffer.alloc(by), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(by === 0 ? 0 : by + 1, -1);
  const all = [
    value,
    ...[0, 1, 2].map(offset),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    value.replaceAll("'", `'\\''`),
    value.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`),
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ...(value.includes('\n')
      ? value.split('\n').filter((row) => row.length > 7 && !row.startsWith('-----'))
      : []),
  ];
  return [...new Set(all)].filter((form) => form.length > 3);
}
/** What of the secrets is in a text, also where that is broken over lines. */
function foundIn(text: string): string[] {
  const views = [text, text.replace(/[ \t]*\r?\n[ \t+-]*/g, '')];
  return Object.entries(secrets).flatMap(([name, value]) =>
    writings(value)
      .filter((form) => views.some((view) => view.includes(form)))
      .map((form) => `${name} as ${form}`),
  );
}

/** What one line of a file, an argument or a variable would have of a secret. */
const patterns = Object.values(secrets)
  .flatMap((value) => value.split('\n'))
  .filter((row) => row.trim().length > 3 && !row.startsWith('-----'))
  .flatMap((row) => [row, Buffer.from(row).toString('base64').replace(/=+$/, '').slice(0, -1)])
  .join('\n');

/** Looks into all processes again and again; a process that is just being made is its parent for a moment, so each is asked twice. */
const sampler = (place: string) => `
  while [ -e ${place}/go ]; do
    printf . >>${place}/looks
    for hit in $(grep -laF -f ${place}/patterns /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null); do
      words=$(tr '\\0' ' ' <"\${hit%/*}/cmdline" 2>/dev/null)
      grep -qaF -f ${place}/patterns "$hit" 2>/dev/null || continue
      printf '%s: %s\n' "$hit" "$words" >>${place}/hits
    done
    sleep 0.02
  done`;

let inventory: string;
let here: ChildProcess;
const printed: string[] = [];
const there = '/run/sampled';

const key = join(folder, 'locked');
const login = ['--identity', key, '--known-hosts', join(state, 'known_hosts'), '--ssh-config', 'none'];

async function haprov(...words: string[]): Promise<Finished> {
  const done = await startHaprov(words, env, login).finished;
  printed.push(`$ ${words.join(' ')}\n${done.stdout}\n${done.stderr}`);
  return done;
}
/** A command that asks no host, and so takes no words for SSH. */
function alone(input: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/haprov.js'), ...words], {
    env: { ...process.env, ...env },
    input,
    encoding: 'utf8',
  });
  printed.push(`$ ${words.join(' ')}\n${stdout}\n${stderr}`);
  return { code: status, stderr };
}
const set = (name: keyof typeof secrets) => alone(secrets[name], 'secret', 'set', name, inventory);
const beside = (name: string, text: string) => {
  mkdirSync(dirname(join(dirname(inventory), name)), { recursive: true });
  writeFileSync(join(dirname(inventory), name), text, { mode: 0o600 });
};

describeLab('secrets of all forms', () => {
  beforeAll(async () => {
    lab('reset', '--alone', ...hosts);
    // Each host wants all that can be wanted: one by the library, the other by ssh itself.
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', secrets.passphrase, '-f', key]);
    for (const host of hosts) {
      on(host, 'chpasswd', Buffer.from(`careful:${secrets.login}\nroot:${secrets.sudo}\n`));
      on(host, 'umask 227; echo Defaults:careful rootpw >/etc/sudoers.d/rootpw');
      on(host, 'cat >~careful/.ssh/authorized_keys', readFileSync(`${key}.pub`));
    }
    on(
      'ethyl',
      'cat >/etc/ssh/sshd_config.d/10-careful.conf && { systemctl restart sshd || systemctl restart ssh; }',
      Buffer.from(
        'Match User careful\nPasswordAuthentication yes\nAuthenticationMethods publickey,password\nMatch all\n',
      ),
    );
    const vars = {
      token: { env: 'TOKEN_7' },
      lines: { secret: 'lines' },
      short: { command: ['printf', '%s', Buffer.from(secrets.short).toString().replace('%', '%%')] },
      unicode: { secret: 'unicode' },
      spaces: { secret: 'spaces' },
      shell: { secret: 'shell' },
    };
    // What a command prints must not stand in its words.
    vars.short = { command: ['cat', 'short.txt'] };
    inventory = inventoryFile((one) => {
      const {
        hosts: machines,
        services,
        vips,
      } = one as Record<'hosts' | 'services' | 'vips', Record<string, object>>;
      Object.assign(one, {
        vars,
        ssh: {
          user: 'careful',
          sudoPassword: { env: 'SUDO_7' },
          password: { command: ['cat', 'login.txt'] },
          passphrase: { secret: 'passphrase' },
        },
        haproxy: {
          users: { staff: { lucy: { password: { secret: 'user' } }, ricky: { hash: { file: 'hash.txt' } } } },
        },
        playbooks: ['ha-pair', 'more'],
      });
      Object.assign(machines.ethyl ?? {}, { ssh: { transport: 'openssh' } });
      Object.assign(vips.router37 ?? {}, { auth: { file: 'auth.txt' } });
      Object.assign(services.cluster37 ?? {}, {
        port: 443,
        tls: { certificate: { file: 'www.pem' }, key: { file: 'www.key' } },
        extra: [{ command: ['sed', 's/^/http-request set-header X-Token /', 'header.txt'] }],
      });
      services.watched = {
        port: 82,
        mode: 'tcp',
        backends: { group: 'web', port: 8080 },
        check: {
          steps: [
            { send: ['GET / HTTP/1.0\r\nX-Token: ', { secret: 'send' }, '\r\n\r\n'] },
            { expect: 'HTTP/' },
          ],
        },
      };
    });
    beside('auth.txt', secrets.auth);
    beside('hash.txt', secrets.hash);
    beside('login.txt', secrets.login);
    beside('short.txt', secrets.short);
    beside('header.txt', secrets.header);
    beside('www.pem', certificate);
    beside('www.key', pem);
    const names = Object.keys(vars);
    const content = names.map((name) => `${name}=<%- vars.${name} %>\n`).join('');
    beside('templates/all.ejs', content);
    beside('templates/few.ejs', '<%- vars.token %>\n<%- vars.lines %>\n');
    const resources = [
      { type: 'file', path: '/etc/of-secrets', template: 'all' },
      { type: 'file', path: '/etc/of-secrets.hidden', secret: true, mode: '0600', template: 'all' },
      { type: 'line', path: '/etc/of-lines', line: 'token=<%= vars.token %>', match: '^token=' },
      {
        type: 'command',
        run: ': <%= vars.token %>; sleep 2; touch /etc/of-secrets.made',
        undo: ': <%= vars.token %>; rm /etc/of-secrets.made',
        creates: '/etc/of-secrets.made',
      },
    ];
    beside('playbooks/more.json', JSON.stringify({ tasks: [{ name: 'More', resources }] }));
    for (const host of hosts) on(host, 'echo token=none >/etc/of-lines; chmod 600 /etc/of-lines');
    for (const one of ['home', 'tmp', 'cache', 'config']) mkdirSync(join(folder, one));
    for (const name of aged) expect(set(name)).toMatchObject({ code: 0 });
    writeFileSync(join(folder, 'patterns'), patterns);
    writeFileSync(join(folder, 'go'), '');
    here = spawn('sh', ['-c', sampler(folder)], { stdio: 'ignore' });
    for (const host of hosts) {
      on(
        host,
        `rm -rf ${there}; mkdir -m 700 ${there}; : >${there}/go; cat >${there}/patterns`,
        Buffer.from(patterns),
      );
      on(
        host,
        `cat >${there}/sampler; nohup sh ${there}/sampler >/dev/null 2>&1 </dev/null &`,
        Buffer.from(sampler(there)),
      );
    }
  });
  afterAll(() => {
    rmSync(join(folder, 'go'), { force: true });
    here?.kill();
    for (const host of hosts) on(host, `rm -f ${there}/go; rm -rf /etc/of-secrets* /etc/of-lines`);
    rmSync(folder, { recursive: true, force: true });
  });

  test('every command does its work with them', async () => {
    expect(alone('', 'lint', inventory)).toMatchObject({ code: expect.any(Number) });
    expect(alone('', 'render', inventory, '--json')).toEqual({
      code: 0,
      stderr: expect.not.stringContaining('error'),
    });
    expect(await haprov('plan', inventory, '--verbose', '--out', join(folder, 'plan.json'))).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('error:'),
    });
    expect(await haprov('plan', inventory, '--json')).toMatchObject({ code: 0 });
    expect(await haprov('apply', inventory, '--yes', '--verbose')).toMatchObject({ code: 0 });
    expect(on('fred', 'cat /etc/of-secrets')).toContain(`lines=${secrets.lines}\nshort=${secrets.short}\n`);
    beside(
      'playbooks/more.json',
      JSON.stringify({
        tasks: [
          {
            name: 'Refused',
            resources: [
              {
                type: 'file',
                path: '/etc/of-secrets',
                template: 'few',
                validate: 'cat %s; base64 %s; od -An -tx1 %s; exit 1',
              },
            ],
          },
        ],
      }),
    );
    expect((await haprov('push', inventory, '--yes', '--json')).code).toBe(1);
    const said = 'echo "said <%= vars.token %>" >&2; exit 9';
    const failing = [{ type: 'command', run: said, creates: '/nowhere' }];
    beside('playbooks/more.json', JSON.stringify({ tasks: [{ name: 'Fails', resources: failing }] }));
    expect(await haprov('apply', inventory, '--yes', '--verbose')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('ssh logged in, and not the SSH library: ssh.transport says so'),
      stderr: expect.stringContaining('said ***'),
    });
    for (const words of [
      ['status', inventory, '--json'],
      ['log', inventory, '--verbose'],
      ['log', inventory, '--json'],
      ['diagram', inventory, '--format', 'svg', '--live'],
      ['rollback', inventory],
    ])
      await haprov(...words);
  });

  test('nothing printed has one, in whatever writing', () => {
    expect(printed.length).toBeGreaterThan(10);
    for (const text of printed)
      expect([text.split('\n', 1)[0], foundIn(text)]).toEqual([expect.anything(), []]);
    expect(printed.join('')).toContain('***');
    // The search itself finds what is there.
    for (const value of Object.values(secrets)) expect(foundIn(`x ${value} y`).length).toBeGreaterThan(0);
  });

  test('nothing that was written here has one: the saved plan, caches, temporary files', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && !['patterns', 'hits'].includes(one.name))
      .map((one) => join(one.parentPath, one.name));
    expect(files).toContain(join(folder, 'plan.json'));
    const encrypted = ['secrets.age', 'secrets.recipients'].map((name) => join(dirname(inventory), name));
    for (const file of [...files, ...encrypted])
      expect([file, foundIn(readFileSync(file, 'latin1'))]).toEqual([file, []]);
  });

  test('no process had one in its words or variables, on either side', () => {
    for (const host of hosts) {
      expect(Number(on(host, `stat -c %s ${there}/looks`))).toBeGreaterThan(20);
      expect([host, on(host, `cat ${there}/hits 2>/dev/null || :`)]).toEqual([host, '']);
    }
    expect(readFileSync(join(folder, 'looks'), 'utf8').length).toBeGreaterThan(20);
    const hits = spawnSync('cat', [join(folder, 'hits')], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(Boolean);
    // What the user has put into haprov's own environment is there.
    const own = (hit: string) =>
      /^\/proc\/\d+\/environ: /.test(hit) && hit.includes(resolve('dist/haprov.js'));
    expect(hits.filter((hit) => !own(hit))).toEqual([]);
    expect(hits.length).toBeGreaterThan(0);
  });

  const keeping = (host: string) =>
    on(
      host,
      `grep -rlaF -f ${there}/patterns /etc /var /root /tmp /run /usr/libexec --exclude-dir=sampled 2>/dev/null || :`,
    )
      .split('\n')
      .filter((path) => path && !path.startsWith('/var/lib/dpkg'));

  test('on a host they are in the files that were to have them, closed to others, and in the records of runs until these are purged', async () => {
    for (const host of hosts) {
      const found = keeping(host);
      const inRuns = found.filter((path) => path.startsWith('/var/lib/haprov/runs/'));
      expect(inRuns.length).toBeGreaterThan(0);
      const places = found.filter((path) => !inRuns.includes(path));
      expect(
        places.filter(
          (path) => !/^\/etc\/(haproxy\/|keepalived\/keepalived\.conf$|of-secrets|of-lines$)/.test(path),
        ),
      ).toEqual([]);
      for (const path of places)
        expect([path, on(host, `stat -c %a '${path}'`).trim()]).toEqual([path, expect.stringMatching(/0$/)]);
    }
    expect(await haprov('log', inventory, '--purge')).toMatchObject({ code: 0 });
    for (const host of hosts)
      expect(keeping(host).filter((path) => path.startsWith('/var/lib/haprov'))).toEqual([]);
    const refused = await haprov('rollback', inventory, '--yes');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is wiped (haprov log --purge)'),
    });
    expect((await haprov('log', inventory)).stdout).toContain('finished');
  });
});
