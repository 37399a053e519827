import { readHistory } from '../../src/host/history';
import { becauseOf, durationOf, isSeenLate, resultOf, stepsOf } from '../../src/host/run-report';

/** What the journal of a run says of how it ended: of a boot, of what stays, and why. */

const base64 = (text: string) => Buffer.from(text).toString('base64');
const update = { type: 'package', target: 'kernel', action: 'update' };
const boot = { type: 'host', target: 'to boot', action: 'tell' };

const recorded = (state: string, rows: readonly string[], steps: readonly object[] = [update]) => {
  const journal = rows.map((row, at) => `${1000 + at}\t${row.replaceAll(' | ', '\t')}\n`).join('');
  const manifest = JSON.stringify({ run: 'r', command: 'reboot', steps });
  const [run] = readHistory(`r ${state} - ${base64(manifest)} ${base64(journal) || '-'} 1 2`);
  if (!run) throw new Error('no run');
  return run;
};
const made = ['start | 1 | check run verify', 'done | 1 | 5'];

test.each<[string[], string, string, number]>([
  [['boot | - | due'], 'not booted', 'not begun', 0],
  [['boot | - | due', 'boot | - | told'], 'not back', 'under way', 0],
  [['boot | - | told'], 'not back', 'under way', 0],
  [['boot | - | told', 'boot | - | back'], 'finished', 'done', 1],
  [['boot | - | told', 'boot | - | late'], 'finished', 'done', 1],
  [['boot | - | told', `boot | - | refused 1 ${base64('inhibited\n')}`], 'not booted', 'failed', 0],
  [['boot | - | refused 1 ', 'boot | - | told', 'boot | - | back'], 'finished', 'done', 1],
])('%j: %s, %s', (rows, result, status, ms) => {
  const run = recorded('finished', [...made, ...rows]);
  expect([resultOf(run), isSeenLate(run)]).toEqual([result, rows.at(-1) === 'boot | - | late']);
  expect(stepsOf(run)).toEqual([
    expect.objectContaining({ ...update, status: 'done' }),
    expect.objectContaining({ ...boot, status, ms }),
  ]);
  // The step that the run itself has of it is the same.
  expect(stepsOf(recorded('finished', [...made, ...rows], [boot]))).toEqual([
    expect.objectContaining({ ...boot, status, ms }),
  ]);
});

test('a boot of an earlier haprov, which noted nothing of it, is as its step says', () => {
  const run = recorded('finished', made, [boot]);
  expect([resultOf(run), stepsOf(run)[0]?.status]).toEqual(['finished', 'done']);
});

test('a run that was taken back before its boot is restored, and nobody was told to boot', () => {
  const run = recorded('restored', [...made, 'boot | - | due', 'state | - | restored'], [boot]);
  expect([resultOf(run), stepsOf(run)[0]?.status]).toEqual(['restored', 'not begun']);
});

test('why a boot was refused is in its step; what is seen late takes no time of the run', () => {
  const refused = recorded('finished', [`boot | - | refused 1 ${base64('inhibited\n')}`]);
  expect(stepsOf(refused)[1]?.failure).toEqual({ part: 'boot', code: 1, command: '', output: 'inhibited' });
  expect(durationOf(recorded('finished', [...made, 'boot | - | told', 'boot | - | late']))).toBe(2);
});

test('what has no undo stays, and is not said to be taken back', () => {
  const rows = [...made, 'state | - | restoring', 'state | - | restored'];
  expect(stepsOf(recorded('restored', rows))[0]?.status).toBe('stays');
  const undone = [...made, 'state | - | restoring', 'undone | 1 | ', 'state | - | restored'];
  expect(stepsOf(recorded('restored', undone))[0]?.status).toBe('undone');
  const staged = ['start | 1 | check stage', 'done | 1 | 5', 'state | - | restored'];
  expect(stepsOf(recorded('restored', staged))[0]?.status).toBe('not begun');
});

test('the last word of its laptop says why it ended so', () => {
  expect(becauseOf(recorded('restored', [`because | - | ${base64('a gate did not open')}`]))).toBe(
    'a gate did not open',
  );
  expect(becauseOf(recorded('restored', made))).toBeUndefined();
});
