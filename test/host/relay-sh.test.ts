import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel, CommandEnd } from '../../src/host/channel';
import { Relay, relayScript } from '../../src/host/relay';
import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { isRunning, until } from '../support/running';

/** Many scripts over one shell, as over one channel of a host that opens no more. */

interface Ended {
  stdout: string;
  stderr: string;
  ending: CommandEnd | undefined;
}

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  let child: ChildProcessWithoutNullStreams;
  let relay: Relay;
  let gone: Promise<void>;

  beforeEach(async () => {
    box = new Sandbox(shell);
    child = box.start(relayScript, { isEnd: false });
    gone = new Promise((resolve) => child.once('close', () => resolve()));
    void gone.then(() => relay.lose());
    await new Promise<void>((resolve) => {
      relay = new Relay(child.stdin, resolve);
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => relay.hear(chunk));
    });
  });
  afterEach(async () => {
    child.stdin.end();
    await gone;
    box.dispose();
  });

  function run(script: string): Promise<Ended> & { channel: Channel } {
    const channel = relay.open();
    const heard = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      channel[name].setEncoding('utf8').on('data', (chunk: string) => {
        heard[name] += chunk;
      });
    channel.stdin.end(script);
    const ended = new Promise<Ended>((resolve) => channel.onEnd((ending) => resolve({ ...heard, ending })));
    return Object.assign(ended, { channel });
  }
  const file = (name: string) => join(box.host, name);

  test('output, standard error and exit code of each; quotes, characters of several bytes, no last line end', async () => {
    const all = await Promise.all([
      run(`echo "it's" 'a "word"'; printf 'Grüße 東京' >&2; exit 7`),
      run(''),
      run('kill -TERM $$'),
      run("cat <<'END'\nrelay 9 \\$HOME `x`\nEND\n"),
    ]);
    expect(all).toEqual([
      { stdout: `it's a "word"\n`, stderr: 'Grüße 東京', ending: { code: 7 } },
      { stdout: '', stderr: '', ending: { code: 0 } },
      { stdout: '', stderr: expect.any(String), ending: { code: 143 } },
      { stdout: 'relay 9 \\$HOME `x`\n', stderr: '', ending: { code: 0 } },
    ]);
  });

  test('scripts run side by side, and none waits for another', async () => {
    const first = run(`until [ -e ${file('end')} ]; do sleep 0.05; done; echo first`);
    expect(await run(`: >${file('end')}; echo second`)).toMatchObject({ stdout: 'second\n' });
    expect(await first).toMatchObject({ stdout: 'first\n', ending: { code: 0 } });
  });

  test('much output of several at once is not mixed, and is all there; neither is a large script', async () => {
    const lines = (letter: string) => `${letter.repeat(99)}\n`.repeat(1500);
    const print = (letter: string, to: string) =>
      `awk 'BEGIN { for (i = 0; i < 1500; i++) { for (j = 0; j < 99; j++) printf "${letter}"; print "" } }' ${to}`;
    const all = await Promise.all(
      ['a', 'b', 'c'].map((letter) => run(`${print(letter, '>&2')}\n${print(letter, '')}`)),
    );
    expect(all.map(({ stdout, stderr }) => [stdout, stderr])).toEqual(
      ['a', 'b', 'c'].map((letter) => [lines(letter), lines(letter)]),
    );
    expect(await run(`: '${'x'.repeat(500_000)}'\necho done`)).toMatchObject({ stdout: 'done\n' });
  });

  test('a flood that nobody wants any more ends, and others go on', async () => {
    const flood = run(`echo $$ >${file('pid')}; exec yes`);
    await new Promise((resolve) => flood.channel.stdout.once('data', resolve));
    flood.channel.close();
    expect((await flood).ending).toBeUndefined();
    await until(() => !isRunning(readFileSync(file('pid'), 'utf8').trim()));
    expect(await run('echo well')).toMatchObject({ stdout: 'well\n' });
  });

  test('what is running when the shell goes is lost, and ends when it says something', async () => {
    const lost = run(`echo $$ >${file('pid')}; echo begun; while :; do echo more; sleep 0.1; done`);
    await new Promise((resolve) => lost.channel.stdout.once('data', resolve));
    child.stdout.destroy();
    child.kill('SIGKILL');
    expect((await lost).ending).toBeUndefined();
    await until(() => !isRunning(readFileSync(file('pid'), 'utf8').trim()));
    expect((await run('true')).ending).toBeUndefined();
  });
});
