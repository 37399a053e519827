import { UsageError } from '../../src/errors';
import type { RecordedRun } from '../../src/host/history';
import { mergeRuns, runWithStages } from '../../src/library/log';
import { type LoggedRun, type LoggedStep, renderLog, whyEnded } from '../../src/report/log-text';
import { displayWidth } from '../../src/text/format';
import { aRun, onHost, step } from '../support/runs';

const steps = [
  { type: 'file', target: '/etc/haproxy/haproxy.cfg', action: 'update' },
  { type: 'service', target: 'haproxy', action: 'reload' },
];
const whole = (
  run: string,
  state: RecordedRun['state'],
  journal: RecordedRun['journal'] = [],
): RecordedRun => ({
  run,
  state,
  number: 0,
  format: 2,
  alive: false,
  journal,
  manifest: {
    run,
    owner: 'lucille.mcgillicuddy@a-laptop-with-a-long-name.example.com',
    startedAt: '2026-11-22T21:58:18.309Z',
    command: 'apply',
    inventory: 'cluster37',
    steps,
  },
});
const { manifest: _, ...damaged } = whole('20260103T000000Z-ccc', 'finished');
const refused: RecordedRun['journal'] = [
  { at: 1000, entry: { event: 'start', step: 1, parts: ['check', 'stage'] } },
  { at: 1200, entry: { event: 'done', step: 1, ms: 200 } },
  {
    at: 1500,
    entry: {
      event: 'failed',
      step: 1,
      part: 'validate',
      code: 1,
      command: 'haproxy_check /etc/haproxy/.haproxy.cfg.haprov-20260102T000000Z-bbb',
      output: 'unknown keyword \u001b[31m\nrefused',
    },
  },
];
const runs = mergeRuns([
  [
    'fred',
    [damaged, whole('20260102T000000Z-bbb', 'restored', refused), whole('20260101T000000Z-aaa', 'finished')],
  ],
  ['ethyl', [whole('20260102T000000Z-bbb', 'restored'), whole('20260101T000000Z-aaa', 'finished')]],
]);
const render = (list: LoggedRun[], columns: number, full = false) =>
  renderLog(list, { color: false, columns, full, inventory: 'pair.json' });

test('newest first, one entry a run', () => {
  expect(runs.map(({ run, hosts }) => [run, hosts.map(({ host, result }) => `${host} ${result}`)])).toEqual([
    ['20260103T000000Z-ccc', ['fred finished']],
    ['20260102T000000Z-bbb', ['fred restored', 'ethyl restored']],
    ['20260101T000000Z-aaa', ['fred finished', 'ethyl finished']],
  ]);
});

test('what a failure leaves out is to be had by a command that can be pasted', () => {
  expect(render(runs, 80)).toContain('all of it: haprov log pair.json 20260102T000000Z-bbb --limit fred\n');
});

test.each([40, 80])('fits %i columns', (columns) => {
  const rows = render(runs, columns).split('\n');
  expect(rows.filter((row) => displayWidth(row) > columns)).toEqual([]);
  expect(rows.join('\n')).not.toContain('\u001b');
});

test('short: hosts that did the same together, the last word of a failure', () => {
  const text = render(runs, 80);
  expect(text).toContain('  fred, ethyl: finished, 2 changes\n      update file /etc/haproxy/haproxy.cfg\n');
  expect(text).toContain(
    '    ✖ update file /etc/haproxy/haproxy.cfg\n      validate failed, exit code 1\n      refused\n',
  );
  expect(text).not.toContain('haproxy_check');
});

test('short: a step that failed is among those that are shown, however many there are', () => {
  const [run] = runs.filter(({ hosts }) => hosts.some((host) => host.steps.length > 0));
  const [host] = run?.hosts ?? [];
  const [step] = host?.steps ?? [];
  if (!run || !host || !step) throw new Error('no step');
  const steps = Array.from({ length: 14 }, (_, at) => ({
    ...step,
    target: `/f${at}`,
    status: at === 9 ? ('failed' as const) : ('undone' as const),
  }));
  const rows = render([{ ...run, hosts: [{ ...host, steps }] }], 80).split('\n');
  expect(rows.filter((row) => /\/f\d|more/.test(row)).map((row) => row.trim().split(' ').at(-1))).toEqual([
    ...['/f0', '/f1', '/f2', '/f3', '/f4', '/f9'],
    'more',
  ]);
  expect(rows.at(-1)).toBe('    … and 8 more');
});

test('in full: each host, times, the command and all that it said, made visible', () => {
  const text = render(runs.slice(1, 2), 80, true);
  expect(text).toContain('  fred: restored, 2 changes, 0.5s');
  expect(text).toContain('✖ update file /etc/haproxy/haproxy.cfg 0.2s');
  expect(text).toContain('$ haproxy_check /etc/haproxy/.haproxy.cfg');
  expect(text).toContain('unknown keyword ^[[31m');
});

test('a run of a newer haprov: what it came to, and who says more', () => {
  const { manifest: _manifest, ...newer } = { ...whole('20260104T000000Z-ddd', 'finished'), format: 3 };
  const merged = mergeRuns([['fred', [newer]]]);
  expect(merged[0]?.hosts).toEqual([
    { host: 'fred', result: 'finished', state: 'finished', ms: 0, changes: 0, steps: [], unknownFormat: 3 },
  ]);
  expect(render(merged, 80)).toContain(
    'fred: finished, made by a newer haprov, whose log says more (format 3)',
  );
});

describe('with what was changed', () => {
  const [run] = mergeRuns([
    ['fred', [whole('20260101T000000Z-aaa', 'finished')]],
    ['ethyl', [whole('20260101T000000Z-aaa', 'finished')]],
  ]);
  const diff = (to: string) => ({ text: { from: 'a\n', to }, notes: ['a note'] });
  const changed = (to: (host: string) => string): LoggedRun[] => [
    {
      ...(run as LoggedRun),
      hosts: (run as LoggedRun).hosts.map((host) => ({
        ...host,
        steps: host.steps.map((step, at) => ({
          ...step,
          ...(at === 0 ? diff(to(host.host)) : { attributes: [{ name: 'active', from: 'no', to: 'yes' }] }),
        })),
      })),
    },
  ];

  test('a diff stands once, whoever it is of', () => {
    const text = render(
      changed(() => '\u001b[2Jb\n'),
      80,
      true,
    );
    expect(text).toContain('      -a\n      +^[[2Jb\n      note: a note\n');
    expect(text.match(/\+\^\[\[2Jb/g)).toHaveLength(1);
    expect(text).toContain('(the same diff as on fred)');
    expect(text).toContain('active no → yes');
  });

  test('and as often as there are different ones', () => {
    const text = render(
      changed((host) => `${host}\n`),
      80,
      true,
    );
    expect([text.includes('+fred'), text.includes('+ethyl')]).toEqual([true, true]);
  });
});

test('nothing yet', () => {
  expect(render([], 80)).toBe('no runs yet');
});

test('one run is purged, with its stages: a part of its name that others have, too, is refused', () => {
  const names = ['20260102T000000Z-bbb', '20260101T000000Z-aaa-2', '20260101T000000Z-aaa'];
  for (const said of ['aaa', '20260101', '20260101T000000Z-aaa', '20260101T000000Z-aaa-2'])
    expect(runWithStages(names, said)).toEqual(names.slice(1));
  for (const said of ['', '2026', 'ccc']) expect(() => runWithStages(names, said)).toThrow(UsageError);
});

test('a run that was stopped says so, and one that was taken back otherwise leaves open why', () => {
  const text = (journal: RecordedRun['journal']) =>
    renderLog(mergeRuns([['fred', [whole('20260101T000000Z-aaa', 'restored', journal)]]]), {
      color: false,
      columns: 120,
      full: false,
      inventory: 'inventory.json',
    });
  expect(text([{ at: 1, entry: { event: 'stopped' } }])).toContain(
    '    its operator stopped it (Ctrl-C, a signal, or the terminal was closed)',
  );
  const made: RecordedRun['journal'] = [{ at: 1, entry: { event: 'start', step: 1, parts: ['run'] } }];
  const undone: RecordedRun['journal'] = [...made, { at: 2, entry: { event: 'undone', step: 1 } }];
  expect(text(undone)).toContain('a gate did not open, or somebody stopped it');
  const [drilled] = mergeRuns([['fred', [whole('20260101T000000Z-aaa', 'restored', undone)]]]);
  const [host] = drilled?.hosts ?? [];
  if (!drilled || !host) throw new Error('no run');
  expect(whyEnded(host, { ...drilled, command: 'drill' })).toBeUndefined();
  // Of a host whose turn never came, such as where the one before it did not boot.
  expect(text([])).toContain('it was not begun here, because the run ended before its turn');
});

test('of a host that did not come back, and of one that refused: what it was told, and why the others were not begun', () => {
  const text = (hosts: LoggedRun['hosts'], full = false) =>
    render([aRun('r', { command: 'reboot', hosts })], 200, full);
  const boot = (more: Partial<LoggedStep>) =>
    step({ type: 'host', action: 'tell', target: 'to boot', ms: 0, ...more });
  const because = 'ethyl: was told to boot and is not back after 20 s: it does not answer';
  const away = onHost('ethyl', { result: 'not back', steps: [boot({ status: 'under way' })] });
  const fred = onHost('fred', {
    result: 'restored',
    state: 'restored',
    because,
    steps: [boot({ status: 'not begun' })],
  });
  expect(text([away, fred])).toContain(
    '  ethyl: told to boot, and not seen back yet, 1 change\n    · tell host to boot\n' +
      `  fred: restored, 1 change\n    ${because}\n      tell host to boot`,
  );
  const failure = { part: 'boot', code: 1, command: '', output: 'Operation inhibited' };
  const refused = onHost('ethyl', { result: 'not booted', steps: [boot({ status: 'failed', failure })] });
  expect(text([refused, fred])).toContain(
    '  ethyl: was to boot, and has not, 1 change\n    ✖ tell host to boot\n      boot failed, exit code 1\n      Operation inhibited\n',
  );
  expect(text([refused, fred])).toContain('since it failed on ethyl');
  const late = onHost('ethyl', { seenLate: true, steps: [boot({ ms: 60_000 })] });
  expect(text([late], true)).toContain('it was not seen back in time: somebody came by later');
  expect(text([onHost('ethyl', { because: 'ethyl has booted, and not as it was before: x' })])).toContain(
    '    ethyl has booted, and not as it was before: x',
  );
  const rows = 'ethyl is not drained: nobody else would serve\n  VIP web: fred: drained';
  expect(text([onHost('ethyl', { because: rows })])).toContain(
    '    ethyl is not drained: nobody else would serve\n      VIP web: fred: drained\n',
  );
});

test('what stays is not marked as taken back', () => {
  const stays = step({ type: 'package', action: 'install', target: 'a b', changes: 2, status: 'stays' });
  const hosts = [
    onHost('fred', { result: 'restored', changes: 3, steps: [stays, step({ status: 'undone' })] }),
  ];
  expect(render([aRun('r', { hosts })], 200)).toContain(
    [
      '  fred: restored, 3 changes',
      '    none of its steps failed: a gate did not open, or somebody stopped it',
      '    ✔ install package a b (stays, as it has no undo)',
      '    ↩ update file /etc/haproxy/haproxy.cfg',
    ].join('\n'),
  );
});
