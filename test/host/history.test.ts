import { type RecordedRun, readHistory, readRecord } from '../../src/host/history';
import { durationOf, resultOf, stepsOf } from '../../src/host/run-report';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const manifest = (run: string, more: object = {}) =>
  JSON.stringify({
    run,
    owner: 'lucille@laptop',
    command: 'apply',
    inventory: 'cluster37',
    startedAt: '2026-11-22T21:58:18.309Z',
    steps: [
      { type: 'file', target: '/etc/haproxy/haproxy.cfg', action: 'update' },
      { type: 'service', target: 'haproxy', action: 'reload' },
    ],
    ...more,
  });
/** As a host wrote it whose validator refused the first file. */
const refused = [
  '1795384698352\tstate\t-\tstaging',
  '1795384698355\tstart\t1\tcheck stage',
  '1795384698391\tdone\t1\t37',
  '1795384698395\tstart\t2\tcheck stage',
  '1795384698408\tdone\t2\t14',
  `1795384698761\tfailed\t1\tvalidate 1 ${base64('haproxy_check /etc/x\n')} ${base64('unknown keyword\nrefused\n')}`,
  '1795384698764\tstate\t-\trestoring',
  '1795384698823\tundone\t1\t',
  '1795384698834\tundone\t2\t',
  '1795384698840\tstate\t-\trestored',
  '',
].join('\n');
const made = [
  '1000\tstart\t1\tcheck stage',
  '1010\tdone\t1\t10',
  '1020\tstart\t1\tcheck run verify',
  '1030\tdone\t1\t5',
  '1040\tstart\t2\tcheck stage',
  '1050\tdone\t2\t3',
  '',
].join('\n');
const row = (run: string, state: string, alive: string, text = '', journal = '') =>
  [run, state, alive, base64(text) || '-', base64(journal) || '-', 0, 2].join(' ');
const only = (output: string) => readHistory(output)[0] as RecordedRun;

test('a host without runs', () => {
  expect(readHistory('')).toEqual([]);
});

test('newest first, each with what its manifest says', () => {
  const runs = readHistory(
    [
      row('20260101T000000Z-a', 'finished', '-', manifest('a')),
      row('20260102T000000Z-b', 'restored', '-', manifest('b')),
    ].join('\n'),
  );
  expect(runs.map(({ run, state }) => [run, state])).toEqual([
    ['20260102T000000Z-b', 'restored'],
    ['20260101T000000Z-a', 'finished'],
  ]);
  expect(runs[0]?.manifest).toMatchObject({ owner: 'lucille@laptop', command: 'apply' });
});

test('a step that its validator refused says why; what was only staged was never begun', () => {
  const run = only(row('r', 'restored', '-', manifest('r'), refused));
  expect(durationOf(run)).toBe(488);
  expect(stepsOf(run)).toEqual([
    expect.objectContaining({
      status: 'failed',
      ms: 37,
      failure: {
        part: 'validate',
        code: 1,
        command: 'haproxy_check /etc/x',
        output: 'unknown keyword\nrefused',
      },
    }),
    expect.objectContaining({ status: 'not begun', ms: 14 }),
  ]);
});

test('times of staging and making are added; what is only staged is not done', () => {
  expect(stepsOf(only(row('r', 'committing', 'alive', manifest('r'), made)))).toEqual([
    expect.objectContaining({ status: 'done', ms: 15 }),
    expect.objectContaining({ status: 'staged', ms: 3 }),
  ]);
});

test.each([
  ['finished', '-', manifest('r'), '', 'finished'],
  ['restored', '-', manifest('r'), '', 'restored'],
  ['restored', '-', manifest('r'), '1\tlocked\t-\tother 1795384698 ricky@laptop\n', 'refused'],
  ['broken', '-', manifest('r'), '', 'broken'],
  ['committing', 'alive', manifest('r'), '', 'being made'],
  ['-', 'alive', manifest('r'), '', 'being made'],
  ['committed', '-', manifest('r'), '', 'unfinished'],
  ['-', '-', manifest('r'), '', 'damaged'],
  ['committed', '-', '', '', 'damaged'],
])('state %s, %s, manifest %#: %s', (state, alive, text, journal, result) => {
  expect(resultOf(only(row('r', state, alive, text, journal)))).toBe(result);
});

test.each(['', '{', 'null', '[]', '{"steps":5}', '\u0000\u0001'])(
  'the damaged manifest %j breaks nothing',
  (text) => {
    const run = only(row('r', 'finished', '-', text, 'no journal\n\t\t\n5\tnonsense\t1\tx\n'));
    expect(run.manifest).toBeUndefined();
    expect([stepsOf(run), run.journal]).toEqual([[], []]);
  },
);

test('a manifest of another version is read as far as it goes', () => {
  const run = only(row('r', 'finished', '-', '{"steps":[null,{"type":5}],"owner":7}'));
  expect(run.manifest).toMatchObject({ owner: 'unknown', steps: [{ type: 'unknown' }, { type: 'unknown' }] });
});

test('the record of a step', () => {
  const output = ['has=was-absent', 'has=staged', 'after=abc', `made=${base64('/x\n')}`, 'absent'];
  const parts = { validator: 'x', run: 'R', undo: 'U', limit: 5 };
  expect(readRecord(output.join('\n'), parts)).toEqual({
    ...parts,
    has: new Set(['was-absent', 'staged']),
    after: 'abc',
    made: '/x',
    before: 'absent',
  });
});
