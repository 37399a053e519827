import processes from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Connection, connect, prepare, type SshTarget } from '../../src/host/connection';
import { patient } from '../support/patient';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { describeWithSshd, type Sshd, startSshd } from '../support/sshd';

/** What a command starts on this machine to reach its hosts: each process costs as much as ssh does itself. */

const user = userInfo().username;
const words: string[] = [];
for (const name of ['spawn', 'execFile'] as const) {
  const real = processes[name] as (...given: unknown[]) => unknown;
  jest.spyOn(processes, name).mockImplementation(((...given: unknown[]) => {
    words.push([given[0], ...(given[1] as string[])].join(' '));
    return real(...given);
  }) as never);
}

describeWithSshd('the programs that are started for two hosts', () => {
  let files: SshFiles;
  let sshd: Sshd;
  let open: { close(): void }[];

  beforeEach(async () => {
    files = sshFiles();
    open = [];
    sshd = await startSshd(files);
    files.write('known_hosts', `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    words.length = 0;
  });
  afterEach(async () => {
    for (const one of open.reverse()) one.close();
    await sshd.stop();
    files.remove();
  });

  /** By what they are for. */
  const started = () => {
    const count = (pattern: RegExp) => words.filter((row) => pattern.test(row)).length;
    return {
      config: count(/^ssh -TG /),
      login: count(/^ssh -N -M /),
      script: count(/^ssh -F none -S /),
      agent: count(/^ssh-add /),
      ticket: count(/^klist /),
      watcher: count(/^\/bin\/sh -c cat /),
      all: words.length,
    };
  };
  const none = { config: 0, login: 0, script: 0, agent: 0, ticket: 0, watcher: 0 };
  const hosts = (more: Partial<SshTarget> = {}) =>
    ['fred', 'ethyl'].map((name) => prepare(files.target(sshd.port, { name, user, sudo: false, ...more })));
  /** Both at once, as a plan does. */
  const ran = (targets: SshTarget[], reason?: string) =>
    Promise.all(
      targets.map(async (target) => {
        const connection: Connection = await connect(target, reason);
        open.push(connection);
        await connection.runScript('true', patient);
      }),
    );
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  test('over a connection of the user’s own: his config is read, and the script is run', async () => {
    const socket = files.path('master');
    const way = ['-F', files.path('config'), '-p', String(sshd.port), '-l', user, '-S', socket];
    const master = processes.spawn('ssh', [...way, '-M', '-N', '127.0.0.1'], { stdio: 'ignore' });
    open.push({ close: () => void master.kill() });
    await until(() => existsSync(socket));
    files.configure('Host *', `ControlPath ${socket}`);
    words.length = 0;
    await ran(hosts());
    expect(started()).toEqual({ ...none, config: 2, script: 2, all: 4 });
  });

  test('the library: his config is read, and not again for a later login', async () => {
    const targets = hosts();
    await ran(targets);
    await ran(targets, 'once more');
    expect(started()).toEqual({ ...none, config: 2, all: 2 });
  });

  test('an agent and Kerberos are asked once for both', async () => {
    const agent = processes.spawn('ssh-agent', ['-D', '-a', files.path('agent')], { stdio: 'ignore' });
    open.push({ close: () => void agent.kill() });
    await until(() => existsSync(files.path('agent')));
    files.configure('Host *', `IdentityAgent ${files.path('agent')}`, 'GSSAPIAuthentication yes');
    words.length = 0;
    await ran(hosts());
    expect(started()).toEqual({ ...none, config: 2, agent: 1, ticket: 1, all: 4 });
  });

  test('ssh itself: one login a host, with what ends it where haprov is killed, and its version is not asked where it asks nothing', async () => {
    await ran(hosts({ transport: 'openssh', passphrase: 'not needed' }));
    expect(started()).toEqual({ ...none, config: 2, login: 2, watcher: 2, script: 2, all: 8 });
  });
});
