import { buildProbe } from '../../src/host/probe';
import { packages } from '../../src/resources/package';
import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { until } from '../support/running';

/** Prints the state and the command of each stopped process that has the given one above it. */
const lastBelow = `last_below() {
  for stat in /proc/[0-9]*/stat; do
    up=\${stat#/proc/}; up=\${up%/stat}; own=$up
    grep -q ') T ' "$stat" 2>/dev/null || continue
    while [ "\${up:-0}" -gt 1 ] && [ "$up" != "$1" ]; do up=$(sed 's/.*) . //; s/ .*//' "/proc/$up/stat" 2>/dev/null); done
    [ "$up" = "$1" ] && { printf 'T '; tr '\\0\\n' '  ' <"/proc/$own/cmdline"; echo; }
  done
  return 0
}`;

/** A question that a host does not answer: it is known which, what it waits for, and nothing is left of it. */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());

  test.each([
    ['by itself', ['httpd'], 'package httpd'],
    ['with others', ['httpd', 'psmisc'], 'packages'],
  ])('rpm that was stopped, asked %s', async (_how, names, question) => {
    box.fake('rpm', '"-q --qf "*) kill -STOP $$ ;;');
    const asked = names.map((name) => {
      const spec = packages.schema.parse({ type: 'package', names: [name] });
      return { id: `package ${name}`, script: packages.probe(spec), asksFor: packages.asksFor?.(spec) };
    });
    const before = { id: 'before', script: 'echo fine' };
    const probe = buildProbe([before, ...asked]);
    const followed = probe.follow();
    const child = box.start(probe.script);
    child.stdout.on('data', (chunk: Buffer) => followed.hear(chunk.toString()));
    const ended = new Promise((done) => child.on('close', done));
    const stopped = async () => (await box.send(`${lastBelow}\nlast_below ${followed.pid}`)).stdout;
    await until(async () => followed.question === question && (await stopped()).includes('rpm -q'));
    expect(followed.pid).toMatch(/^[0-9]+$/);

    const { stdout } = await box.send(compose(`end_hung ${followed.pid}`));
    expect(stdout).toMatch(/^T \/bin\/sh \S+\/rpm -q --qf \S+/);
    expect(stdout.split('\n')).toHaveLength(2);
    await ended;
    expect(await box.send(compose(`end_hung ${followed.pid}`))).toMatchObject({ stdout: '' });
  });

  test('who starts another where one is ended leaves none behind', async () => {
    const again = "while :; do sh -c 'kill -STOP $$'; done";
    const child = box.start(`echo $$\nfor n in 1 2 3 4 5 6 7 8 9 10; do ( ${again} ) & done\nwait\n`);
    const ended = new Promise((done) => child.on('close', done));
    const pid = await new Promise<string>((done) =>
      child.stdout.once('data', (said) => done(String(said).trim())),
    );
    // All that wait, and nothing else is under way.
    const stopped = async () => (await box.send(`${lastBelow}\nlast_below ${pid}`)).stdout;
    await until(async () => /^(T .*kill -STOP.*\n){10}$/.test(await stopped()));
    await box.send(compose(`end_hung ${pid}`));
    await ended;
  });
});
