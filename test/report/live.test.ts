import { createLiveReporter } from '../../src/report/live';
import { displayWidth } from '../../src/text/format';
import { at, failedRun, goodRun, stepEnd } from './events';
import { FakeTerminal } from './terminal';

function live(columns: number, rows?: number) {
  const terminal = new FakeTerminal(columns, rows);
  return { terminal, reporter: createLiveReporter({ color: false, stdout: terminal, stderr: terminal }) };
}

/** Lets listr2 start its tasks. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** The view is drawn anew when the test says so: `jest.advanceTimersByTime(100)`. */
const redrawsByHand = () =>
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setTimeout'],
  });
afterEach(() => jest.useRealTimers());

test('leaves what became of each host, then the failure in full, then the verdict', async () => {
  const { terminal, reporter } = live(100);
  for (const event of failedRun) {
    reporter.handle(event);
    await settle();
  }
  await reporter.close();
  const { screen } = terminal;
  expect(screen.slice(0, 9)).toEqual([
    'apply pair.json on fred, ethyl, run r1',
    'fred | set -u',
    'fred | mv a b',
    'staging on both',
    'warning: ethyl: SELinux is permissive',
    '✖ fred   failed: stage 3/12 write /etc/haproxy/haproxy.cfg: exit code 1; restored',
    '    stage failed 1 step 0.3s, restore 0.1s',
    '✔ ethyl  staged, 1 step in 2.1s',
    '    stage 1 step 2.1s',
  ]);
  expect(screen).toContain('  what to do: Mend the template, then plan again.');
  expect(screen.at(-1)).toBe('failed: fred failed, and is restored (3.0s)');
});

test.each([20, 40, 120])(
  'at %d columns no line of the view wraps, and messages stay above it',
  async (columns) => {
    const { terminal, reporter } = live(columns);
    for (const event of goodRun.slice(0, 2)) reporter.handle(event);
    await settle();
    reporter.handle(stepEnd('fred', 'commit', `write /etc/${'日本語/long/'.repeat(20)}file`));
    reporter.handle(at({ type: 'message', level: 'info', text: 'a' }));
    reporter.handle(
      at({
        type: 'step-start',
        host: 'fred',
        phase: 'commit',
        index: 4,
        total: 12,
        title: 'write '.repeat(40),
      }),
    );
    await settle();
    reporter.handle(at({ type: 'message', level: 'info', text: 'b' }));
    await reporter.close();
    const view = terminal.screen.slice(terminal.screen.indexOf('a'));
    expect(view.slice(0, 2)).toEqual(['a', 'b']);
    expect(view).toHaveLength(3);
    expect(view[2]).toMatch(/^↓ fred {2}lef/);
    expect(displayWidth(view[2] ?? '')).toBeLessThan(columns);
  },
);

test('a terminal made narrower in between leaves no rubbish', async () => {
  const { terminal, reporter } = live(120);
  reporter.handle(goodRun[0] as never);
  reporter.handle(
    at({ type: 'step-start', host: 'fred', phase: 'stage', index: 1, total: 1, title: 'x'.repeat(80) }),
  );
  await settle();
  reporter.handle(at({ type: 'message', level: 'info', text: 'wide' }));
  terminal.narrowTo(50);
  reporter.handle(at({ type: 'message', level: 'info', text: 'narrow' }));
  await reporter.close();
  expect(terminal.screen.slice(0, 3)).toEqual(['apply pair.json on fred', 'wide', 'narrow']);
  expect(terminal.screen).toHaveLength(4);
});

test('more hosts than lines: the view stays within the terminal, the end shows all', async () => {
  const { terminal, reporter } = live(80, 5);
  const hosts = Array.from({ length: 8 }, (_, index) => `host${index}`);
  reporter.handle(at({ type: 'run-start', command: 'plan', inventory: 'i', hosts }));
  for (const host of hosts) reporter.handle(at({ type: 'phase-start', host, phase: 'probe' }));
  await settle();
  reporter.handle(at({ type: 'message', level: 'info', text: 'hello' }));
  expect(terminal.screen).toHaveLength(2 + 4);
  await reporter.close();
  expect(terminal.screen).toHaveLength(2 + 8);
});

test('a question to hosts that are no run shows every one of them from its first event on, and leaves nothing', async () => {
  const { terminal, reporter } = live(80);
  for (const host of ['fred', 'ethyl', 'lucy']) {
    reporter.handle(at({ type: 'phase-start', host, phase: 'connect' }));
    await settle();
  }
  const hosts = () => terminal.screen.map((line) => line.slice(2).split(' ')[0]);
  expect(hosts()).toEqual(['fred', 'ethyl', 'lucy']);
  for (const host of ['fred', 'ethyl', 'lucy'])
    reporter.handle(at({ type: 'phase-end', host, phase: 'connect', ok: true, ms: 100 }));
  reporter.handle(at({ type: 'message', level: 'info', text: 'the servers of fred are drained' }));
  await reporter.pause?.();
  terminal.write('fred is drained\n');
  await reporter.close();
  expect(terminal.screen).toEqual(['the servers of fred are drained', 'fred is drained']);
});

test('hosts that have answered a question are no longer drawn while others do something with the answers', async () => {
  redrawsByHand();
  const { terminal, reporter } = live(80);
  for (const type of ['phase-start', 'phase-end'] as const)
    for (const host of ['fred', 'ethyl'])
      reporter.handle(
        at({ host, phase: 'probe', ...(type === 'phase-end' ? { type, ok: true, ms: 1 } : { type }) }),
      );
  await settle();
  jest.advanceTimersByTime(100);
  jest.useRealTimers();
  expect(terminal.screen).toEqual([]);
  await reporter.close();
});

test('more hosts than rows: who failed and who is at work is seen, and how many are not', async () => {
  redrawsByHand();
  const { terminal, reporter } = live(40, 6);
  const hosts = Array.from(
    { length: 20 },
    (_, index) => `host${String(index).padStart(2, '0')}.rack.example`,
  );
  reporter.handle(at({ type: 'run-start', command: 'apply', inventory: 'i', hosts }));
  for (const [host, ok] of [
    [hosts[0], true],
    [hosts[3], false],
  ] as const)
    reporter.handle(
      at({ type: 'phase-end', host: host ?? '', phase: 'connect', ok, ms: 1, message: 'refused' }),
    );
  for (const host of [hosts[17], hosts[19]])
    reporter.handle(at({ type: 'phase-start', host: host ?? '', phase: 'stage' }));
  await settle();
  jest.advanceTimersByTime(100);
  jest.useRealTimers();
  const view = terminal.screen.slice(-5);
  expect(view.map((line) => line.slice(2).split(/ {2,}/)[0]?.slice(0, 6))).toEqual([
    'host01',
    'host03',
    'host17',
    'host19',
    '… and ',
  ]);
  expect(view.at(-1)).toBe('  … and 16 more of 20 hosts');
  expect(view[2]).toMatch(/ {2}stage \S/);
  await reporter.close();
});

test('what each phase took is whole in the end, however narrow the terminal is', async () => {
  const { terminal, reporter } = live(40);
  reporter.handle(at({ type: 'run-start', command: 'apply', inventory: 'i', hosts: ['fred'] }));
  const phases = ['stage', 'commit', 'gate', 'confirm', 'unlock'] as const;
  for (const phase of phases) {
    reporter.handle(at({ type: 'phase-start', host: 'fred', phase }));
    reporter.handle(at({ type: 'phase-end', host: 'fred', phase, ok: true, ms: 2100 }));
  }
  reporter.handle(at({ type: 'run-end', exitCode: 0, ms: 1, changed: 1, failed: 0, message: 'done' }));
  await reporter.close();
  expect(terminal.screen.slice(-3, -1)).toEqual([
    '    stage 2.1s, commit 2.1s, gate 2.1s,',
    '    confirm 2.1s, unlock 2.1s',
  ]);
});

test('what a host became is whole in the end, however narrow the terminal is', async () => {
  const { terminal, reporter } = live(40);
  for (const event of goodRun.slice(0, -1)) reporter.handle(event);
  reporter.handle(at({ type: 'phase-end', host: 'fred', phase: 'confirm', ok: true, ms: 100 }));
  reporter.handle(goodRun.at(-1) as never);
  await reporter.close();
  expect(terminal.screen.slice(1, 3)).toEqual(['✔ fred  committed and confirmed in 0.5s', expect.anything()]);
  const narrow = live(30);
  for (const event of goodRun.slice(0, -1)) narrow.reporter.handle(event);
  narrow.reporter.handle(at({ type: 'phase-end', host: 'fred', phase: 'confirm', ok: true, ms: 100 }));
  narrow.reporter.handle(goodRun.at(-1) as never);
  await narrow.reporter.close();
  expect(narrow.terminal.screen.slice(1, 3)).toEqual(['✔ fred  committed and', '        confirmed in 0.5s']);
});

test('hosts that are asked after the run, or before a refusal, leave no row', async () => {
  const looks = (['connect', 'probe'] as const).map((phase) =>
    at({ type: 'phase-end', host: 'fred', phase, ok: true, ms: 100 }),
  );
  const after = live(80);
  for (const event of goodRun) after.reporter.handle(event);
  await settle();
  for (const event of looks) after.reporter.handle(event);
  await settle();
  await after.reporter.close();
  expect(after.terminal.screen.slice(1)).toEqual([
    '✔ fred  committed, 1 step in 0.4s',
    '    commit 1 step 0.4s',
    'done: 1 change on fred (0.5s)',
  ]);
  const before = live(80);
  for (const event of [goodRun[0] as never, ...looks]) before.reporter.handle(event);
  await settle();
  await before.reporter.close();
  expect(before.terminal.screen).toEqual(['apply pair.json on fred']);
});

test('a host that the run is not for, and that is only looked at, is not among those that it leaves', async () => {
  const { terminal, reporter } = live(80);
  reporter.handle(at({ type: 'run-start', command: 'patch', inventory: 'i', hosts: ['ethyl', 'lucy'] }));
  await reporter.pause?.();
  for (const host of ['fred', 'ethyl'])
    reporter.handle(at({ type: 'phase-end', host, phase: 'probe', ok: true, ms: 100 }));
  await settle();
  reporter.handle(at({ type: 'phase-end', host: 'ethyl', phase: 'commit', ok: false, ms: 100 }));
  reporter.handle(at({ type: 'run-end', exitCode: 1, ms: 1, changed: 0, failed: 1, message: 'ethyl' }));
  await reporter.close();
  expect(terminal.screen.filter((line) => /^[✔✖↓]/.test(line))).toEqual([
    '✖ ethyl  failed: commit',
    '↓ lucy   not touched',
  ]);
});

test('an interrupted run says where each host was left, and the cursor shows after every write', async () => {
  const { terminal, reporter } = live(80);
  const write = terminal.write.bind(terminal);
  const cursor: boolean[] = [];
  terminal.write = (text: string) => {
    write(text);
    cursor.push(terminal.cursorShown);
  };
  reporter.handle(
    at({ type: 'run-start', command: 'apply', inventory: 'i', hosts: ['fred', 'ethyl', 'lucy'] }),
  );
  reporter.handle(at({ type: 'phase-start', host: 'fred', phase: 'commit' }));
  reporter.handle(at({ type: 'phase-end', host: 'ethyl', phase: 'stage', ok: true, ms: 100 }));
  await reporter.close();
  await reporter.close();
  expect(terminal.screen.slice(1)).toEqual([
    expect.stringMatching(/^↓ fred {3}left at commit/),
    '↓ ethyl  left after stage',
    '    stage 0.1s',
    '↓ lucy   not touched',
  ]);
  expect(cursor).not.toContain(false);
});

test('a pause leaves the screen to others, and the next event begins a new view below', async () => {
  const { terminal, reporter } = live(80);
  reporter.handle(goodRun[0] as never);
  // The other one is asked what it serves meanwhile, and is no part of the run.
  for (const host of ['fred', 'ethyl'])
    reporter.handle(at({ type: 'phase-end', host, phase: 'probe', ok: true, ms: 100 }));
  await reporter.pause?.();
  terminal.write('Apply? yes\n');
  for (const event of goodRun.slice(1)) reporter.handle(event);
  await reporter.close();
  expect(terminal.screen).toEqual([
    'apply pair.json on fred',
    'Apply? yes',
    '✔ fred  committed, 1 step in 0.4s',
    '    commit 1 step 0.4s',
    'done: 1 change on fred (0.5s)',
  ]);
});

test('why a phase failed is told in full, however narrow the view', async () => {
  const { terminal, reporter } = live(40);
  const message = 'connect ECONNREFUSED 192.0.2.11:22 after three attempts';
  reporter.handle(goodRun[0] as never);
  reporter.handle(at({ type: 'phase-end', host: 'fred', phase: 'gate', ok: false, ms: 100, message }));
  reporter.handle(at({ type: 'phase-end', host: 'fred', phase: 'restore', ok: true, ms: 100 }));
  await reporter.close();
  expect(terminal.screen.slice(-3).join('')).toContain(`fred  gate    failed 0.1s: ${message}`);
  // The host's row points to it.
  expect(terminal.screen).toContainEqual(expect.stringMatching(/^✖ fred +failed: gate; restored$/));
  expect(terminal.screen.join('').split('ECONNREFUSED')).toHaveLength(2);
});

test('takes no signal handlers', async () => {
  const before = process.listenerCount('SIGINT');
  const { reporter } = live(80);
  for (const event of goodRun.slice(0, 3)) reporter.handle(event);
  await settle();
  expect(process.listenerCount('SIGINT')).toBe(before);
  await reporter.close();
});
