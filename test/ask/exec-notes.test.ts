import { execId, readExecs } from '../../src/ask/exec-notes';

const note = {
  startedAt: '2026-01-02T03:04:05.678Z',
  owner: 'me@laptop',
  inventory: 'i.json',
  command: 'uptime',
};
const begun = (id: string, at: number) => `${id}\t${at}\tbegun\t${JSON.stringify(note)}\n`;

test('what a host noted is read with how it ended, also where that is not known', () => {
  const rows = `${begun('a', 1000)}${begun('b', 2000)}a\t1500\tended\t7\n`;
  expect(readExecs(rows)).toEqual([
    { ...note, id: 'a', ended: { code: 7, ms: 500 } },
    { ...note, id: 'b' },
  ]);
});

test('a damaged row, or an end whose begin has gone, is left out', () => {
  expect(readExecs('a\t1\tbegun\t{"startedAt":1}\nb\t2\tbegun\t{cut\nc\t3\tended\t0\n')).toEqual([]);
  expect(readExecs('')).toEqual([]);
});

test('its name sorts by time, as a run’s does', () => {
  expect(execId(note.startedAt)).toMatch(/^20260102T030405Z-[0-9a-f]{6}$/);
});
