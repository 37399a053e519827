import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { type Connection, connect } from '../../src/host/connection';
import { patient } from '../support/patient';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { describeWithSshd, type Sshd, startSshd } from '../support/sshd';

const user = userInfo().username;

describeWithSshd('OpenSSH’s own server', () => {
  let files: SshFiles;
  let sshd: Sshd;
  let connections: Connection[];

  beforeAll(async () => {
    files = sshFiles();
    sshd = await startSshd(files);
  });
  afterAll(async () => {
    await sshd.stop();
    files.remove();
  });
  beforeEach(() => {
    connections = [];
    files.configure();
    files.write('known_hosts', `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
  });
  afterEach(() => {
    for (const connection of connections) connection.close();
  });

  async function whoAmI(more: Parameters<SshFiles['target']>[1] = {}): Promise<string> {
    const connection = await connect(files.target(sshd.port, { user, sudo: false, ...more }));
    connections.push(connection);
    return (await connection.runScript('id -un', patient)).stdout.trim();
  }

  test('by key', async () => {
    expect(await whoAmI()).toBe(user);
  });

  test.each(['ecdsa', 'rsa'])('by %s key in PEM', async (type) => {
    const key = files.path(`pem-${type}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-m', 'PEM', '-N', '', '-f', key]);
    writeFileSync(files.path('authorized_keys'), readFileSync(`${key}.pub`), { flag: 'a' });
    files.configure('Host *', 'IdentitiesOnly yes');
    files.write('config', readFileSync(files.path('config'), 'utf8').replace(files.path('id'), key));
    expect(await whoAmI()).toBe(user);
  });

  test('by key in PKCS #8', async () => {
    const key = files.path('pkcs8');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-m', 'PKCS8', '-N', '', '-f', key]);
    writeFileSync(files.path('authorized_keys'), readFileSync(`${key}.pub`), { flag: 'a' });
    files.write('config', readFileSync(files.path('config'), 'utf8').replace(files.path('id'), key));
    expect(await whoAmI()).toBe(user);
  });

  test('known_hosts that ssh-keygen hashed', async () => {
    execFileSync('ssh-keygen', ['-H', '-f', files.knownHosts], { stdio: 'ignore' });
    expect(readFileSync(files.knownHosts, 'utf8')).toMatch(/^\|1\|/);
    expect(await whoAmI()).toBe(user);
  });

  test('OpenSSH knows the key that we accepted', async () => {
    files.write('known_hosts', '');
    files.configure('Host *', 'HashKnownHosts yes');
    expect(await whoAmI({ acceptNewHostKeys: true })).toBe(user);
    const words = [
      '-F',
      files.path('config'),
      '-p',
      String(sshd.port),
      '-o',
      'StrictHostKeyChecking=yes',
      '-o',
      'BatchMode=yes',
    ];
    expect(spawnSync('ssh', [...words, `${user}@127.0.0.1`, 'true'], { encoding: 'utf8' })).toMatchObject({
      status: 0,
    });
  });

  describe('by agent', () => {
    let agent: string;
    const run = (command: string, ...words: string[]): string =>
      execFileSync(command, words, {
        encoding: 'utf8',
        env: { ...process.env, SSH_AUTH_SOCK: agent },
        stdio: 'pipe',
      });
    let pid: number;
    beforeAll(() => {
      agent = files.path('agent');
      pid = Number(/Agent pid (\d+)/.exec(run('ssh-agent', '-a', agent, '-s'))?.[1]);
      run('ssh-keygen', '-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', files.path('other'));
      run('ssh-add', '-q', files.path('other'));
      run('ssh-keygen', '-q', '-t', 'rsa', '-b', '2048', '-N', 'locked', '-f', files.path('held'));
      run('ssh-keygen', '-q', '-p', '-P', 'locked', '-N', '', '-f', files.path('held'));
      run('ssh-add', '-q', files.path('held'));
      run('ssh-keygen', '-q', '-p', '-N', 'locked', '-f', files.path('held'));
      writeFileSync(files.path('authorized_keys'), readFileSync(files.path('held.pub')), { flag: 'a' });
    });
    afterAll(() => process.kill(pid));

    const configure = (...lines: string[]): void => {
      files.write(
        'config',
        ['Host *', `IdentityAgent ${agent}`, `UserKnownHostsFile ${files.knownHosts}`, ...lines, ''].join(
          '\n',
        ),
      );
    };

    test('any key that it holds', async () => {
      configure('IdentityFile none');
      expect(await whoAmI()).toBe(user);
    });

    test('the encrypted key that it holds open; no other', async () => {
      configure(`IdentityFile ${files.path('held')}`, 'IdentitiesOnly yes');
      expect(await whoAmI()).toBe(user);
    });

    test('a key of which only the public half is a file', async () => {
      configure(`IdentityFile ${files.path('held.pub')}`, 'IdentitiesOnly yes');
      expect(await whoAmI()).toBe(user);
    });

    test('not a key that was not named, with IdentitiesOnly', async () => {
      configure(`IdentityFile ${files.path('other')}`, 'IdentitiesOnly yes');
      await expect(whoAmI()).rejects.toThrow(`tried ${files.path('other')} (agent)`);
    });

    test('an agent that is gone does not keep a key file from being used', async () => {
      configure(`IdentityAgent ${files.path('no-agent')}`);
      files.write(
        'config',
        `Host *\nIdentityAgent ${files.path('no-agent')}\nIdentityFile ${files.path('id')}\nUserKnownHostsFile ${files.knownHosts}\n`,
      );
      expect(await whoAmI()).toBe(user);
    });
  });

  describe('what is run instead of a script, or before it', () => {
    let other: Sshd | undefined;
    afterEach(async () => {
      // sshd has ended when its sessions have.
      for (const connection of connections) connection.close();
      await other?.stop();
    });

    async function through(...options: string[]): Promise<Connection> {
      other = await startSshd(files, ...options);
      files.write('known_hosts', `[127.0.0.1]:${other.port} ${other.hostKey}\n`);
      const connection = await connect(files.target(other.port, { user, sudo: false }));
      connections.push(connection);
      return connection;
    }
    /** Logs in as somebody whose login shell is this one, with a start-up file that is not silent. */
    const withShell = (shell: string) =>
      `ForceCommand HOME=${files.folder} ${shell} -c "$SSH_ORIGINAL_COMMAND"`;
    const noise = 'echo hello; echo trouble >&2\n';
    const shells = Object.entries({
      bash: '.bashrc',
      zsh: '.zshenv',
      tcsh: '.tcshrc',
      fish: '.config/fish/config.fish',
    }).filter(([shell]) => spawnSync(shell, ['-c', 'true']).status === 0);

    test.each(shells)('%s, whose %s talks', async (shell, startFile) => {
      mkdirSync(dirname(files.path(startFile)), { recursive: true });
      // csh has no way to write to stderr alone.
      files.write(startFile, shell === 'tcsh' ? 'echo hello\n' : noise);
      const startUp = shell === 'bash' ? `BASH_ENV=${files.path(startFile)} bash` : shell;
      const connection = await through(withShell(startUp));
      expect(
        await connection.runScript("echo 'it'\\''s' \"$((1 + 1))\"; echo err >&2; exit 4", {
          ...patient,
          accepts: [4],
        }),
      ).toMatchObject({
        code: 4,
        stdout: "it's 2\n",
        stderr: 'err\n',
      });
    });

    test.each([
      ['internal-sftp', 'it started no shell'],
      ['echo no way; exit 1', 'it started no shell (exit 1); it said: no way'],
      ['cat', 'it started no shell (exit 0); it said: printf %s%s'],
      [
        'echo "not allowed: $SSH_ORIGINAL_COMMAND" >&2; cat',
        'it started no shell (exit 0); it said: printf %s%s',
      ],
      [
        'PATH=/nowhere /bin/bash -r -c "$SSH_ORIGINAL_COMMAND"',
        /it started no shell \(exit \d+\); it said: .*env: .*not found/,
      ],
    ])('ForceCommand %s', async (command, said) => {
      const connection = await through(`ForceCommand ${command}`);
      await expect(connection.runScript('true', patient)).rejects.toThrow(said);
    });

    test('MaxSessions 1: scripts run all the same, each once', async () => {
      const connection = await through('MaxSessions 1');
      const runs = Array.from({ length: 4 }, (_, n) => connection.runScript(`sleep 0.2; echo ${n}`, patient));
      expect((await Promise.all(runs)).map(({ stdout }) => stdout)).toEqual(['0\n', '1\n', '2\n', '3\n']);
    });

    test('a banner is part of the reason why nobody is let in', async () => {
      other = await startSshd(files, `Banner ${files.write('banner', '\nClosed until Monday\n')}`);
      files.write('known_hosts', `[127.0.0.1]:${other.port} ${other.hostKey}\n`);
      await expect(connect(files.target(other.port, { user: 'nobody-at-all', sudo: false }))).rejects.toThrow(
        /cannot log in as nobody-at-all@.*; it says: Closed until Monday$/,
      );
    });
  });

  describe('through a proxy', () => {
    let hop: Sshd;
    beforeAll(async () => {
      hop = await startSshd(files);
    });
    afterAll(() => hop.stop());

    const behindHop = (...lines: string[]): void =>
      files.configure(
        'Host hop',
        'HostName 127.0.0.1',
        `Port ${hop.port}`,
        `User ${user}`,
        'Host 127.0.0.1',
        ...lines,
      );
    const knowHop = (key = hop.hostKey): void =>
      writeFileSync(files.knownHosts, `[127.0.0.1]:${hop.port} ${key}\n`, { flag: 'a' });

    test('ProxyJump', async () => {
      behindHop('ProxyJump hop');
      knowHop();
      expect(await whoAmI()).toBe(user);
    });

    test('a chain of hops', async () => {
      files.configure(
        'Host first',
        `Port ${hop.port}`,
        'Host second',
        `Port ${sshd.port}`,
        'Host first second',
        'HostName 127.0.0.1',
        `User ${user}`,
      );
      knowHop();
      expect(await whoAmI({ proxyJump: 'first,second' })).toBe(user);
    });

    test('a ProxyJump that goes in circles', async () => {
      files.configure(
        'Host a',
        'HostName 127.0.0.1',
        'ProxyJump b',
        'Host b',
        'HostName 127.0.0.1',
        'ProxyJump a',
      );
      await expect(whoAmI({ address: 'a' })).rejects.toThrow('its ProxyJump goes in circles');
    });

    test("the jump host's key is checked as well", async () => {
      files.configure();
      await expect(whoAmI({ proxyJump: `${user}@127.0.0.1:${hop.port}` })).rejects.toThrow(
        new RegExp(`fred \\(jump host .*\\): the host key of \\[127\\.0\\.0\\.1\\]:${hop.port} is not known`),
      );
      knowHop(sshd.hostKey);
      await expect(whoAmI({ proxyJump: `${user}@127.0.0.1:${hop.port}` })).rejects.toThrow('has CHANGED');
    });

    test('a jump host that cannot go on', async () => {
      knowHop();
      files.configure();
      const target = files.target(1, { user, sudo: false, proxyJump: `${user}@127.0.0.1:${hop.port}` });
      await expect(connect(target)).rejects.toThrow(/fred: the jump host .* cannot reach 127\.0\.0\.1:1/);
    });

    test('ProxyCommand', async () => {
      files.configure('Host *', `ProxyCommand ${process.execPath} ${relay(files)} %h %p`);
      expect(await whoAmI()).toBe(user);
    });

    test('a ProxyCommand that fails is quoted', async () => {
      files.configure('Host *', 'ProxyCommand sh -c "echo no way >&2; exit 1"');
      await expect(whoAmI()).rejects.toThrow('the proxy says: no way');
    });
  });
});

/** A program that does what `nc HOST PORT` does. */
function relay(files: SshFiles): string {
  return files.write(
    'relay.cjs',
    `const [host, port] = process.argv.slice(2);
const socket = require('node:net').connect(Number(port), host);
process.stdin.pipe(socket).pipe(process.stdout);
`,
  );
}
