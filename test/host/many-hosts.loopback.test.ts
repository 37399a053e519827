import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { type Connection, connect } from '../../src/host/connection';
import { patient } from '../support/patient';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { describeWithSshd, type Sshd, startSshd } from '../support/sshd';

const user = userInfo().username;

describeWithSshd('a server that lets few log in at once (MaxStartups)', () => {
  let files: SshFiles;
  let sshd: Sshd;
  const connections: Connection[] = [];

  beforeAll(async () => {
    files = sshFiles();
    sshd = await startSshd(files, 'MaxStartups 2:100:2');
    files.write('known_hosts', `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  afterAll(async () => {
    await sshd.stop();
    files.remove();
  });

  test.each([
    ['ssh2', 40],
    ['openssh', 12],
  ] as const)(
    '%s: %i hosts behind it are all reached, with the default time-outs',
    async (transport, most) => {
      const hosts = Array.from({ length: most }, (_, n) =>
        files.target(sshd.port, { name: `h${n}`, user, sudo: false, transport }),
      );
      const said = await Promise.all(
        hosts.map(async (target) => {
          const connection = await connect(target);
          connections.push(connection);
          return (await connection.runScript(`echo ${target.name}`, patient)).stdout.trim();
        }),
      );
      expect(said).toEqual(hosts.map(({ name }) => name));
    },
  );
});

test('a server that closes every connection is asked again for as long as ConnectTimeout, then told of', async () => {
  const files = sshFiles();
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.on('error', () => undefined).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const error = await connect(files.target(port, { connectTimeoutMs: 4000 })).catch(
    (reason: unknown) => reason,
  );
  server.close();
  files.remove();
  expect(calls).toBeGreaterThan(1);
  expect(error).toMatchObject({
    message: `fred: 127.0.0.1:${port} closed the connection before the login, ${calls} times`,
    hint: expect.stringContaining('MaxStartups'),
  });
});
