import { execFileSync, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { logIn, sessionOf } from '../../src/host/client';
import { type Connection, connect } from '../../src/host/connection';
import { ChannelRefused } from '../../src/host/exec';
import { type CountingProxy, countingProxy } from '../support/counting-proxy';
import { patient } from '../support/patient';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import {
  answers,
  newKey,
  publicLine,
  type SshServer,
  type SshServerOptions,
  startSshServer,
} from '../support/ssh-server';
import { describeWithSshd, type Sshd, startSshd } from '../support/sshd';

/** How often haprov waits for the host until it has a script's answer, beside what `ssh HOST true` waits. */

const user = userInfo().username;

// What is sent at once is heard in parts where the machine is busy: a count is too high then, and never too low.
jest.retryTimes(3);

describeWithSshd('Round trips', () => {
  let files: SshFiles;
  let sshd: Sshd;
  let proxy: CountingProxy;
  let connections: Connection[];

  beforeAll(async () => {
    files = sshFiles();
    sshd = await startSshd(files);
  });
  afterAll(async () => {
    await sshd.stop();
    files.remove();
  });
  beforeEach(async () => {
    connections = [];
    proxy = await countingProxy(sshd.port);
    files.configure();
    files.write('known_hosts', `[127.0.0.1]:${proxy.port} ${sshd.hostKey}\n`);
  });
  afterEach(async () => {
    for (const connection of connections) connection.close();
    await proxy.close();
  });

  const open = async (port = proxy.port): Promise<Connection> => {
    const connection = await connect(files.target(port, { user, sudo: false }));
    connections.push(connection);
    return connection;
  };

  const plainSsh = (): Promise<number | null> =>
    new Promise((resolve, reject) => {
      const words = ['-n', '-F', files.path('config'), '-p', String(proxy.port), `${user}@127.0.0.1`, 'true'];
      spawn('ssh', words, { stdio: 'ignore' }).on('error', reject).on('close', resolve);
    });

  test('a login and a script take fewer than ssh and true', async () => {
    expect(await plainSsh()).toBe(0);
    const ofSsh = proxy.turns;
    proxy.turns = 0;
    const connection = await open();
    // Its line, algorithms and key exchange, the login.
    expect(proxy.turns).toBe(3);
    const heardAfter: number[] = [];
    const onStdout = () => heardAfter.push(proxy.turns);
    const { stdout } = await connection.runScript('echo "$((6 * 7))"', { ...patient, onStdout });
    expect(stdout).toBe('42\n');
    // The channel and the command came with the login. OpenSSH has no room for the script before it runs the command.
    expect(heardAfter).toEqual([4]);
    expect(ofSsh).toBeGreaterThan(6);
    expect(proxy.connections).toBe(2);
  });

  describe('a script that is known before the login', () => {
    // Longer than a packet.
    const count = (name: string, more = 40_000) =>
      `: ${'x'.repeat(more)}\necho run >>${files.path(name)}; cat ${files.path(name)}`;
    beforeEach(() => {
      for (const name of ['ahead', 'refused', 'between', 'long']) rmSync(files.path(name), { force: true });
    });
    const connectFor = async (script: string, ...identityFiles: string[]) => {
      const more = identityFiles.length > 0 ? { identityFiles } : {};
      const target = files.target(proxy.port, { user, sudo: false, ...more });
      const connection = await connect(target, undefined, script);
      connections.push(connection);
      return connection;
    };
    const once = { stdout: 'run\n' };

    test('comes with it: its answer is heard after the three that a login needs', async () => {
      const script = count('ahead');
      const connection = await connectFor(script);
      await expect(connection.runScript(script, patient)).resolves.toMatchObject(once);
      expect(proxy.turns).toBe(3);
    });

    test('runs once, where the first key is refused and where it is too long to come with a login', async () => {
      const other = files.write('other', newKey().private);
      const script = count('refused');
      const refused = await connectFor(script, other, files.path('id'));
      await expect(refused.runScript(script, patient)).resolves.toMatchObject(once);
      const long = count('long', 300_000);
      const between = count('between', 90_000);
      await expect((await connectFor(between)).runScript(between, patient)).resolves.toMatchObject(once);
      await expect((await connectFor(long)).runScript(long, patient)).resolves.toMatchObject(once);
    });

    test('has a channel of its own: another script is not taken for it', async () => {
      const connection = await connectFor(count('other-script'));
      await expect(connection.runScript('echo "$((6 * 7))"', patient)).resolves.toMatchObject({
        stdout: '42\n',
      });
    });
  });

  describe('with an agent', () => {
    const agent = () => files.path('agent');
    const add = (...keys: string[]) =>
      execFileSync('ssh-add', ['-q', ...keys], { env: { ...process.env, SSH_AUTH_SOCK: agent() } });
    let pid: number;
    let server: SshServer;
    beforeEach(async () => {
      server = await startSshServer({ users: { [user]: { publicKey: files.publicKey } } });
      const hostKey = publicLine(server.hostKeys[0] ?? '');
      files.write('known_hosts', `[127.0.0.1]:${server.port} ${hostKey}\n`);
      const said = execFileSync('ssh-agent', ['-a', agent(), '-s'], { encoding: 'utf8' });
      pid = Number(/Agent pid (\d+)/.exec(said)?.[1]);
      files.write(
        'config',
        `Host *\nIdentityAgent ${agent()}\nIdentityFile none\nUserKnownHostsFile ${files.knownHosts}\nGlobalKnownHostsFile /dev/null\n`,
      );
    });
    afterEach(async () => {
      process.kill(pid);
      for (const connection of connections) connection.close();
      await server.close();
    });

    test('that holds one key, this comes with its signature', async () => {
      add(files.path('id'));
      await open(server.port);
      expect(server.logins).toEqual([`${user} publickey`]);
    });

    test('that holds others as well, each is asked about before it signs: it may want a touch for that', async () => {
      const other = files.write('other', newKey().private);
      add(other, files.path('id'));
      await open(server.port);
      // The other, this one, and its signature.
      expect(server.logins).toEqual(Array(3).fill(`${user} publickey`));
    });
  });

  test('a key that is not taken costs one, and no question what would be taken', async () => {
    const other = files.write('other', newKey().private);
    const connection = await connect(
      files.target(proxy.port, { user, sudo: false, identityFiles: [other, files.path('id')] }),
    );
    connections.push(connection);
    expect(proxy.turns).toBe(4);
    // The server did not take the command that came with the first key.
    await expect(connection.runScript('echo "$((6 * 7))"', patient)).resolves.toMatchObject({
      stdout: '42\n',
    });
    expect(proxy.turns).toBe(7);
  });

  test('a command that came with the login and is not wanted ends: the next has its channel', async () => {
    const ended = files.path('ended');
    const session = sessionOf('h1', await logIn(files.target(proxy.port, { user }), `cat; : >${ended}`));
    const said: string[] = [];
    for (const command of ['echo one', 'echo two']) {
      const channel = await session.open(command);
      channel.stdout.on('data', (chunk) => said.push(String(chunk)));
      await new Promise<unknown>((resolve) => channel.onEnd(resolve));
    }
    expect(said).toEqual(['one\n', 'two\n']);
    while (!existsSync(ended)) await sleep(10);
    session.close();
  });

  test('a server that refused the first channel and keeps the connection is asked for another', async () => {
    const options: SshServerOptions = {
      ident: 'OpenSSH_9.9',
      users: { [user]: { publicKey: files.publicKey } },
      commands: { 'echo ahead': answers({ ranNothing: true, stdout: 'ran' }) },
      mostSessions: 0,
    };
    const server = await startSshServer(options);
    files.write('known_hosts', `[127.0.0.1]:${server.port} ${publicLine(server.hostKeys[0] ?? '')}\n`);
    const session = sessionOf('h1', await logIn(files.target(server.port, { user }), 'echo ahead'));
    try {
      await expect(session.open('echo ahead')).rejects.toThrow(ChannelRefused);
      options.mostSessions = 1;
      const channel = await session.open('echo ahead');
      channel.stdin.end();
      expect(await text(channel.stdout)).toBe('ran');
      expect(server.commands).toEqual(['echo ahead']);
    } finally {
      session.close();
      await server.close();
    }
  });

  test('a host without sessions is told of as one, and not by what ended the connection then', async () => {
    const none = await startSshd(files, 'MaxSessions 0');
    files.write('known_hosts', `[127.0.0.1]:${none.port} ${none.hostKey}\n`);
    const refused = (async () => (await open(none.port)).runScript('true', patient))();
    await expect(refused).rejects.toThrow(
      /^fred: the host did not run a command: \(SSH\) Channel open failure: open failed$/,
    );
    await none.stop();
  });
});
