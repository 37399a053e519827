import { existsSync, readFileSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { HostError } from '../../src/errors';
import { type Connection, connect } from '../../src/host/connection';
import { patient } from '../support/patient';
import { isRunning, until } from '../support/running';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { describeWithSshd, type Sshd, startSshd } from '../support/sshd';

/** What holds whoever logs in: the library, or the user's own ssh. */

const user = userInfo().username;
const any = { ...patient, accepts: 'any' } as const;

describeWithSshd('both transports', () => {
  describe.each(['ssh2', 'openssh'] as const)('%s', (transport) => {
    describe.each([1, 10])('MaxSessions %i', (most) => {
      let files: SshFiles;
      let sshd: Sshd;
      let connection: Connection;

      beforeAll(async () => {
        files = sshFiles();
        sshd = await startSshd(files, `MaxSessions ${most}`);
        files.write('known_hosts', `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
      });
      afterAll(async () => {
        await sshd.stop();
        files.remove();
      });
      beforeEach(async () => {
        rmSync(files.path('pid'), { force: true });
        connection = await connect(files.target(sshd.port, { user, sudo: false, transport }));
      });
      afterEach(() => connection.close());

      const lasting = (script: string, more: object = {}) =>
        connection.runScript(script, { ...any, isLasting: true, ...more });
      const failure = async (work: Promise<unknown>): Promise<HostError> => {
        const error: unknown = await work.catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(HostError);
        return error as HostError;
      };
      /** Whether the script ran, and has ended. */
      const isGone = () =>
        existsSync(files.path('pid')) && !isRunning(readFileSync(files.path('pid'), 'utf8').trim() || 'self');

      test('output, standard error, exit codes, 255 too, of scripts that last and of others at once', async () => {
        const all = await Promise.all([
          lasting('echo a; echo b >&2; exit 7'),
          connection.runScript('echo c; exit 255', any),
          lasting('printf ü >&2; exit 0'),
          connection.runScript('echo d', any),
        ]);
        expect(all.map(({ stdout, stderr, code }) => [stdout, stderr, code])).toEqual([
          ['a\n', 'b\n', 7],
          ['c\n', '', 255],
          ['', 'ü', 0],
          ['d\n', '', 0],
        ]);
      });

      test('a script that a signal ends has not ended well', async () => {
        expect((await lasting('kill -KILL $$')).code).not.toBe(0);
        expect((await connection.runScript('echo on', any)).stdout).toBe('on\n');
      });

      test('a flood is ended, on both sides', async () => {
        const error = await failure(lasting(`echo $$ >${files.path('pid')}; exec yes >&2`));
        expect(error.message).toBe('fred: it sent more than 2 MiB on standard error: haprov stops reading');
        await until(isGone);
        expect((await connection.runScript('echo on', any)).stdout).toBe('on\n');
      });

      test('silence is given up, and what talks to nobody ends', async () => {
        const script = `echo $$ >${files.path('pid')}; sleep 4; while :; do echo more; sleep 0.1; done`;
        const error = await failure(lasting(script, { quietMs: 2000 }));
        expect(error.message).toContain('nothing was heard of the command for 2 s');
        await until(isGone);
        expect((await connection.runScript('echo on', any)).stdout).toBe('on\n');
      });

      test('closing ends what waits, and what runs when it says something', async () => {
        const begun: string[] = [];
        const script = `echo $$ >${files.path('pid')}; while :; do echo more; sleep 0.1; done`;
        const running = failure(lasting(script, { onStdout: (chunk: string) => begun.push(chunk) }));
        await until(() => begun.length > 0);
        connection.close();
        expect((await running).message).toContain('the connection was lost during a command');
        await until(isGone);
      });

      test('a host that goes away during a script: lost, and nothing is done again', async () => {
        const log = files.path(`done-${transport}-${most}`);
        const up = '$(sed "s/.*) . //; s/ .*//" /proc/$1/stat)';
        // Of the script's ancestors, sshd of this login.
        const kill = `up() { echo ${up}; }; p=$$; until grep -q sshd /proc/$p/comm; do p=$(up $p); done; kill -9 $p`;
        const error = await failure(lasting(`echo once >>${log}; ${kill}; sleep 5`));
        expect(error.message).toContain('the connection was lost during a command');
        expect(readFileSync(log, 'utf8')).toBe('once\n');
      });
    });
  });
});
