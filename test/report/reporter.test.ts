import type { Event } from '../../src/events/events';
import { createReporter, type ReporterOptions } from '../../src/report/reporter';
import { at, failedRun, failure, goodRun, Sink, stepEnd } from './events';
import { FakeTerminal } from './terminal';

async function report(events: Event[], options: Partial<ReporterOptions> = {}) {
  const stdout = new Sink();
  const stderr = new Sink();
  const defaults = {
    mode: 'plain',
    quiet: false,
    verbose: false,
    color: false,
    isTTY: false,
    env: {},
  } as const;
  const reporter = createReporter({ ...defaults, stdout, stderr, ...options });
  for (const event of events) reporter.handle(event);
  await reporter.close();
  return { out: stdout.text.split('\n').slice(0, -1), err: stderr.text.split('\n').slice(0, -1) };
}

test('of a failed step without a command no empty row is told', async () => {
  const told = async (command: string) =>
    (await report([stepEnd('fred', 'commit', 'write /a', { ...failure, command })])).err.join('\n');
  expect(await told('dnf update')).toContain('  command:    dnf update');
  expect(await told('')).toMatch(/failed at step 3.*\n {2}exit code/);
});

test('plain: progress on stdout, trouble on stderr', async () => {
  const { out, err } = await report(failedRun);
  expect(out).toEqual([
    'apply pair.json on fred, ethyl, run r1',
    'staging on both',
    'ethyl  stage   3/12 write /etc/haproxy/haproxy.cfg … ok 0.2s',
    'ethyl  stage   ok 2.1s',
    'fred   stage   3/12 write /etc/haproxy/haproxy.cfg … failed 0.2s',
    'fred   restore ok 0.1s',
  ]);
  expect(err).toEqual([
    'warning: ethyl: SELinux is permissive',
    'fred: failed at step 3/12 of stage: write /etc/haproxy/haproxy.cfg',
    '  command:    haproxy -c -f /run/new.cfg',
    '  exit code:  1',
    '  stderr, its last 20 lines (7 before them left out):',
    ...Array.from({ length: 20 }, (_, index) => `    line ${index + 8}`),
    '  what to do: Mend the template, then plan again.',
    'fred   stage   failed 0.3s',
    'failed: fred failed, and is restored (3.0s)',
  ]);
});

test('verbose: each line of a command says which host it is for', async () => {
  const { out } = await report(failedRun, { verbose: true });
  expect(out.slice(1, 3)).toEqual(['fred | set -u', 'fred | mv a b']);
});

test('quiet: not a word about what went well', async () => {
  expect(await report(goodRun, { quiet: true })).toEqual({ out: [], err: [] });
});

test('quiet: warnings, what failed, and the failed end', async () => {
  const { err } = await report(failedRun, { quiet: true });
  expect(err[0]).toBe('warning: ethyl: SELinux is permissive');
  expect(err).toContain('  exit code:  1');
  expect(err.at(-1)).toBe('failed: fred failed, and is restored (3.0s)');
});

test('json: the events and nothing else', async () => {
  const { out, err } = await report(failedRun, { mode: 'json', verbose: true });
  expect(out.map((line) => JSON.parse(line))).toEqual(
    failedRun.map((event) => ({ version: 1, ...JSON.parse(JSON.stringify(event)) })),
  );
  expect(err).toEqual([]);
});

test('json: commands only when verbose, and no raw control characters', async () => {
  const text = 'a\x1b[2J\x9b\u2028b';
  const { out } = await report([...failedRun, at({ type: 'message', level: 'info', text })], {
    mode: 'json',
  });
  expect(out.join('')).not.toContain('"command","host"');
  expect(out.at(-1)).toContain('a\\u001b[2J\\u009b\\u2028b');
  expect(JSON.parse(out.at(-1) ?? '').text).toBe(text);
});

test('a host can drive no terminal', async () => {
  const failure = { command: 'a\x1b[2J', exitCode: null, stderr: '\x1b]0;owned\x07\n', hint: '\x9b2J' };
  const events = [
    stepEnd('fred\x1b[A', 'stage', 'write \x1b[31m/etc/a\nfake line', failure),
    at({ type: 'message', level: 'error', host: 'fred', text: '\rall is well' }),
    at({ type: 'phase-end', host: 'fred', phase: 'gate', ok: false, ms: 1, message: '\x1b[1A' }),
    at({ type: 'command', host: 'fred', script: 'printf "\x1b[2J"' }),
  ];
  const { out, err } = await report(events, { verbose: true });
  expect([...out, ...err].join('')).not.toMatch(/\p{Cc}/u);
  expect(err).toContain('  exit code:  none, the command did not end by itself');
});

const verdicts: [0 | 1 | 2 | 3 | 4 | 5, string, 'out' | 'err'][] = [
  [0, 'done: so (1.0s)', 'out'],
  [1, 'failed: so (1.0s)', 'err'],
  [2, 'bad input: so (1.0s)', 'err'],
  [3, 'unreachable or locked: so (1.0s)', 'err'],
  [4, 'NOT RESTORED, hands needed: so (1.0s)', 'err'],
  [5, 'changes pending: so (1.0s)', 'out'],
];
test.each(verdicts)('exit code %d ends with "%s" on std%s', async (exitCode, line, stream) => {
  const end = at({ type: 'run-end', exitCode, ms: 1000, changed: 0, failed: 0, message: 'so' });
  expect((await report([end]))[stream]).toEqual([line]);
});

const selections: [string, Partial<ReporterOptions>, boolean][] = [
  ['auto on a terminal', { mode: 'auto' }, true],
  ['auto in CI', { mode: 'auto', env: { CI: 'true' } }, false],
  ['live in CI', { mode: 'live', env: { CI: 'true' } }, true],
  ['auto on a dumb terminal', { mode: 'auto', env: { TERM: 'dumb' } }, false],
  ['live without a terminal', { mode: 'live', isTTY: false }, false],
  ['live on a terminal of 0 columns', { mode: 'live', stdout: new FakeTerminal(0) }, false],
  ['verbose', { mode: 'auto', verbose: true }, false],
  ['quiet', { mode: 'auto', quiet: true }, false],
  ['plain on a terminal', { mode: 'plain' }, false],
];
test.each(selections)('%s: redraws is %p', async (_, options, redraws) => {
  const terminal = (options.stdout as FakeTerminal | undefined) ?? new FakeTerminal(80);
  await report(goodRun, { isTTY: true, stdout: terminal, ...options });
  expect(terminal.raw.includes('\x1b[')).toBe(redraws);
});

test.each(['plain', 'live'] as const)(
  '%s: while a person types nothing is written; then all that was missed',
  async (mode) => {
    const terminal = new FakeTerminal(80);
    const io = {
      stdout: terminal,
      stderr: terminal,
      isTTY: true,
      quiet: false,
      verbose: false,
      color: false,
    };
    const reporter = createReporter({ ...io, mode, env: { TERM: 'xterm' } });
    reporter.handle(at({ type: 'phase-start', host: 'fred', phase: 'connect' }));
    const goOn = await reporter.silence();
    const before = terminal.raw;
    reporter.handle(at({ type: 'phase-end', host: 'fred', phase: 'connect', ok: true, ms: 100 }));
    reporter.handle(at({ type: 'message', level: 'warning', host: 'ethyl', text: 'SELinux is permissive' }));
    expect(terminal.raw).toBe(before);
    goOn();
    await reporter.close();
    expect(terminal.screen.join('\n')).toContain('ethyl: SELinux is permissive');
  },
);
