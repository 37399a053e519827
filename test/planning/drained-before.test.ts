import { readFacts } from '../../src/host/facts';
import { drainedBefore } from '../../src/planning/drained-before';

/** What a plan says of hosts that somebody has drained. */

const roll = ['roll=2 roll1 4 1795406400 me@laptop reboot', 'roll=fred done -'];
const host = (name: string, ...rows: string[]) => ({ name, facts: readFacts(rows.join('\n')) });
const drained = 'drained=yes 1795406400 jo@laptop';

test('who has drained a host, and what gives it its place back', () => {
  const ethyl = host('ethyl', drained);
  expect(drainedBefore([host('fred'), ethyl], 'pair.json')).toEqual([
    {
      host: 'ethyl',
      text: expect.stringMatching(
        /^it is drained since 2026-.*, by jo@laptop, and stays so: haprov undrain pair\.json ethyl gives it its place back$/,
      ),
    },
  ]);
  expect(drainedBefore([host('fred', ...roll, 'roll=ethyl taken -'), ethyl], 'pair.json')).toEqual([]);
  expect(drainedBefore([host('fred', ...roll, 'roll=ethyl taken drained'), ethyl], 'pair.json')).toHaveLength(
    1,
  );
});
