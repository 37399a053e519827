import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerChannel } from 'ssh2';
import type { AskSecret } from '../../src/host/connection';
import { AS_ROOT, connection, failure, files, local, logIn, server } from '../support/logged-in';
import { patient } from '../support/patient';
import { answers, begins, type CommandHandler, markOf, runsLocally } from '../support/ssh-server';

describe('runScript', () => {
  test('a script and what it leaves behind', async () => {
    await logIn(local);
    const result = await connection.runScript('echo out; echo err >&2; exit 3', { ...patient, accepts: [3] });
    expect(result).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(connection.execs).toBe(1);
    expect(server.commands).toEqual([AS_ROOT]);
  });

  test('a signal that ended it', async () => {
    await logIn(async (channel) => {
      await begins(channel);
      channel.exit('TERM');
      channel.end();
    });
    expect(await connection.runScript('', { ...patient, accepts: 'any' })).toMatchObject({
      code: null,
      signal: 'SIGTERM',
    });
  });

  test('an exit code that nobody looks at is an error, with the last words of the script', async () => {
    await logIn(answers({ stdout: 'half\n', stderr: 'rm: warning\nrm: Read-only file system\n', code: 1 }));
    const failed = (accepts: number[]) => expect(connection.runScript('', { ...patient, accepts })).rejects;
    await expect(connection.runScript('', { ...patient, to: 'take the flag away' })).rejects.toThrow(
      /: could not take the flag away: rm: Read-only file system \(exit code 1\)$/,
    );
    await failed([]).toMatchObject({ exitCode: 1, result: { code: 1, stdout: 'half\n' } });
    await failed([75]).toThrow('exit code 1');
    expect(await connection.runScript('', { ...patient, accepts: [1, 75] })).toMatchObject({ code: 1 });
  });

  test('5 MB in, 20 MB out', async () => {
    await logIn(local);
    const big = `: '${'x'.repeat(5_000_000)}'\nhead -c 20000000 /dev/zero | tr '\\0' y\necho done >&2`;
    const result = await connection.runScript(big, patient);
    expect(result).toMatchObject({ code: 0, stderr: 'done\n' });
    expect(result.stdout.length).toBe(20_000_000);
    expect(/[^y]/.test(result.stdout)).toBe(false);
  });

  test('a server that reads slowly gets all of a large script', async () => {
    let read = '';
    await logIn((channel) => {
      channel.on('readable', async () => {
        for (let chunk = channel.read() as Buffer | null; chunk; chunk = channel.read() as Buffer | null) {
          read += chunk.toString();
          await sleep(1);
        }
      });
      channel.on('end', () => {
        channel.write(markOf(read));
        channel.exit(0);
        channel.end();
      });
    });
    expect((await connection.runScript('z'.repeat(5_000_000), { ...patient, accepts: 'any' })).code).toBe(0);
    expect(read.split('\n').at(-1)).toBe('z'.repeat(5_000_000));
  });

  test('characters that are split across packets', async () => {
    const text = 'Grüße, 東京, 🎉\n';
    await logIn(async (channel) => {
      await begins(channel);
      const bytes = Buffer.from(text);
      const send = (index: number): void => {
        if (index < bytes.length) {
          channel.write(bytes.subarray(index, index + 1), () => setImmediate(send, index + 1));
          return;
        }
        channel.stderr.write(bytes.subarray(0, 4));
        channel.exit(0);
        channel.end();
      };
      send(0);
    });
    const chunks: string[] = [];
    const { stdout } = await connection.runScript('', {
      ...patient,
      onStdout: (chunk) => chunks.push(chunk),
    });
    expect(stdout).toBe(text);
    expect(chunks.join('')).toBe(text);
    expect(chunks.join('|')).not.toContain('\ufffd');
    expect(chunks.length).toBeGreaterThan(1);
  });

  test('no more than 8 channels at once; the rest wait their turn', async () => {
    const waiting: ServerChannel[] = [];
    const finish = (channel: ServerChannel): void => {
      channel.exit(0);
      channel.end();
    };
    let full: () => void = () => undefined;
    const eight = new Promise<void>((resolve) => {
      full = resolve;
    });
    let opened = false;
    await logIn(async (channel) => {
      await begins(channel);
      channel.resume();
      if (opened) return finish(channel);
      waiting.push(channel);
      if (waiting.length === 8) full();
    });
    const all = Promise.all(
      Array.from({ length: 30 }, () => connection.runScript('', { ...patient, accepts: 'any' })),
    );
    await eight;
    await sleep(20);
    expect(server.commands.length).toBe(8);
    opened = true;
    waiting.forEach(finish);
    expect((await all).every(({ code }) => code === 0)).toBe(true);
    expect(server.mostChannels).toBe(8);
    expect(connection.execs).toBe(30);
  });

  test('a script that takes too long; the connection can still be used', async () => {
    let calls = 0;
    await logIn((channel, link) => {
      calls += 1;
      if (calls > 1) answers({ stdout: 'still here' })(channel, link);
    });
    const error = await failure(connection.runScript('sleep 60', { timeoutMs: 50 }));
    expect(error.message).toBe('fred: the command did not end within 0.05 s; it said nothing');
    expect((await connection.runScript('', patient)).stdout).toBe('still here');
  });

  test('the connection drops during a command', async () => {
    await logIn((_channel, link) => link.end());
    const error = await failure(connection.runScript('true', patient));
    expect(error.message).toContain('fred: the connection was lost during a command');
    expect(error.exitCode).toBe(3);
    expect((await failure(connection.runScript('true', patient))).message).toContain(
      'the connection is lost',
    );
  });

  test('the host closes the channel without saying how it ended', async () => {
    await logIn((channel) => channel.end());
    expect((await failure(connection.runScript('true', patient))).message).toContain('lost during a command');
  });

  test('close during a command; twice', async () => {
    await logIn(async (channel) => {
      await begins(channel);
      channel.write('at work\n');
    });
    let running: ReturnType<typeof failure> | undefined;
    await new Promise<string>((onStdout) => {
      running = failure(connection.runScript('true', { ...patient, onStdout }));
    });
    connection.close();
    connection.close();
    expect((await running)?.message).toContain('lost during a command');
  });
});

describe('sudo', () => {
  const careful = { user: 'careful', sudoPassword: 'se cret' };

  /** A sudo that keeps to the real one's manners: prompt on stderr, one line of stdin for each of three tries. */
  function fakeSudo(asks: boolean, password = careful.sudoPassword): CommandHandler {
    const folder = files.path('bin');
    mkdirSync(folder);
    writeFileSync(
      `${folder}/sudo`,
      `#!/bin/sh
[ "$1" = -n ] && { ${asks ? 'echo "sudo: a password is required" >&2; exit 1' : 'shift; exec "$@"'}; }
shift; prompt=$(printf %s "$2" | sed 's/%%/%/g'); shift 2
tries=0
while ${asks}; do
  printf %s "$prompt" >&2
  IFS= read -r answer || { echo "sudo: no password was provided" >&2; [ $tries = 0 ] || echo "sudo: $tries incorrect password attempt" >&2; exit 1; }
  echo "$answer" >> ${files.path('answers')}
  [ "$answer" = '${password}' ] && break
  tries=$((tries + 1))
  [ $tries = 3 ] && { echo "sudo: 3 incorrect password attempts" >&2; exit 1; }
  echo "Sorry, try again." >&2
done
exec "$@"
`,
    );
    chmodSync(`${folder}/sudo`, 0o755);
    return (channel, link) =>
      runsLocally(server.commands.at(-1) ?? '', `${folder}:${process.env.PATH}`)(channel, link);
  }
  const SCRIPT = 'read -r word <<END\nscript\nEND\necho "$word ran"; echo noise >&2; exit 4';

  test('a refusal that quotes the command is no readiness, and its reason is what counts', async () => {
    await logIn((channel) => {
      channel.stderr.write('bash: warning: setlocale: LC_ALL: cannot change locale (xx_XX)\n');
      channel.stderr.write(
        `Sorry, user careful is not allowed to execute '${server.commands.at(-1)}' as root on fred.\n`,
      );
      const sent: string[] = [];
      channel.on('data', (chunk: Buffer) => sent.push(chunk.toString()));
      setImmediate(() => {
        expect(sent.join('')).not.toContain('touch');
        channel.exit(1);
        channel.end();
      });
    }, careful);
    const error = await failure(connection.runScript('touch ran-all-the-same', patient));
    expect(error.message).toMatch(
      /^fred: the user may not run commands as root with sudo: Sorry, user careful is not allowed to execute /,
    );
  });

  test('asks for the password', async () => {
    await logIn(fakeSudo(true), careful);
    expect(await connection.runScript(SCRIPT, { ...patient, accepts: [4] })).toMatchObject({
      code: 4,
      stdout: 'script ran\n',
      stderr: 'noise\n',
    });
    expect(readFileSync(files.path('answers'), 'utf8')).toBe('se cret\n');
    expect(server.commands.join()).not.toContain('cret');
  });

  test('has a password and does not ask for it', async () => {
    await logIn(fakeSudo(false), careful);
    expect(await connection.runScript(SCRIPT, { ...patient, accepts: [4] })).toMatchObject({
      code: 4,
      stdout: 'script ran\n',
      stderr: 'noise\n',
    });
  });

  test('asks, and a large script follows', async () => {
    await logIn(fakeSudo(true), careful);
    const { stdout } = await connection.runScript(`: '${'x'.repeat(1_000_000)}'\necho ran`, patient);
    expect(stdout).toBe('ran\n');
  });

  test('a wrong password is tried once, and neither script nor marks are taken for one', async () => {
    await logIn(fakeSudo(true, 'another'), careful);
    const error = await failure(connection.runScript('touch ran-all-the-same', patient));
    expect(error.message).toBe('fred: sudo did not accept the password: Sorry, try again.');
    expect(error.hint).toBe('Correct ssh.sudoPassword.');
    expect(readFileSync(files.path('answers'), 'utf8')).toBe('se cret\n');
    expect(existsSync(files.path('ran-all-the-same'))).toBe(false);
  });

  describe('no password is set, and a person is there', () => {
    const asked: string[] = [];
    /** Types these one after the other, then nothing. */
    const typing = (...answers: string[]): AskSecret => {
      asked.length = 0;
      return async ({ host, text, kind, isSecret }) => {
        asked.push(`${kind}${isSecret ? '' : ' shown'} ${host ?? 'all'}: ${text}`);
        return answers.shift();
      };
    };
    const sent = () => readFileSync(files.path('answers'), 'utf8').trim().split('\n');

    test('asked once, whatever runs', async () => {
      await logIn(fakeSudo(true), { user: 'careful', ask: typing('se cret') });
      const all = [1, 2, 3].map((n) => connection.runScript(`echo ${n}`, patient));
      expect((await Promise.all(all)).map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
      expect(asked).toEqual(['sudo all: [sudo] password for careful: ']);
    });

    test('not asked where sudo needs none', async () => {
      await logIn(fakeSudo(false), { user: 'careful', ask: typing() });
      expect((await connection.runScript('echo ran', patient)).stdout).toBe('ran\n');
      expect(asked).toEqual([]);
    });

    test('a wrong one is never sent twice, and the person is asked again', async () => {
      await logIn(fakeSudo(true), { user: 'careful', ask: typing('oops', 'se cret') });
      expect((await connection.runScript('echo ran', patient)).stdout).toBe('ran\n');
      expect(sent()).toEqual(['oops', 'se cret']);
      expect(asked.at(-1)).toBe('sudo fred: Sorry, try again.\n[sudo] password for careful: ');
    });

    test('three wrong ones are enough', async () => {
      await logIn(fakeSudo(true), { user: 'careful', ask: typing('a', 'b', 'c', 'se cret') });
      const error = await failure(connection.runScript('echo ran', patient));
      expect(error.message).toBe('fred: sudo did not accept the password: Sorry, try again.');
      expect(sent()).toEqual(['a', 'b', 'c']);
    });

    test('who does not answer is told what to set', async () => {
      await logIn(fakeSudo(true), { user: 'careful', ask: typing() });
      const error = await failure(connection.runScript('echo ran', patient));
      expect(error.hint).toContain('ssh.sudoPassword');
      expect(asked).toHaveLength(1);
    });
  });

  test('no password given, none needed', async () => {
    await logIn(fakeSudo(false), { user: 'careful' }, 'env LC_ALL=C sudo -n sh -s');
    expect(await connection.runScript('echo ran', patient)).toMatchObject({ code: 0, stdout: 'ran\n' });
  });

  test('no password given, one needed', async () => {
    await logIn(fakeSudo(true), { user: 'careful' }, 'env LC_ALL=C sudo -n sh -s');
    const error = await failure(connection.runScript('echo ran', patient));
    expect(error.message).toBe('fred: sudo needs a password: sudo: a password is required');
    expect(error.hint).toContain('ssh.sudoPassword');
  });

  test('not installed', async () => {
    const path = files.path('bin');
    mkdirSync(path);
    symlinkSync('/usr/bin/env', `${path}/env`);
    await logIn(
      (channel, link) => runsLocally(server.commands.at(-1) ?? '', path)(channel, link),
      { user: 'careful' },
      'env LC_ALL=C sudo -n sh -s',
    );
    expect((await failure(connection.runScript('true', patient))).message).toContain(
      'sudo is not installed there',
    );
  });
});
