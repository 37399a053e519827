import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { exec } from 'haprov';
import { buildProgram, program, removeProgram, run } from '../support/program';
import { until } from '../support/running';
import { expectPublished } from '../support/schemas';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { describeWithSshd, type Sshd, startSshd } from '../support/sshd';

/** `haprov exec` and `haprov ssh` on OpenSSH's server, by the program itself. */

const secret = 'correct horse battery';

describeWithSshd('a command on hosts', () => {
  let files: SshFiles;
  let sshd: Sshd;

  beforeAll(async () => {
    await buildProgram();
    files = sshFiles();
    sshd = await startSshd(files);
    files.configure(
      'Host another',
      'HostName 127.0.0.1',
      'Host strict',
      'HostName 127.0.0.1',
      'BindInterface lo',
    );
    files.write(
      'own.json',
      JSON.stringify({ tasks: [{ name: 'One', resources: [{ type: 'directory', path: '/srv/own' }] }] }),
    );
    files.write('known_hosts', `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    const ssh = { user: userInfo().username, port: sshd.port, configFile: 'config', sudo: false };
    const hosts = {
      one: { address: '127.0.0.1' },
      another: { address: 'another' },
      dead: { address: '127.0.0.3', ssh: { port: 9 } },
    };
    files.write(
      'inventory.json',
      JSON.stringify({
        ssh,
        hosts,
        groups: { well: ['one', 'another'] },
        vars: { secret: { env: 'SECRET' } },
        playbooks: ['./own.json'],
      }),
    );
    // Nothing but ssh itself knows of interfaces.
    const { one } = hosts;
    const both = { ssh, hosts: { one, strict: { address: 'strict' } }, playbooks: ['./own.json'] };
    files.write('both.json', JSON.stringify(both));
  });
  afterAll(async () => {
    await sshd.stop();
    files.remove();
    removeProgram();
  });

  const env = { SECRET: secret };
  const haprov = (...words: string[]) => {
    const { stdout, ...rest } = run(files.folder, words, env);
    return { stdout: stdout.toString(), ...rest };
  };
  const exits = (rows: string) => rows.trim().split('\n').sort();

  test('each line with its host, the streams apart, secrets and escape sequences not', () => {
    const command = `printf '\\033[31mred %s\\nlast' "${secret}"; echo why >&2`;
    const { code, stdout, stderr } = haprov('exec', 'well', '--', command);
    expect(exits(stdout)).toEqual([
      'another: ^[[31mred ***',
      'another: last',
      'one:     ^[[31mred ***',
      'one:     last',
    ]);
    expect(exits(stderr)).toEqual(['another: why', 'inventory: inventory.json', 'one:     why']);
    expect(code).toBe(0);
  });

  test('the words of a command are joined as by ssh, and it has no input', () => {
    expect(
      haprov('exec', 'inventory.json', 'one', '--no-names', '--', 'printf', '%s.', 'a', '"b c";', 'cat'),
    ).toMatchObject({
      code: 0,
      stdout: 'a.b c.\n',
    });
  });

  test('another code than 0 is told of each host', () => {
    const { code, stderr } = haprov('exec', 'well', '--', 'exit 7');
    expect(code).toBe(1);
    expect(stderr).toMatch(/warning: one: exit code 7/);
    expect(stderr).toMatch(/warning: another: exit code 7/);
    expect(stderr).toContain('exit code 0 on 0 of 2 hosts, another on 2\n');
  });

  test('a host that does not answer stops no other', () => {
    const { code, stdout, stderr } = haprov('exec', 'all', '--at-once', '1', '--', 'echo here');
    expect({ code, stdout: exits(stdout) }).toEqual({ code: 3, stdout: ['another: here', 'one:     here'] });
    expect(stderr).toMatch(/error: dead: .*refuses the connection/);
    expect(stderr).toContain('exit code 0 on 2 of 3 hosts, not run to its end on 1\n');
  });

  test('--json is what its schema says', () => {
    const { code, stdout } = haprov('exec', 'one,dead', '--json', '--', 'echo a; echo b >&2; kill -9 $$');
    expect(code).toBe(3);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; host: string });
    for (const line of lines) expectPublished('exec', line);
    const ofOne = lines.filter(({ host }) => host === 'one');
    expect(ofOne).toEqual([
      expect.objectContaining({ type: 'line', stream: expect.stringMatching(/std/) }),
      expect.objectContaining({ type: 'line' }),
      expect.objectContaining({ type: 'end', code: 137, signal: 'SIGKILL' }),
    ]);
    expect(lines.find(({ host }) => host === 'dead')).toMatchObject({
      type: 'end',
      code: null,
      error: expect.stringContaining('refuses'),
    });
  });

  test('a signal that ended it has its name, also where ssh itself logs in', () => {
    const { stdout, stderr } = haprov('exec', 'both.json', 'one,strict', '--', 'kill -TERM $$');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/warning: one: exit code 143 \(SIGTERM\), after/);
    expect(stderr).toMatch(/warning: strict: exit code 143 \(SIGTERM\), after/);
    const ends = haprov('exec', 'both.json', 'one,strict', '--json', '--', 'kill -9 $$').stdout.match(
      /"signal":"SIGKILL"/g,
    );
    expect(ends).toHaveLength(2);
  });

  test('one that takes too long is ended', () => {
    const { code, stderr } = haprov('exec', 'one', '--timeout', '0.5', '--', 'echo $$; exec sleep 1000');
    expect(code).toBe(3);
    expect(stderr).toContain('error: one: the command did not end within 0.5 s');
  });

  test.each(['', 'nobody', '!all'])('of hosts "%s" nothing is run', (hosts) => {
    expect(haprov('exec', hosts, '--', 'true')).toMatchObject({ code: 2, stdout: '' });
  });

  test.each(['facts', 'reboot', 'patch'])(
    '%s is of the hosts that its words name, and of no others',
    (name) => {
      for (const hosts of ['nobody', ''])
        expect(haprov(name, 'inventory.json', hosts)).toMatchObject({
          code: 2,
          stdout: '',
          stderr: expect.stringMatching(/no host/),
        });
    },
  );

  test('an empty word for packages is not all of them', () => {
    expect(haprov('patch', 'inventory.json', 'one', '--packages', '')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--packages names nothing'),
    });
  });

  const isThere = (pid: string) => existsSync(`/proc/${pid}/exe`);

  test.each([
    ['Ctrl-C', (child: ReturnType<typeof spawn>) => child.kill('SIGINT'), 130],
    ['a reader who goes away', (child: ReturnType<typeof spawn>) => child.stdout?.destroy(), 141],
    ['a haprov that is killed', (child: ReturnType<typeof spawn>) => child.kill('SIGKILL'), null],
  ])('%s ends it on the host', async (_name, leave, code) => {
    const child = spawn(
      process.execPath,
      [program, 'exec', 'one', '--no-names', '--', 'echo $$; while :; do echo x; sleep 0.1; done'],
      {
        cwd: files.folder,
        env: { PATH: process.env.PATH, HOME: files.folder, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const ended = once(child, 'close');
    child.stderr?.resume();
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    const pid = first.toString().split('\n')[0] ?? '';
    expect(isThere(pid)).toBe(true);
    leave(child);
    expect((await ended)[0]).toBe(code);
    await until(() => !isThere(pid));
  });

  test.each([
    ['socket', []],
    ['pipe', ['sh', '-c', '{ "$@"; echo $? >&2; } | head -n 1', 'sh']],
  ])('a reader of a %s who goes away ends what says nothing any more', async (_name, around) => {
    const words = [
      process.execPath,
      program,
      'exec',
      'inventory.json',
      'one',
      '--no-names',
      '--',
      'echo $$; exec sleep 1000',
    ];
    const [first = '', ...more] = [...around, ...words];
    const child = spawn(first, more, {
      cwd: files.folder,
      env: { PATH: process.env.PATH, HOME: files.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close');
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    if (around.length === 0) child.stdout?.destroy();
    const [code] = await ended;
    expect([code, said]).toEqual(around.length === 0 ? [141, ''] : [0, '141\n']);
    const pid = line.toString().trim();
    await until(() => !isThere(pid));
  });

  test('what a reader throws ends the command on all hosts, and begins it on no other', async () => {
    const pids: string[] = [];
    const work = exec(files.path('inventory.json'), ['all'], 'echo $$; exec sleep 1000', {
      env: { ...process.env, ...env },
      atOnce: 1,
      hear(_host, _stream, lines) {
        pids.push(lines.trim());
        throw new Error('the disk is full');
      },
    });
    await expect(work).rejects.toThrow('the disk is full');
    expect(pids).toHaveLength(1);
    await until(() => !pids.some(isThere));
  });

  test('a host sends no more than its reader takes', async () => {
    let isFull = false;
    let most = 0;
    const [size, piece] = [20_000_000, 1_000_000];
    let heard = 0;
    const { exitCode } = await exec(
      files.path('inventory.json'),
      ['one'],
      `head -c ${size} /dev/zero | tr '\\0' x | fold -w 99`,
      {
        env: { ...process.env, ...env },
        async hear(_host, _stream, lines) {
          expect(isFull).toBe(false);
          isFull = true;
          heard += lines.length;
          most = Math.max(most, lines.length);
          await new Promise((resolve) => setImmediate(resolve));
          isFull = false;
        },
      },
    );
    expect({ exitCode, heard }).toEqual({ exitCode: 0, heard: size + Math.floor(size / 99) + 1 });
    expect(most).toBeLessThan(piece);
  });

  test('ssh itself is told the way, and its exit code is handed on', () => {
    expect(haprov('ssh', 'one', '--', 'echo "$0"; exit 9')).toMatchObject({
      code: 9,
      stdout: expect.stringMatching(/sh\n$/),
    });
    expect(haprov('ssh', 'dead', '--', 'true')).toMatchObject({
      code: 255,
      stderr: expect.stringContaining('refused'),
    });
    expect(haprov('ssh', 'well')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('more than one host'),
    });
    const { code, stderr } = run(files.folder, ['ssh', 'one'], { ...env, PATH: files.folder });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('there is no ssh on this machine'),
    });
  });
});
