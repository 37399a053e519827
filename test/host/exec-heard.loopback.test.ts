import { existsSync, readFileSync } from 'node:fs';
import { AS_ROOT, connection, failure, files, local, logIn, server } from '../support/logged-in';
import { patient } from '../support/patient';
import { until } from '../support/running';
import { answers, begins, type CommandHandler, runsLocally } from '../support/ssh-server';

describe('what is heard', () => {
  test.each([
    [
      'nologin',
      { stdout: 'This account is currently not available.\n', code: 1 },
      'This account is currently not available.',
    ],
    [
      'an expired password',
      {
        stderr: 'WARNING: Your password has expired.\nPassword change required but no TTY available.\n',
        code: 1,
      },
      'WARNING: Your password has expired.; Password change required but no TTY available.',
    ],
    [
      'a locale that is not there, and a reason',
      {
        stderr:
          '-bash: warning: setlocale: LC_ALL: cannot change locale (xx)\nfatal: What do you think I am? A shell?\n',
        code: 128,
      },
      'fatal: What do you think I am? A shell?',
    ],
  ])('%s is no answer of a script, and is quoted', async (_what, reply, said) => {
    await logIn(answers({ ...reply, ranNothing: true }));
    const error = await failure(connection.runScript('true', patient));
    expect(error.message).toBe(`fred: it started no shell (exit ${reply.code}); it said: ${said}`);
    expect(error.hint).toContain(said.includes('expired') ? 'passwd USER' : '/etc/passwd');
  });

  test('a command that is only quoted back, and a script too, are no answers', async () => {
    await logIn((channel) => {
      let script = '';
      channel.on('data', (chunk: Buffer) => {
        script += chunk;
      });
      channel.on('end', () => {
        channel.stderr.write(`not allowed: ${server.commands.at(-1)}\n`);
        channel.write(script, () => {
          channel.exit(0);
          channel.end();
        });
      });
    });
    expect((await failure(connection.runScript('true', patient))).message).toContain(
      'it started no shell (exit 0); it said: printf',
    );
  });

  test('what the login says before the script is no part of it, a megabyte too', async () => {
    await logIn((channel, link) => {
      const noise = `echo hello from .bashrc; head -c 1000000 /dev/zero | tr '\\0' x; echo stty: no terminal >&2; printf half >&2; `;
      runsLocally(`${noise}${server.commands.at(-1)}`)(channel, link);
    });
    expect(await connection.runScript('echo out; echo err >&2', patient)).toMatchObject({
      code: 0,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test.each([
    ['standard output', 'yes', '32 MiB on standard output: '],
    ['standard error', 'yes >&2', '2 MiB on standard error: '],
    ['standard output, in one line', "tr '\\0' x </dev/zero", '32 MiB on standard output: '],
  ])(
    'a script without end on %s is ended, and the connection can still be used',
    async (_stream, script, said) => {
      await logIn(local);
      const heard: string[] = [];
      const error = await failure(
        connection.runScript(script, { ...patient, onStdout: (chunk) => heard.push(chunk) }),
      );
      expect(error.message).toBe(`fred: it sent more than ${said}haprov stops reading`);
      expect(heard.join('').length).toBeLessThanOrEqual(32 << 20);
      expect((await connection.runScript('echo still here', patient)).stdout).toBe('still here\n');
    },
  );

  test('a login that never stops talking', async () => {
    await logIn((channel, link) => runsLocally('yes')(channel, link));
    expect((await failure(connection.runScript('true', patient))).message).toContain(
      'it sent more than 8 MiB on standard output before it ran anything',
    );
  });
});

describe('a host that opens few channels (MaxSessions)', () => {
  const logins = () => server.logins.filter((login) => login === 'root publickey').length;
  const any = { [AS_ROOT]: local, 'echo; exec cat': local };

  test.each([1, 2, 3])(
    '%i at a time: all scripts run, each once, in turn over one login',
    async (channels) => {
      await logIn(local, {}, AS_ROOT, channels);
      const once = logins();
      const file = files.path('ran');
      const started = Array.from({ length: 12 }, (_, n) =>
        connection.runScript(`echo ${n} >>${file}; sleep 0.1; echo ${n}`, patient),
      );
      const results = await Promise.all(started);
      expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 12 }, (_, n) => `${n}\n`));
      expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(12);
      expect(logins()).toBe(once);
      expect(server.mostChannels).toBeLessThanOrEqual(channels);
    },
  );

  test.each([1, 2, 3, 4, 10])(
    '%i at a time: scripts that last keep none from running, nor do they end with it',
    async (channels) => {
      await logIn(local, {}, any, channels);
      const once = logins();
      const end = files.path('end');
      const begun = Array.from({ length: 3 }, () => {
        let say: () => void = () => undefined;
        const first = new Promise<void>((resolve) => {
          say = resolve;
        });
        const script = `echo begun; until [ -e ${end} ]; do sleep 0.05; done; echo lasted; exit 3`;
        const options = { ...patient, accepts: [3], isLasting: true, onStdout: () => say() };
        return { first, ended: connection.runScript(script, options) };
      });
      await Promise.all(begun.map(({ first }) => first));
      const short = Array.from({ length: 5 }, (_, n) => connection.runScript(`echo ${n}`, patient));
      expect((await Promise.all(short)).map(({ stdout }) => stdout)).toEqual(
        [0, 1, 2, 3, 4].map((n) => `${n}\n`),
      );
      await connection.runScript(`touch ${end}`, patient);
      for (const { ended } of begun)
        expect(await ended).toMatchObject({ stdout: 'begun\nlasted\n', code: 3 });
      expect(logins()).toBe(once);
    },
  );

  test.each<[string, CommandHandler]>([
    ['whatever it is asked for is a shell (a forced command)', runsLocally('exec sh -s')],
    ['nothing is ever heard of a channel that does not become root', (channel) => void channel.resume()],
  ])('what lasts and what does not both run where %s', async (_, other) => {
    for (const channels of [1, 10]) {
      await logIn(local, { answerWithinMs: 8000 }, { ...any, 'echo; exec cat': other }, channels);
      const lasts = connection.runScript('echo lasts', { ...patient, isLasting: true });
      const short = connection.runScript('echo short', patient);
      expect([(await lasts).stdout, (await short).stdout]).toEqual(['lasts\n', 'short\n']);
      connection.close();
      if (channels === 1) await server.close();
    }
  });

  test('--answer-within is what a script has to begin in, also over the one channel', async () => {
    const stops: CommandHandler = async (channel) => {
      await begins(channel);
      channel.write('ready\n');
    };
    await logIn(local, { answerWithinMs: 3000 }, { ...any, [AS_ROOT]: stops }, 1);
    expect((await failure(connection.runScript('true', { ...patient, isLasting: true }))).message).toContain(
      'did not answer within 3 s',
    );
  });

  test('what lasts and is given up leaves the channel to the others', async () => {
    await logIn(local, {}, any, 1);
    const last = { isLasting: true, quietMs: 300 };
    expect((await failure(connection.runScript('sleep 30', last))).message).toBe(
      'fred: nothing was heard of the command for 0.3 s',
    );
    expect((await connection.runScript('echo well', patient)).stdout).toBe('well\n');
  });

  test('a connection that is lost takes what runs with it, and nothing is done again', async () => {
    const file = files.path('ran');
    const cuts: CommandHandler = (channel, link) => {
      local(channel, link);
      channel.on('data', (chunk: Buffer) => {
        if (chunk.includes('LAST WORDS')) void until(() => existsSync(file)).then(() => link.end());
      });
    };
    await logIn(local, {}, { ...any, [AS_ROOT]: cuts }, 1);
    const script = `echo once >>${file}; : LAST WORDS; sleep 5`;
    const error = await failure(connection.runScript(script, { ...patient, isLasting: true }));
    expect(error.message).toContain('the connection was lost during a command');
    expect(readFileSync(file, 'utf8')).toBe('once\n');
    expect((await failure(connection.runScript('true', patient))).message).toContain('lost');
  });

  test('one that has not yet done with the script before is asked again, and runs each once', async () => {
    await logIn(local, {}, AS_ROOT, 1);
    server.lingerMs = 100;
    const file = files.path('ran');
    for (let n = 0; n < 4; n += 1) await connection.runScript(`echo ${n} >>${file}`, patient);
    expect(readFileSync(file, 'utf8')).toBe('0\n1\n2\n3\n');
  });

  test('none at all is said', async () => {
    await logIn(local, {}, AS_ROOT, 0);
    expect((await failure(connection.runScript('true', patient))).message).toContain(
      'fred: the host did not run a command',
    );
  });
});
