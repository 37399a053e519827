import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hosts, type Program, programs } from './hosts';
import { keys, type Terminal } from './terminal';

/** Every question of every command, on a terminal, answered in every way. */

let hosts: Hosts;
beforeEach(async () => {
  hosts = await Hosts.start('fred');
});
afterEach(() => hosts.close());

const one = () => [...hosts.boxes.values()][0] as NonNullable<ReturnType<Hosts['boxes']['get']>>;

/** Begins the command, and comes to its question. */
async function asked(words: string, options: Parameters<Hosts['run']>[1] = {}): Promise<Terminal> {
  const terminal = hosts.run(words, options);
  await terminal.shows('[y/N]');
  return terminal;
}

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

/** Brings the hosts to where the command has a question. */
const ready: Record<string, () => Promise<unknown>> = {
  apply: async () => undefined,
  async push() {
    one().write('srv/keep', '');
    hosts.wants({ type: 'file', path: `${one().host}/srv/file`, content: 'new\n' });
  },
  async rollback() {
    one().write('srv/keep', '');
    hosts.wants({ type: 'file', path: `${one().host}/srv/file`, content: 'new\n' });
    expect(await hosts.run('apply inventory.json --yes --steady 0').ended).toMatchObject({ code: 0 });
  },
};
const commands = Object.keys(ready);
const answers: [string, (terminal: Terminal) => void, number][] = [
  ['n', (terminal) => terminal.type('n\r'), 1],
  ['nothing but Enter', (terminal) => terminal.type('\r'), 1],
  ['something else', (terminal) => terminal.type('yeah\r'), 1],
  ['Ctrl-D', (terminal) => terminal.type(keys.ctrlD), 1],
  ['Ctrl-C', (terminal) => terminal.type(keys.ctrlC), 130],
  ['half a word, then Ctrl-C', (terminal) => terminal.type(`y${keys.ctrlC}`), 130],
  ['the terminal closed', (terminal) => terminal.close(), 130],
];

describe.each(commands)('%s', (command) => {
  test.each(answers)('%s: nothing is done', async (_, answer, code) => {
    await ready[command]?.();
    const before = hosts.trees();
    const terminal = await asked(`${command} inventory.json`);
    expect(terminal.everything.join('\n')).toMatch(/: \d changes? on fred /);
    answer(terminal);
    expect(await terminal.ended).toEqual({ code, signal: 0 });
    expect(hosts.trees()).toEqual(before);
    expect(hosts.locks()).toEqual([undefined]);
    expect(isGone(terminal.pid)).toBe(true);
  });

  test.each(Object.keys(programs) as Program[])('y, by the %s program: it is done', async (program) => {
    await ready[command]?.();
    const before = hosts.trees();
    const terminal = await asked(`${command} inventory.json --steady 0`, { program });
    terminal.type('y\r');
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    // Where it took long, its times stand on a second line.
    expect(terminal.everything.slice(-2).join('\n')).toMatch(/^done: [^\n]*(?:\n {2}.*)?$/m);
    expect(hosts.trees()).not.toEqual(before);
    expect(hosts.locks()).toEqual([undefined]);
  });
});

test('what was typed before the question is no answer to it', async () => {
  const release = hosts.hold();
  const terminal = hosts.run('apply inventory.json');
  await terminal.shows('probe');
  terminal.type('y\ry');
  // The kernel shows what is typed: it has it by now.
  await terminal.hears('y\r\ny');
  release();
  await terminal.shows('[y/N]');
  terminal.type('n\r');
  expect(await terminal.ended).toMatchObject({ code: 1 });
  expect(terminal.everything.at(-2)).toMatch(/\[y\/N\] n$/);
});

test('Ctrl-C while hosts are asked leaves with nothing done, and without a question', async () => {
  const before = hosts.trees();
  const release = hosts.hold();
  const terminal = hosts.run('apply inventory.json');
  await terminal.shows('probe');
  terminal.type(keys.ctrlC);
  expect(await terminal.ended).toEqual({ code: 130, signal: 0 });
  release();
  expect(terminal.everything.join('\n')).not.toContain('[y/N]');
  expect(hosts.trees()).toEqual(before);
});

test('Ctrl-C while adopt reads says that nothing was written', async () => {
  const said = JSON.parse(readFileSync(join(hosts.folder, 'inventory.json'), 'utf8')) as {
    hosts: { fred: { address: string; ssh: { port: number } } };
  };
  const { address, ssh } = said.hosts.fred;
  const config = readFileSync(join(hosts.folder, 'config'), 'utf8');
  hosts.write('config', `Host fred\n  HostName ${address}\n  Port ${ssh.port}\n  User root\n\n${config}`);
  const release = hosts.hold();
  const terminal = hosts.run('adopt fred --out shop');
  await terminal.shows('probe');
  terminal.type(keys.ctrlC);
  expect(await terminal.ended).toEqual({ code: 130, signal: 0 });
  release();
  expect(terminal.everything.join(' ')).toContain('stopped: no host was changed, and nothing was written');
});

test.each(['--quiet', '--json'])('%s: the question shows what it is about all the same', async (option) => {
  const terminal = await asked(`apply inventory.json ${option}`);
  expect(terminal.everything.join('\n')).toMatch(/\+ create directory .*srv\/one/);
  terminal.type('n\r');
  expect(await terminal.ended).toMatchObject({ code: 1 });
});

test('where all output goes elsewhere, the terminal is asked all the same', async () => {
  const words = `${hosts.commandLine('apply inventory.json')} >out 2>&1`;
  const terminal = hosts.shell(words);
  await terminal.shows('[y/N]');
  terminal.type('y\r');
  expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
});

describe('a run that is alive', () => {
  /** A command that waits for the test. */
  function untilTold() {
    const { host } = one();
    const run = `while [ -d ${host} ] && [ ! -e ${host}/go ]; do sleep 0.1; done`;
    return { type: 'command', run, creates: `${host}/go` };
  }

  /** One that waits for the test. */
  async function living(): Promise<{ goOn: () => void; ended: Terminal['ended'] }> {
    hosts.wants(untilTold());
    const first = hosts.run('apply inventory.json --yes --steady 0 --confirm-within 600');
    await first.shows(/commit 1\/1 run/);
    return { goOn: () => one().write('go', ''), ended: first.ended };
  }

  test.each(
    ['apply', 'push', 'rollback', 'replace', 'drill', 'reboot'].flatMap((command) => [
      [command, ''],
      [command, ' --yes'],
    ]),
  )('%s%s: refused, before anything is asked', async (command, yes) => {
    const run = await living();
    const host = command === 'replace' ? ' fred' : '';
    const terminal = hosts.run(`${command} inventory.json${host}${yes}`);
    expect(await terminal.ended).toEqual({ code: 3, signal: 0 });
    const shown = terminal.everything.join(' ').replace(/\s+/g, ' ');
    expect(shown).toMatch(
      /error: fred: locked by \S+ since \S+ \S+ \(run \S+\): nothing was changed; it is at work there; then it waits 10m 00s for its operator/,
    );
    expect(shown).not.toContain('[y/N]');
    run.goOn();
    expect(await run.ended).toMatchObject({ code: 0 });
  });

  test.each(answers)('unlock --force, %s: it lives on', async (_, answer, code) => {
    const run = await living();
    const terminal = await asked('unlock inventory.json --force');
    answer(terminal);
    expect(await terminal.ended).toEqual({ code, signal: 0 });
    expect(hosts.locks()).not.toEqual([undefined]);
    run.goOn();
    expect(await run.ended).toMatchObject({ code: 0 });
  });

  test('unlock --force, y: it is ended, and all is as before', async () => {
    one().write('srv/keep', '');
    const before = one().tree('srv');
    const run = await living();
    const terminal = await asked('unlock inventory.json --force');
    terminal.type('y\r');
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    expect(hosts.locks()).toEqual([undefined]);
    expect(one().tree('srv')).toEqual(before);
    expect((await run.ended).code).not.toBe(0);
  });

  test('Ctrl-C: it says what will happen, finishes the step under way, and does what it said', async () => {
    hosts.wants(untilTold());
    const terminal = await asked('apply inventory.json --steady 0');
    terminal.type('y\r');
    await terminal.shows(/commit 1\/1 run/);
    terminal.type(keys.ctrlC);
    await terminal.shows(
      /stopping: the step under way is finished first; press Ctrl-C again to\s+leave at once/,
    );
    one().write('go', '');
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    expect(hosts.locks()).toEqual([undefined]);
    expect(one().tree('srv/one')).toHaveLength(1);
  });

  test('Ctrl-C twice: it leaves at once, and the host restores itself', async () => {
    one().write('srv/keep', '');
    const before = one().tree('srv');
    hosts.wants(untilTold());
    const terminal = await asked('apply inventory.json --confirm-within 10');
    terminal.type('y\r');
    await terminal.shows(/commit 1\/1 run/);
    terminal.type(keys.ctrlC);
    await terminal.shows('stopping: ');
    terminal.type(keys.ctrlC);
    expect(await terminal.ended).toEqual({ code: 130, signal: 0 });
    expect(terminal.everything.join('\n')).toMatch(
      /left at once: .*haprov\s+log\s+shows\s+how\s+it\s+ended/s,
    );
    expect(terminal.everything.join('\n')).toMatch(/fred +left at commit/);
    expect(hosts.locks()).not.toEqual([undefined]);
    one().write('go', '');
    while (one().lock !== undefined) await new Promise((done) => setTimeout(done, 100));
    expect(one().tree('srv')).toEqual(before);
  });

  test('its terminal is closed: the step under way is finished, the host is whole, the process ends', async () => {
    hosts.wants(untilTold());
    const terminal = await asked('apply inventory.json');
    terminal.type('y\r');
    await terminal.shows(/commit 1\/1 run/);
    terminal.close();
    one().write('go', '');
    const { signal } = await terminal.ended;
    expect(signal).toBe(0);
    expect(isGone(terminal.pid)).toBe(true);
    expect(hosts.locks()).toEqual([undefined]);
    expect(one().tree('srv/one')).toHaveLength(1);
  });
});

test('push says what it leaves for apply', async () => {
  one().write('srv/one/keep', '');
  hosts.wants({ type: 'command', run: 'true', creates: `${one().host}/srv/one/made` });
  const terminal = hosts.run('push inventory.json --yes');
  expect(await terminal.ended).toMatchObject({ code: 0 });
  const said = terminal.everything.join('\n');
  expect(said).toContain('Nothing to change on fred; 1 change is left for haprov apply.');
  expect(said).toMatch(/done: nothing to change; 1 change is left for haprov apply/);
});

test('--only makes a part, asks for no more, and says what it leaves', async () => {
  const text = {
    type: 'file',
    path: `${one().host}/srv/one/text`,
    content: 'x\n',
    owner: 'root',
    group: 'root',
  };
  hosts.wants(text, { ...text, path: `${one().host}/srv/one/other` });
  const terminal = hosts.run(`apply inventory.json --yes --only directory,${one().host}/srv/**/text`);
  expect(await terminal.ended).toMatchObject({ code: 0 });
  expect(terminal.everything.join('\n')).toContain('1 change is left for haprov apply');
  expect(
    one()
      .tree('srv/one')
      .filter((row) => /text|other/.test(row)),
  ).toEqual([expect.stringContaining('text')]);
  const wrong = hosts.run('plan inventory.json --only fiel');
  expect(await wrong.ended).toMatchObject({ code: 2 });
  expect(wrong.everything.join(' ').replace(/\s+/g, ' ')).toMatch(
    /--only: no task, type, resource or path is "fiel"; did you mean "?file"?\? what to do: tasks: "One"; types: directory, file;/,
  );
});
