import { readFacts } from '../../src/host/facts';
import { leftRoll } from '../../src/planning/left-roll';

/** What a plan says of a reboot or patch that was left. */

const rows = [
  'roll=2 roll1 4 1795406400 me@laptop patch --security',
  'roll=fred done -',
  'roll=ethyl taken -',
];
const host = (...more: string[]) => ({ facts: readFacts(more.join('\n')) });

test('its hosts, and the command that goes on with those that are not done', () => {
  expect(leftRoll([host(), host(...rows)], 'pair.json')).toEqual([
    'a haprov patch --security of me@laptop was left: fred is done, ethyl was taken out; haprov patch pair.json ethyl --security goes on with it',
  ]);
});

test('nothing where there is none, or it is at work', () => {
  expect(leftRoll([host(), host()], 'pair.json')).toEqual([]);
  expect(leftRoll([host(...rows), host(...rows, 'roll-at-work=yes')], 'pair.json')).toEqual([]);
});
