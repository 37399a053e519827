import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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

  test('by key, where the inventory says so: output, exit code, standard input', async () => {
    const connection = await login({ transport: 'openssh' });
    const result = await connection.runScript('id -un; echo bad >&2; exit 7', { ...patient, accepts: [7] });
    expect(result).toMatchObject({ stdout: `${user}\n`, stderr: 'bad\n', code: 7 });
  });

  test('a user certificate that an authority has signed', async () => {
    keygen('-t', 'ed25519', '-N', '', '-f', files.path('signed'));
    keygen('-s', files.path('ca'), '-I', 'test', '-n', user, '-V', '+1h', files.path('signed.pub'));
    files.configure('Host *', `IdentityFile ${files.path('signed')}`, 'IdentitiesOnly yes');
    writeFileSync(files.path('authorized_keys'), '');
    try {
      const connection = await login();
      expect((await connection.runScript('id -un', patient)).stdout).toBe(`${user}\n`);
    } finally {
      writeFileSync(files.path('authorized_keys'), `${files.publicKey}\n`);
    }
  });

  test('more scripts at once than the host has room for', async () => {
    const connection = await login({ transport: 'openssh' });
    const all = await Promise.all(
      [1, 2, 3, 4, 5].map((one) => connection.runScript(`sleep 0.3; echo ${one}`, patient)),
    );
    expect(all.map(({ stdout }) => stdout.trim())).toEqual(['1', '2', '3', '4', '5']);
  });
});
