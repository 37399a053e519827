import { Hosts } from './hosts';
import type { Size } from './terminal';

/** What a person sees while hosts are asked, and afterwards, at sizes that terminals have. */

const names = ['fred', 'ethyl', 'lucy'];
const wide: Size = { columns: 80, rows: 24 };
const small: Size = { columns: 40, rows: 10 };

let hosts: Hosts;
afterEach(() => hosts.close());

/** The first words of the lines, without what turns before them. */
const begins = (screen: readonly string[]) => screen.map((line) => line.slice(2).split(' ')[0]);
const fits = (screen: readonly string[], { columns, rows }: Size) =>
  screen.length <= rows && screen.every((line) => line.length < columns);

describe.each(['plan', 'status', 'log', 'unlock', 'diagram --live', 'drain fred --force'])('%s', (words) => {
  const [command = '', ...more] = words.split(' ');
  const line = [command, 'inventory.json', ...more].join(' ');

  test.each([wide, small])(
    '%j: all hosts are seen while they are asked, and none is left above what comes of it',
    async (size) => {
      hosts = await Hosts.start(...names);
      const release = hosts.hold();
      const terminal = hosts.run(line, size);
      await terminal.shows(/lucy +probe/);
      const view = terminal.screen;
      // A run begins with a line that names it.
      const drawn = view.filter((row) => !/^(?: {4}|drain )/.test(row));
      expect(begins(drawn)).toEqual(names);
      expect(fits(view, size)).toBe(true);
      release();
      await terminal.ended;
      const end = terminal.everything.join('\n');
      expect(end).not.toMatch(
        /^(?:..)?(?:fred|ethyl|lucy) +(?:waiting|not at work|not touched|probe\b|connect\b|left)/m,
      );
      expect(end).not.toBe('');
    },
  );
});

test('12 hosts with long names at 40×10: what is drawn fits, tells how many are not seen, and takes a new size', async () => {
  const many = Array.from(
    { length: 12 },
    (_, index) => `balancer-${index + 10}.rack-17.frankfurt.example.io`,
  );
  hosts = await Hosts.start(...many);
  const release = hosts.hold();
  const terminal = hosts.run('log inventory.json', small);
  await terminal.shows('… and 4 more of 12 hosts');
  expect(terminal.screen).toHaveLength(9);
  expect(fits(terminal.screen, small)).toBe(true);
  // Each row says what is done to the host, however long its name is.
  for (const row of terminal.screen.slice(0, -1))
    expect(row).toMatch(/^. balanc\S+ {2}(?:connect|probe|not )/);
  terminal.resize({ columns: 80, rows: 40 });
  await terminal.shows(/balancer-21\S+ {2}probe/);
  terminal.resize(small);
  await terminal.shows('… and 4 more of 12 hosts');
  expect(fits(terminal.screen, small)).toBe(true);
  release();
  expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
  expect(terminal.screen.at(-1)).toBe('no runs yet');
});

test('status --watch draws in place, takes a new size, and Ctrl-C ends it with 130', async () => {
  hosts = await Hosts.start('fred');
  const terminal = hosts.run('status inventory.json --watch --interval 0.2', small);
  await terminal.shows(/… \d+ more lines/);
  expect(terminal.screen.length).toBeLessThan(small.rows);
  terminal.resize(wide);
  await terminal.shows(/^pair at /m);
  expect(terminal.screen.filter((row) => row.startsWith('configuration'))).toHaveLength(1);
  terminal.type('\x03');
  expect((await terminal.ended).code).toBe(130);
});

describe('where there is less than a terminal', () => {
  beforeEach(async () => {
    hosts = await Hosts.start('fred');
  });
  const plan = 'plan inventory.json';
  const shell = (line: string, env: Record<string, string | undefined> = {}, size: Partial<Size> = {}) =>
    hosts.shell(line, { env, ...size });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true],
    ['TERM=dumb', { TERM: 'dumb' }, false],
    ['no TERM', { TERM: undefined }, true],
    ['CI=1', { CI: '1' }, true],
  ])('%s: the plan is whole; coloured: %s %s', async (_, env, coloured) => {
    const terminal = shell(`${hosts.commandLine(plan)} 2>err`, env);
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    expect(/\x1b\[\d+m/.test(terminal.raw)).toBe(coloured);
    expect(terminal.everything.at(-1)).toBe('Plan: 1 change on fred (1 directory).');
  });

  test.each([{ TERM: 'dumb' }, { CI: '1' }])('%j: nothing is drawn in place', async (env) => {
    const terminal = shell(hosts.commandLine(plan), env);
    expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
    expect(terminal.raw).not.toMatch(/\x1b\[(?:\d*[AJK]|\?)/);
    expect(terminal.everything.join('\n')).toMatch(/fred +probe +ok/);
  });

  test('in a file and in a pipe there are no codes, unless FORCE_COLOR asks for them', async () => {
    const line = hosts.commandLine(plan);
    const terminal = shell(
      `${line} >out 2>err; cat out err | cat -v; FORCE_COLOR=1 ${line} 2>err | grep -c "$(printf '\\033')"`,
    );
    await terminal.ended;
    const [count] = terminal.everything.slice(-1);
    expect(Number(count)).toBeGreaterThan(0);
    expect(terminal.everything.slice(0, -1).join('\n')).not.toContain('^[');
    expect(terminal.everything).toContain('Plan: 1 change on fred (1 directory).');
  });

  test.each(['plan inventory.json', 'apply inventory.json --yes --steady 0'])(
    '%s | head -n 1: it comes to its end, and is silent about it',
    async (words) => {
      const terminal = shell(
        `exec 3>&1; { ${hosts.commandLine(words)}; echo "exit $?" >&3; } 2>err | head -n 1; cat err`,
      );
      await terminal.ended;
      expect(terminal.everything).toContain('exit 0');
      expect(terminal.everything.join('\n')).not.toMatch(/EPIPE|error/);
      expect(hosts.locks()).toEqual([undefined]);
    },
  );

  test('status --watch | head -n 1: it ends with its reader, before the next look', async () => {
    const line = hosts.commandLine('status inventory.json --watch --interval 3600');
    const terminal = shell(`exec 3>&1; { ${line}; echo "exit $?" >&3; } 2>err | head -n 1; cat err`);
    await terminal.ended;
    expect(terminal.everything.slice(1)).toEqual(['exit 141']);
  });

  test('a terminal that says it has no size: whole lines, and a question', async () => {
    const terminal = shell(`stty rows 0 cols 0; exec ${hosts.commandLine('apply inventory.json')}`);
    await terminal.shows('[y/N]');
    expect(terminal.raw).not.toMatch(/\x1b\[\d*A/);
    terminal.type('n\r');
    expect(await terminal.ended).toEqual({ code: 1, signal: 0 });
  });

  test('nobody to ask: that is said before a host is asked, the plan is shown, nothing is done, exit 2', async () => {
    const before = hosts.trees();
    const release = hosts.hold();
    const terminal = shell(`${hosts.commandLine('apply inventory.json')} </dev/null; echo "exit $?"`);
    await terminal.shows('there is nobody to ask');
    release();
    await terminal.ended;
    const said = terminal.everything.join('\n');
    expect(said).toMatch(
      /nobody to ask[\s\S]*1 change[\s\S]*Plan: 1 change[\s\S]*say --yes to apply without a question\nexit 2$/,
    );
    expect(hosts.trees()).toEqual(before);
  });

  test('the window is closed while hosts are asked: the process ends', async () => {
    const release = hosts.hold();
    const terminal = hosts.run('status inventory.json');
    await terminal.shows('probe');
    terminal.close();
    expect(await terminal.ended).toEqual({ code: 130, signal: 0 });
    release();
  });
});

test.each([wide, small])('diagram at %j: its colours are colours, and no row is broken', async (size) => {
  hosts = await Hosts.start('fred');
  const terminal = hosts.shell(
    hosts.commandLine('diagram inventory.json').replace(/ --ssh-config .*/, ''),
    size,
  );
  expect(await terminal.ended).toEqual({ code: 0, signal: 0 });
  expect(terminal.raw).toContain('\x1b[1m');
  expect(terminal.everything[0]).toBe('pair: the way of a packet');
  expect(terminal.everything.filter((row) => row.includes('^['))).toEqual([]);
  expect(terminal.everything.filter((row) => row.length > size.columns)).toEqual([]);
});
