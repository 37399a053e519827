import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Connection, connect } from '../../src/host/connection';
import { patient } from '../support/patient';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { describeWithSshd, type Sshd, startSshd } from '../support/sshd';

/** Hosts that only the user's own `ssh` can log in at. */

const user = userInfo().username;

describeWithSshd('OpenSSH’s own client', () => {
  let files: SshFiles;
  let sshd: Sshd;
  let connections: Connection[];

  const keygen = (...words: string[]) => execFileSync('ssh-keygen', ['-q', ...words]);

  beforeAll(async () => {
    files = sshFiles();
    keygen('-t', 'ed25519', '-N', '', '-f', files.path('ca'));
    sshd = await startSshd(files, `TrustedUserCAKeys ${files.path('ca.pub')}`, 'MaxSessions 2');
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

  async function login(more: Parameters<SshFiles['target']>[1] = {}): Promise<Connection> {
    const connection = await connect(files.target(sshd.port, { user, sudo: false, ...more }));
    connections.push(connection);
    return connection;
  }

  const says = async (connection: Connection) =>
    (await connection.runScript('id -un', patient)).stdout.trim();
  const why = ({ notes }: Connection) => notes?.[0]?.replace('ssh logged in, and not the SSH library: ', '');
  const failure = (more: Parameters<SshFiles['target']>[1] = {}) =>
    login(more).then(
      () => {
        throw new Error('it logged in');
      },
      (error: unknown) => error,
    );
  /** A key that nobody knows but the authority, with its certificate. */
  function signedKey(name: string, ...more: string[]): string {
    keygen('-t', 'ed25519', '-N', '', '-f', files.path(name));
    keygen(
      '-s',
      files.path('ca'),
      '-I',
      'test',
      '-n',
      user,
      ...(more.length > 0 ? more : ['-V', '+1h']),
      files.path(`${name}.pub`),
    );
    return files.path(name);
  }

  /** An agent that alone has the key's certificate. */
  async function agentWith(name: string, key: string): Promise<ChildProcess> {
    const socket = files.path(name);
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await until(() => existsSync(socket));
    execFileSync('ssh-add', ['-q', key], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
    rmSync(`${key}-cert.pub`);
    return agent;
  }

  test('by key, where the inventory says so: output, exit code, standard input', async () => {
    const connection = await login({ transport: 'openssh' });
    const result = await connection.runScript('id -un; echo bad >&2; exit 7', { ...patient, accepts: [7] });
    expect(result).toMatchObject({ stdout: `${user}\n`, stderr: 'bad\n', code: 7 });
    expect(why(connection)).toBe('ssh.transport says so');
  });

  test('where the library can log in, it does', async () => {
    const connection = await login();
    expect([await says(connection), why(connection)]).toEqual([user, undefined]);
  });

  describe('is called by itself for', () => {
    let agent: ChildProcess | undefined;
    afterEach(() => agent?.kill());

    test('a user certificate beside its key', async () => {
      const key = signedKey('signed');
      files.configure('Host *', `IdentityFile ${key}`, 'IdentitiesOnly yes');
      const connection = await login();
      expect(await says(connection)).toBe(user);
      expect(why(connection)).toBe(`${key}-cert.pub is a certificate`);
    });

    test('a user certificate that the agent holds', async () => {
      agent = await agentWith('agent', signedKey('held'));
      files.configure('Host *', `IdentityAgent ${files.path('agent')}`, `IdentityFile ${files.path('none')}`);
      const connection = await login();
      expect(await says(connection)).toBe(user);
      expect(why(connection)).toBe('the agent holds a key of type ssh-ed25519-cert-v01@openssh.com');
    });

    test('a host certificate', async () => {
      keygen('-s', files.path('ca'), '-I', 'host', '-h', '-n', '127.0.0.1', '-V', '+1h', sshd.hostKeyFile);
      const own = await startSshd(
        files,
        `HostCertificate ${sshd.hostKeyFile}-cert.pub`,
        `HostKey ${sshd.hostKeyFile}`,
      );
      try {
        const authority = readFileSync(files.path('ca.pub'), 'utf8');
        files.write('known_hosts', `@cert-authority [127.0.0.1]:${own.port} ${authority}`);
        const connection = await connect(files.target(own.port, { user, sudo: false }));
        connections.push(connection);
        expect(await says(connection)).toBe(user);
        expect(why(connection)).toBe(`${files.knownHosts} trusts an authority for host keys`);
      } finally {
        for (const connection of connections.splice(0)) connection.close();
        await own.stop();
      }
    });

    test.each([
      [
        'a post-quantum key exchange alone',
        'KexAlgorithms sntrup761x25519-sha512@openssh.com',
        /no matching key exchange/,
      ],
      ['umac alone', 'MACs umac-128-etm@openssh.com\nCiphers aes128-ctr', /no matching .*MAC/],
    ])('a host that takes %s', async (_, option, reason) => {
      const own = await startSshd(files, option);
      try {
        files.write('known_hosts', `[127.0.0.1]:${own.port} ${own.hostKey}\n`);
        const connection = await connect(files.target(own.port, { user, sudo: false }));
        connections.push(connection);
        expect(await says(connection)).toBe(user);
        expect(why(connection)).toMatch(reason);
      } finally {
        for (const connection of connections.splice(0)) connection.close();
        await own.stop();
      }
    });

    test('a key that is a PKCS#11 URI, as ssh of Red Hat takes it', async () => {
      files.configure('Host *', 'IdentityFile pkcs11:token=card');
      const connection = await login();
      expect([await says(connection), why(connection)]).toEqual([
        user,
        'pkcs11:token=card is a key of a PKCS#11 token',
      ]);
    });

    test('a command that knows host keys', async () => {
      files.write('known_hosts', '');
      files.configure('Host *', `KnownHostsCommand /bin/echo [127.0.0.1]:${sshd.port} ${sshd.hostKey}`);
      const connection = await login();
      expect([await says(connection), why(connection)]).toEqual([user, 'KnownHostsCommand is set']);
    });

    test('a connection of the user’s own that is open: it is used, and stays open', async () => {
      const socket = files.path('master');
      const master = ['-F', files.path('config'), '-p', String(sshd.port), '-l', user, '-S', socket];
      const child = spawn('ssh', [...master, '-M', '-N', '127.0.0.1'], { stdio: 'ignore' });
      try {
        await until(() => existsSync(socket));
        files.configure(
          'Host *',
          `ControlPath ${socket}`,
          `IdentityFile ${files.path('none')}`,
          'IdentitiesOnly yes',
        );
        const connection = await login();
        expect([await says(connection), why(connection)]).toEqual([
          user,
          `a connection of your own is open at ${socket}`,
        ]);
        connection.close();
        expect(spawnSync('ssh', [...master, '-O', 'check', '127.0.0.1']).status).toBe(0);
      } finally {
        child.kill();
      }
    });
  });

  describe('StrictHostKeyChecking is the user’s own word', () => {
    const note = (words: string) => expect.stringMatching(words);
    test.each(['accept-new', 'no'])('%s', async (word) => {
      files.write('known_hosts', '');
      files.configure('Host *', `StrictHostKeyChecking ${word}`);
      const connection = await login();
      expect([await says(connection), connection.notes]).toEqual([
        user,
        [
          note(
            '^its host key was not known, and was accepted, as StrictHostKeyChecking of your ssh config says: ssh-ed25519 SHA256:',
          ),
        ],
      ]);
      expect(readFileSync(files.knownHosts, 'utf8')).toContain(sshd.hostKey);
      expect(await says(await login({ transport: 'openssh' }))).toBe(user);
    });

    test.each(['ssh2', 'openssh'] as const)(
      'a key that has changed is refused all the same (%s)',
      async (transport) => {
        files.write('known_hosts', `[127.0.0.1]:${sshd.port} ${files.publicKey}\n`);
        files.configure('Host *', 'StrictHostKeyChecking no');
        expect(await failure({ transport })).toMatchObject({ message: note('host key') });
      },
    );
  });

  test('BindAddress: the connection comes from there', async () => {
    files.configure('Host *', 'BindAddress 127.0.0.7');
    const connection = await login();
    const { stdout } = await connection.runScript('echo $SSH_CONNECTION', patient);
    expect([stdout.split(' ')[0], why(connection)]).toEqual(['127.0.0.7', undefined]);
  });

  test('more scripts at once than the host has room for', async () => {
    const connection = await login({ transport: 'openssh' });
    const all = await Promise.all(
      [1, 2, 3, 4, 5].map((one) => connection.runScript(`sleep 0.3; echo ${one}`, patient)),
    );
    expect(all.map(({ stdout }) => stdout.trim())).toEqual(['1', '2', '3', '4', '5']);
  });

  test('a script that ends as ssh does when it fails, and one that a signal ends', async () => {
    const connection = await login({ transport: 'openssh' });
    const any = { ...patient, accepts: 'any' } as const;
    expect(await connection.runScript('exit 255', any)).toMatchObject({ code: 255 });
    expect(await connection.runScript('kill -TERM $$', any)).toMatchObject({ code: 255 });
  });

  test('a connection that goes away during a script is lost, and nothing is done again', async () => {
    const connection = await login({ transport: 'openssh' });
    const log = files.path('done');
    const script = `echo once >>${log}; kill -9 $PPID; sleep 20`;
    const error = await connection.runScript(script, patient).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: expect.stringContaining('the connection was lost during a command'),
    });
    expect(readFileSync(log, 'utf8')).toBe('once\n');
  });

  test('closing leaves nothing behind', async () => {
    const folders = () => readdirSync(files.folder).filter((name) => name.startsWith('haprov-'));
    process.env.XDG_RUNTIME_DIR = files.folder;
    try {
      const connection = await login({ transport: 'openssh' });
      expect(folders()).toHaveLength(1);
      connection.close();
      await until(() => folders().length === 0);
    } finally {
      delete process.env.XDG_RUNTIME_DIR;
    }
  });

  test('haprov that is killed at once leaves no master and no folder behind', async () => {
    const { build } = await import('esbuild');
    const [entry, program] = [files.write('login.ts', ''), files.path('login.cjs')];
    writeFileSync(
      entry,
      `import { connect } from ${JSON.stringify(`${process.cwd()}/src/host/connection`)};
      connect(${JSON.stringify(files.target(sshd.port, { user, sudo: false, transport: 'openssh' }))})
        .then(() => process.stdout.write('logged in'));`,
    );
    await build({
      entryPoints: [entry],
      outfile: program,
      bundle: true,
      platform: 'node',
      loader: { '.sh': 'text', '.node': 'empty' },
      define: { __HAPROV_VERSION__: '"0"' },
      logLevel: 'error',
    });
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, XDG_RUNTIME_DIR: files.folder, SHELL: '/bin/false' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const folders = () => readdirSync(files.folder).filter((name) => /^haprov-/.test(name));
    expect(folders()).toHaveLength(1);
    const masters = () => spawnSync('pgrep', ['-f', `${files.folder}/haprov-`], { encoding: 'utf8' }).stdout;
    expect(masters()).not.toBe('');
    child.kill('SIGKILL');
    await until(() => folders().length === 0 && masters() === '');
  });

  describe('a login that fails says why', () => {
    test('no key is accepted', async () => {
      writeFileSync(files.path('authorized_keys'), '');
      const failed = await failure({ transport: 'openssh' });
      writeFileSync(files.path('authorized_keys'), `${files.publicKey}\n`);
      expect(failed).toMatchObject({
        message: expect.stringMatching(/cannot log in as .* ssh says: .*Permission denied \(publickey/),
        hint: expect.stringContaining('ssh-copy-id'),
      });
    });

    describe('a certificate that has ended', () => {
      const refusal = async (...config: string[]) => {
        files.configure('Host *', ...config);
        writeFileSync(files.path('authorized_keys'), '');
        const failed = await failure();
        writeFileSync(files.path('authorized_keys'), `${files.publicKey}\n`);
        return failed;
      };
      const ended = (name: string) => signedKey(name, '-V', '20200101:20200102');

      test('beside its key', async () => {
        const key = ended('ended');
        expect(await refusal(`IdentityFile ${key}`, 'IdentitiesOnly yes')).toMatchObject({
          hint: expect.stringContaining(`ssh-keygen -Lf ${key}-cert.pub`),
        });
      });

      test('which the config names', async () => {
        const [key, elsewhere] = [ended('ended-named'), files.path('elsewhere.pub')];
        renameSync(`${key}-cert.pub`, elsewhere);
        expect(await refusal(`IdentityFile ${key}`, `CertificateFile ${elsewhere}`)).toMatchObject({
          hint: expect.stringContaining(`ssh-keygen -Lf ${elsewhere}`),
        });
      });

      test('which the agent holds', async () => {
        const agent = await agentWith('agent-ended', ended('ended-held'));
        const failed = await refusal(`IdentityAgent ${files.path('agent-ended')}`, 'IdentityFile /none');
        agent.kill();
        expect(failed).toMatchObject({ hint: expect.stringContaining('ssh-add -L | ssh-keygen -Lf -') });
      });
    });

    test.each([
      ['root may not log in', 'PermitRootLogin no', {}, 'PermitRootLogin'],
      [
        'it takes passwords only',
        'PubkeyAuthentication no\nPasswordAuthentication yes',
        {},
        'The host takes no keys',
      ],
      [
        'it wants a second factor',
        'AuthenticationMethods publickey,password\nPasswordAuthentication yes',
        {},
        'The first factor was right',
      ],
    ])('%s', async (_, option, more, hint) => {
      const own = await startSshd(files, option);
      try {
        files.write('known_hosts', `[127.0.0.1]:${own.port} ${own.hostKey}\n`);
        await expect(connect(files.target(own.port, { user, sudo: false, ...more }))).rejects.toMatchObject({
          hint: expect.stringContaining(hint),
        });
      } finally {
        await own.stop();
      }
    });

    test('a jump host that lets nobody in', async () => {
      const hop = await startSshd(files, 'AuthorizedKeysFile none');
      try {
        files.write(
          'known_hosts',
          [sshd, hop].map((one) => `[127.0.0.1]:${one.port} ${one.hostKey}\n`).join(''),
        );
        const proxyJump = `${user}@127.0.0.1:${hop.port}`;
        expect(await failure({ transport: 'openssh', proxyJump })).toMatchObject({
          message: expect.stringMatching(/ssh says: .*Permission denied \(publickey/s),
        });
      } finally {
        await hop.stop();
      }
    });

    test('a jump host that cannot go on', async () => {
      const proxyJump = `${user}@127.0.0.1:${sshd.port}`;
      const connection = connect(files.target(1, { user, sudo: false, transport: 'openssh', proxyJump }));
      await expect(connection).rejects.toThrow('127.0.0.1:1 refuses the connection: nothing listens there');
    });

    test('a host key that is not known', async () => {
      files.write('known_hosts', '');
      expect(await failure({ transport: 'openssh' })).toMatchObject({
        message: expect.stringMatching(/is not known: ssh-ed25519 SHA256:/),
        hint: expect.stringContaining('--accept-new-host-keys'),
      });
    });

    describe('behind a jump host', () => {
      let hop: Sshd;
      const reached = () =>
        failure({
          transport: 'openssh',
          proxyJump: `${user}@127.0.0.1:${hop.port}`,
          acceptNewHostKeys: true,
        });
      const known = (...keys: [Sshd, string][]) =>
        files.write('known_hosts', keys.map(([one, key]) => `[127.0.0.1]:${one.port} ${key}\n`).join(''));

      beforeAll(async () => {
        hop = await startSshd(files);
      });
      afterAll(() => hop.stop());

      test('a changed host key is told with the new one, and who takes it', async () => {
        known([sshd, hop.hostKey], [hop, hop.hostKey]);
        expect(await reached()).toMatchObject({
          message: expect.stringMatching(/has CHANGED: it presents ssh-ed25519 SHA256:.*known_hosts:1 has/),
          hint: expect.stringContaining('haprov replace takes the new key'),
        });
      });

      test('where it is the jump host’s that has changed, nothing is said of the host’s, and no key is taken', async () => {
        known([hop, sshd.hostKey]);
        expect(await reached()).toMatchObject({
          message: expect.stringMatching(/refused by ssh: .*has changed/),
          hint: expect.stringMatching(/ssh-keygen -R(?!.*accept)/),
        });
        expect(readFileSync(files.knownHosts, 'utf8').split('\n')).toHaveLength(2);
      });
    });

    test('nobody listens', async () => {
      const connection = connect(files.target(1, { user, sudo: false, transport: 'openssh' }));
      await expect(connection).rejects.toThrow('refuses the connection: nothing listens there');
    });
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}
