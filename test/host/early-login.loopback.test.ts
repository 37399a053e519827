import { once } from 'node:events';
import net from 'node:net';
import { type Connection, connect, leaveEarly, prepare } from '../../src/host/connection';
import { type Late, LoginClock } from '../../src/host/login-clock';
import { type CountingProxy, countingProxy } from '../support/counting-proxy';
import { patient } from '../support/patient';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { answers, publicLine, type SshServer, startSshServer } from '../support/ssh-server';

/** A login that is begun while the rest of what the user says is looked at. */

const AS_ROOT = 'env LC_ALL=C sh -s';

let files: SshFiles;
let server: SshServer;
let proxy: CountingProxy;
let connections: Connection[];

beforeEach(async () => {
  files = sshFiles();
  connections = [];
  server = await startSshServer({
    users: { root: { publicKey: files.publicKey } },
    commands: { [AS_ROOT]: answers({ stdout: 'hello\n' }) },
  });
  proxy = await countingProxy(server.port);
  files.write('known_hosts', `[127.0.0.1]:${proxy.port} ${publicLine(server.hostKeys[0] ?? '')}\n`);
});
afterEach(async () => {
  for (const connection of connections) connection.close();
  await proxy.close();
  await server.close();
  files.remove();
});

const target = (more = {}) => files.target(proxy.port, more);

test('keys are exchanged, and who logs in is said when the login is wanted', async () => {
  const prepared = prepare(target());
  while (proxy.turns < 3) await once(proxy.events, 'turn');
  expect(server.logins).toEqual([]);
  const connection = await connect(prepared);
  connections.push(connection);
  expect((await connection.runScript('', patient)).stdout).toBe('hello\n');
  expect(server.logins).toEqual(['root publickey']);
  expect(proxy.connections).toBe(1);
});

test('it connects in the turn in which `ssh -G` has answered, however many files it looks at: the program is busy', async () => {
  const connecting = jest.spyOn(net, 'connect');
  const prepared = prepare(target());
  await prepared.settings;
  await new Promise(setImmediate);
  expect(connecting).toHaveBeenCalledWith(expect.objectContaining({ port: proxy.port }));
  connecting.mockRestore();
  leaveEarly(prepared);
});

test('a login again is one of its own', async () => {
  const prepared = prepare(target());
  connections.push(await connect(prepared), await connect(prepared));
  expect(proxy.connections).toBe(2);
  expect(server.logins).toEqual(['root publickey', 'root publickey']);
});

test('a login that nobody wants any more ends, and nobody has logged in', async () => {
  const prepared = prepare(target());
  while (proxy.turns < 3) await once(proxy.events, 'turn');
  leaveEarly(prepared);
  while (proxy.open > 0) await once(proxy.events, 'end');
  expect(server.logins).toEqual([]);
});

test('one that is left before it has connected does not connect any more', async () => {
  const left = prepare(target());
  await left.settings;
  leaveEarly(left);
  const prepared = prepare(target());
  while (proxy.turns < 3) await once(proxy.events, 'turn');
  expect(proxy.connections).toBe(1);
  leaveEarly(prepared);
});

test('an error waits until the login is wanted', async () => {
  files.write('known_hosts', '');
  const prepared = prepare(target());
  while (proxy.connections < 1 || proxy.open > 0) await once(proxy.events, 'end');
  await expect(connect(prepared)).rejects.toThrow('is not known');
});

test('where a new key would be written down, nobody connects before', async () => {
  const accepting = prepare(target({ acceptNewHostKeys: true }));
  const prepared = prepare(target());
  while (proxy.turns < 3) await once(proxy.events, 'turn');
  expect(proxy.connections).toBe(1);
  connections.push(await connect(accepting));
  expect(proxy.connections).toBe(2);
  leaveEarly(prepared);
});

test('of many hosts a few are begun early; the others in their turn, and all are reached', async () => {
  const targets = Array.from({ length: 12 }, () => target());
  const prepared = targets.map(prepare);
  expect(prepared.map((one, at) => one === targets[at])).toEqual(targets.map((_, at) => at >= 8));
  connections.push(...(await Promise.all(prepared.map((one) => connect(one)))));
  expect(server.logins).toHaveLength(12);
  // Those that were taken make room.
  const again = target();
  const one = prepare(again);
  expect(one).not.toBe(again);
  leaveEarly(one);
});

test('a first line that came while this process was busy has come in time', async () => {
  const slow = net.createServer().listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const client = net.connect((slow.address() as net.AddressInfo).port, '127.0.0.1');
  const [socket] = await once(slow, 'connection');
  const clock = new LoginClock();
  const told = new Promise<string>((resolve) => {
    client.once('data', () => {
      clock.heard();
      resolve('heard');
    });
    clock.begin(5, ({ message }: Late) => resolve(message));
  });
  socket.write('SSH-2.0-x\r\n');
  const until = performance.now() + 50;
  while (performance.now() < until);
  const said = await told;
  clock.stop();
  client.destroy();
  slow.close();
  expect(said).toBe('heard');
});
