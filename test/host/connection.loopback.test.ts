import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { HostError } from '../../src/errors';
import { type Connection, connect, type SshTarget } from '../../src/host/connection';
import { fingerprint } from '../../src/host/host-keys';
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

const AS_ROOT = 'env LC_ALL=C sh -s';

let files: SshFiles;
let servers: SshServer[];
let connections: Connection[];

beforeEach(() => {
  files = sshFiles();
  servers = [];
  connections = [];
});

afterEach(async () => {
  for (const connection of connections) connection.close();
  files.remove();
  await Promise.all(servers.map((server) => server.close()));
});

async function serve(options: SshServerOptions = {}): Promise<SshServer> {
  const server = await startSshServer({ users: { root: { publicKey: files.publicKey } }, ...options });
  servers.push(server);
  return server;
}

/** Writes the server's key down, as after a first login. */
function know(server: SshServer, key = server.hostKeys[0] ?? ''): void {
  writeFileSync(files.knownHosts, `[127.0.0.1]:${server.port} ${publicLine(key)}\n`, { flag: 'a' });
}

async function open(target: SshTarget): Promise<Connection> {
  const connection = await connect(target);
  connections.push(connection);
  return connection;
}

async function refusal(target: SshTarget): Promise<HostError> {
  const error: unknown = await open(target).then(
    () => new Error('it let us in'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HostError);
  return error as HostError;
}

const shown = (privateKey: string): string =>
  fingerprint(Buffer.from(publicLine(privateKey).split(' ')[1] ?? '', 'base64'));

describe('host keys', () => {
  test('an unknown key is refused with its fingerprint, before any login', async () => {
    const server = await serve();
    const error = await refusal(files.target(server.port));
    expect(error.message).toBe(
      `fred: the host key of [127.0.0.1]:${server.port} is not known: ssh-ed25519 ${shown(server.hostKeys[0] ?? '')}`,
    );
    expect(error.hint).toContain('--accept-new-host-keys');
    expect(server.logins).toEqual([]);
  });

  test('a new key is accepted when asked for, written down for us only, and known the next time', async () => {
    const server = await serve({ commands: { [AS_ROOT]: answers({ stdout: 'hello\n' }) } });
    const folder = files.path('new-folder');
    files.configure('Host *', `UserKnownHostsFile ${folder}/known`);
    await open(files.target(server.port, { acceptNewHostKeys: true }));
    expect(readFileSync(`${folder}/known`, 'utf8')).toBe(
      `[127.0.0.1]:${server.port} ${publicLine(server.hostKeys[0] ?? '')}\n`,
    );
    expect(statSync(`${folder}/known`).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const again = await open(files.target(server.port));
    expect((await again.runScript('', patient)).stdout).toBe('hello\n');
  });

  test('hashed when the config asks for it', async () => {
    const server = await serve();
    files.configure('Host *', 'HashKnownHosts yes');
    await open(files.target(server.port, { acceptNewHostKeys: true }));
    expect(readFileSync(files.knownHosts, 'utf8')).toMatch(/^\|1\|[^|]+\|\S+ ssh-ed25519 \S+\n$/);
    await open(files.target(server.port));
  });

  test('several new hosts at once, after a line without an end', async () => {
    files.write('known_hosts', '# no newline here');
    const all = await Promise.all([serve(), serve(), serve(), serve()]);
    await Promise.all(all.map((server) => open(files.target(server.port, { acceptNewHostKeys: true }))));
    await Promise.all(all.map((server) => open(files.target(server.port))));
    expect(readFileSync(files.knownHosts, 'utf8')).toMatch(/^# no newline here\n/);
  });

  test.each([false, true])(
    'a changed key is refused always (accepting new keys: %s)',
    async (acceptNewHostKeys) => {
      const server = await serve();
      const before = newKey().private;
      files.write('known_hosts', '# first line\n');
      know(server, before);
      const error = await refusal(files.target(server.port, { acceptNewHostKeys }));
      expect(error.message).toBe(
        `fred: the host key of [127.0.0.1]:${server.port} has CHANGED: it presents ssh-ed25519 ${shown(server.hostKeys[0] ?? '')}, but ${files.knownHosts}:2 has ssh-ed25519 ${shown(before)}`,
      );
      expect(error.hint).toContain(`ssh-keygen -f ${files.knownHosts} -R '[127.0.0.1]:${server.port}'`);
      expect(server.logins).toEqual([]);
      expect(readFileSync(files.knownHosts, 'utf8')).not.toContain(publicLine(server.hostKeys[0] ?? ''));
    },
  );

  test('a revoked key is refused, though it is known too', async () => {
    const server = await serve();
    know(server);
    files.write('revoked', `@revoked * ${publicLine(server.hostKeys[0] ?? '')}\n`);
    files.configure('Host *', `GlobalKnownHostsFile ${files.path('revoked')}`);
    const error = await refusal(files.target(server.port, { acceptNewHostKeys: true }));
    expect(error.message).toContain(`is revoked: ssh-ed25519 ${shown(server.hostKeys[0] ?? '')}`);
    expect(error.message).toContain(`${files.path('revoked')}:1`);
  });

  test('RevokedHostKeys of the config: a list counts, and what cannot be read refuses all', async () => {
    const server = await serve();
    know(server);
    files.configure('Host *', `RevokedHostKeys ${files.path('revoked')}`);
    files.write('revoked', `# none but one\n${publicLine(server.hostKeys[0] ?? '')}\n`);
    expect((await refusal(files.target(server.port))).message).toContain(`by ${files.path('revoked')}:2`);
    files.write('revoked', `${publicLine(newKey().private)}\n`);
    await open(files.target(server.port));
    // A binary list is for ssh, which says what is wrong with it.
    files.write('revoked', 'SSHKRL\n\0\0\0\x01');
    expect((await refusal(files.target(server.port))).message).toMatch(
      new RegExp(`refused by ssh: .* in revoked keys file ${files.path('revoked')}: `),
    );
    files.configure('Host *', `RevokedHostKeys ${files.path('gone')}`);
    expect((await refusal(files.target(server.port))).message).toContain(
      'is not a readable list of public keys',
    );
  });

  test('HostKeyAlias is the name that counts', async () => {
    const server = await serve();
    files.configure('Host *', 'HostKeyAlias pair');
    files.write('known_hosts', `pair ${publicLine(server.hostKeys[0] ?? '')}\n`);
    await open(files.target(server.port));
  });

  test('the host is asked for the type of key that is known', async () => {
    const rsa = await import('ssh2').then(
      ({ utils }) => utils.generateKeyPairSync('rsa', { bits: 2048 }).private,
    );
    const server = await serve({ hostKeys: [newKey().private, rsa] });
    know(server, rsa);
    await open(files.target(server.port));
  });

  test("the target's own known_hosts file is looked at too", async () => {
    const server = await serve();
    const own = files.write('own', `[127.0.0.1]:${server.port} ${publicLine(server.hostKeys[0] ?? '')}\n`);
    await open(files.target(server.port, { knownHostsFile: own }));
  });
});

describe('login', () => {
  test('the named key is the first thing offered; none is never sent', async () => {
    const server = await serve();
    know(server);
    const connection = await open(files.target(server.port));
    expect(connection).toMatchObject({ host: 'fred', user: 'root', execs: 0 });
    expect(new Set(server.logins)).toEqual(new Set(['root publickey']));
  });

  test('by password, and by keyboard-interactive where that is all the host takes', async () => {
    const server = await serve({ users: { root: { password: 'pw' }, pat: { keyboardInteractive: 'pw' } } });
    know(server);
    await open(files.target(server.port, { password: 'pw' }));
    await open(files.target(server.port, { user: 'pat', password: 'pw' }));
    expect(server.logins.slice(-1)).toEqual(['pat keyboard-interactive']);
  });

  test('a wrong password is sent once', async () => {
    const server = await serve({ users: { root: { password: 'pw', keyboardInteractive: 'pw' } } });
    know(server);
    const error = await refusal(files.target(server.port, { password: 'no' }));
    expect(error.message).toContain('the host takes password, keyboard-interactive');
    expect(server.logins.filter((login) => !login.endsWith('publickey'))).toEqual(['root password']);
  });

  test('what was tried, and what was not', async () => {
    const server = await serve({ users: { root: { publicKey: newKey().public } } });
    know(server);
    const encrypted = files.write('locked', ENCRYPTED_KEY);
    const target = files.target(server.port, {
      identityFiles: [encrypted, files.path('gone'), files.path('id')],
    });
    const error = await refusal(target);
    expect(error.message).toContain(
      `cannot log in as root@127.0.0.1:${server.port}: no key or password was accepted`,
    );
    expect(error.message).toContain(`tried ${files.path('id')}`);
    expect(error.message).toContain(
      `${encrypted} is encrypted: load it with ssh-add, or give its passphrase`,
    );
    expect(error.message).toContain(`${files.path('gone')} is not there`);
    expect(error.message).toContain('the host takes publickey');
    expect(error.hint).toContain(`ssh-copy-id -i ${files.path('id')} -p ${server.port} root@127.0.0.1`);
  });

  test('of files that are not there only the named one is told of; the public half of a key is called that', async () => {
    const server = await serve();
    know(server);
    files.write('config', `IdentityAgent none\nUserKnownHostsFile ${files.knownHosts}\n`);
    files.write('id.pub', `${files.publicKey}\n`);
    const identityFiles = [files.path('typo'), files.path('id.pub'), files.folder];
    const { message } = await refusal(files.target(server.port, { identityFiles }));
    expect(message.match(/[^ ]+ is not there/g)).toEqual([`${files.path('typo')} is not there`]);
    expect(message).toContain(
      `${files.path('id.pub')} is the public half of a key, which the agent does not hold: name the private one, ${files.path('id')}`,
    );
    expect(message).toContain(`${files.folder} is no file`);
  });

  test('a pipe as key or as known_hosts is not waited for', async () => {
    const server = await serve();
    know(server);
    execFileSync('mkfifo', [files.path('pipe')]);
    files.write('config', `IdentityAgent none\nUserKnownHostsFile ${files.knownHosts}\n`);
    const target = files.target(server.port, { identityFiles: [files.path('pipe')] });
    expect((await refusal(target)).message).toContain(`${files.path('pipe')} is no file`);
    expect((await refusal({ ...target, knownHostsFile: files.path('pipe') })).message).toContain(
      `the known_hosts ${files.path('pipe')} is no file`,
    );
  });

  test('an encrypted key with its passphrase; a wrong one is told', async () => {
    const server = await serve({ users: { root: { publicKey: ENCRYPTED_KEY_PUBLIC } } });
    know(server);
    const encrypted = files.write('locked', ENCRYPTED_KEY);
    await open(files.target(server.port, { identityFiles: [encrypted], passphrase: 'open sesame' }));
    const error = await refusal(
      files.target(server.port, { identityFiles: [encrypted], passphrase: 'wrong' }),
    );
    expect(error.message).toMatch(/locked: .*bad passphrase/);
  });
});

describe('a login that takes its time', () => {
  test('ConnectTimeout is over when the server has said its first line', async () => {
    const server = await serve({ acceptsAfterMs: 4500 });
    know(server);
    expect(await open(files.target(server.port, { connectTimeoutMs: 4000 }))).toMatchObject({ user: 'root' });
  });
});

describe('unreachable', () => {
  test('nothing listens', async () => {
    const server = await serve();
    await server.close();
    expect((await refusal(files.target(server.port))).message).toContain('refuses the connection');
  });

  test.each([
    ['says nothing', () => undefined, /no SSH server spoke within 0\.2 s/, 200],
    [
      'is none of SSH',
      (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /closed the connection before the login; it says: HTTP\/1\.1 400 Bad Request$/,
      4000,
    ],
    ['hangs up', (socket: Socket) => socket.end(), /closed the connection before the login/, 4000],
  ])('a server that %s', async (_what, behave, message, connectTimeoutMs) => {
    const server = createServer((socket) => {
      socket.resume();
      socket.on('error', () => undefined);
      behave(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect((await refusal(files.target(port, { connectTimeoutMs }))).message).toMatch(message);
    server.close();
  });

  test('a config that OpenSSH cannot read', async () => {
    files.write('config', 'NoSuchOption yes\n');
    expect((await refusal(files.target(22))).message).toMatch(
      /the ssh config cannot be used: .*nosuchoption/i,
    );
  });

  test('an address that looks like an option', async () => {
    const error = await refusal(files.target(22, { address: '-oProxyCommand=touch${IFS}evil' }));
    expect(error.message).toContain('hostname contains invalid characters');
  });
});

const ENCRYPTED_KEY_PUBLIC =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICwsLxOWUi7D05/FEsT+X0X/5ccbYsMxrK4ap6gXB8wK test';
const ENCRYPTED_KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABD6MI0J24
3wXaH7L48HyiSaAAAAAQAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAICwsLxOWUi7D05/F
EsT+X0X/5ccbYsMxrK4ap6gXB8wKAAAAkJQGz4K1mmU9J5wNi2hlntwQhqqRFzqODDNvFS
uXZ2m0r2YCX5zjk/oz9C+9/5CtYse1tCKX64gPbLJkHxf2N6RWtJiXbSo+CD7/AiWiRptU
c7CBd0Lg17eNzS7luiNTHrZEg4AC7/oV8dw+c6Qz91N9agzDgd2DSUh7pj7f2tlVKw+/45
ZSGvucg1QS8pbnWQ==
-----END OPENSSH PRIVATE KEY-----
`;
