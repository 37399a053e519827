import { ExitCode, HaprovError } from '../../src/errors';
import type { EventBody } from '../../src/events/events';
import { type RollNote, rollRows, type Stand } from '../../src/host/roll-note';
import { makeDueAgain } from '../../src/patch/between';

/** Packages that a rollback puts back are made newer again by the patch that was left. */

const note = (command: string, stands: Record<string, Stand['state']>): RollNote => ({
  roll: 'old',
  serial: 4,
  begun: new Date('2026-01-02T12:00:00Z'),
  command,
  owner: 'ann@desk',
  hosts: new Map(
    Object.entries(stands).map(([name, state]) => [name, { state, staysDrained: true, mark: '' }]),
  ),
});

async function tell(left: RollNote | undefined, undone: string[]) {
  const noted: string[] = [];
  const told: EventBody[] = [];
  const hosts = ['fred', 'ethyl'].map((name) => ({
    name,
    facts: left ? { roll: { ...left, isAtWork: false } } : {},
    connection: {
      runScript: async (script: string) => {
        if (name === 'fred') throw new HaprovError(ExitCode.failed, 'no room');
        noted.push(script);
        return { code: 0, stdout: '', stderr: '' };
      },
    },
  }));
  await makeDueAgain(hosts as never, undone, { emit: (event) => void told.push(event) });
  return { noted, told: told.map((event) => ('text' in event ? event.text : '')) };
}

test('a host that was done and is put back is due again, and all hosts are told', async () => {
  const left = note('patch --security', { ethyl: 'done', fred: 'due' });
  const { noted, told } = await tell(left, ['ethyl', 'fred']);
  const [head, ...rows] = rollRows({ ...note('patch --security', { ethyl: 'due', fred: 'due' }), serial: 5 });
  expect(noted).toEqual([expect.stringContaining([head, ...rows].map((row) => `'${row}'`).join(' '))]);
  expect(told).toEqual([
    'could not note that ethyl is due again in haprov patch --security: no room',
    'the haprov patch --security of ann@desk that was left begins with ethyl again',
  ]);
});

test.each<[string, RollNote | undefined]>([
  ['no roll was left', undefined],
  ['a reboot was left, which no rollback takes back', note('reboot', { ethyl: 'done', fred: 'due' })],
  ['the patch has not come to it', note('patch', { ethyl: 'due', fred: 'done' })],
])('nothing is noted where %s', async (_, left) => {
  expect(await tell(left, ['ethyl'])).toEqual({ noted: [], told: [] });
});
