import { readFacts } from '../../src/host/facts';
import { describeLock } from '../../src/library/unlock';
import { operator, toTarget } from '../../src/planning/hosts';
import { lockedBy } from '../../src/planning/locked';
import { surveyWhole } from '../../src/planning/planning';
import { localTime } from '../../src/text/format';
import { untilWhen } from '../../src/text/until-when';
import { AnsweringPair } from '../patch/answering';

/** What is done about a host where somebody's run is not at its end. */

jest.mock('../../src/host/connection', () => ({
  ...jest.requireActual('../../src/host/connection'),
  connect: jest.fn(),
}));

let pair: AnsweringPair;
beforeEach(async () => {
  pair = new AnsweringPair();
  const { connect } = await import('../../src/host/connection');
  jest.mocked(connect).mockImplementation(pair.logIn as never);
});

const lock = (state: string, ...rows: string[]) =>
  ['lock=run7 1700000000 bob@desk', `lock-state=${state}`, ...rows, ''].join('\n');
const begun = localTime(new Date(1_700_000_000_000));

const survey = (willChange: boolean) => {
  const context = pair.context();
  const options = pair.options();
  const hosts = options.loaded?.hosts ?? [];
  const targets = hosts.map((host) => ({ target: toTarget(host, options, context), questions: [] }));
  return surveyWhole(targets, context, willChange);
};

test('who would change hosts is refused while a run lives on one, whatever else is to be done there', async () => {
  pair.says.ethyl.facts = lock('committing', 'lock-alive=yes', 'lock-waits=60');
  await expect(survey(true)).rejects.toMatchObject({
    exitCode: 3,
    message: `ethyl: locked by bob@desk since ${begun} (run run7): nothing was changed; it is at work there; then it waits 1m 00s for its operator before it puts the host back`,
    hint: 'wait for that run to end; haprov unlock says more about it',
  });
  expect(pair.connections.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  expect(pair.messages).toEqual([]);
});

test('each host is told where both are locked', async () => {
  for (const says of Object.values(pair.says)) says.facts = lock('restoring', 'lock-alive=yes');
  await expect(survey(true)).rejects.toThrow(
    /^fred: locked by .* it is putting the host back\nethyl: locked by .* it is putting the host back$/,
  );
});

test('who only asks is told of it', async () => {
  pair.says.ethyl.facts = lock('committing', 'lock-alive=yes');
  (await survey(false)).close();
  expect(pair.events.filter(({ type }) => type === 'message')).toEqual([
    {
      type: 'message',
      level: 'warning',
      host: 'ethyl',
      text: `the run run7 of bob@desk, begun ${begun}, is being made there, and what the host has may be its work and be taken back: it ends, or puts the host back, by itself, also without its operator; until then haprov changes nothing there`,
    },
  ]);
});

test('a run that nobody drives is not called that', async () => {
  pair.says.ethyl.facts = lock('committing', 'lock-waits=60');
  (await survey(false)).close();
  expect(pair.messages).toEqual([
    `the run run7 of bob@desk, begun ${begun}, was left committing and nobody drives it: apply will bring it to its end first`,
  ]);
});

test.each([
  ['staged', 48, 'puts the host back at 2026-11-26 12:00:48, in 48s, unless its operator goes on'],
  ['committed', 567, 'puts the host back at 2026-11-26 12:09:27, in 9m 27s, unless its operator goes on'],
  ['confirmed', 3, 'ends at 2026-11-26 12:00:03, in 3s, unless its operator goes on'],
  ['staging', 60, 'is at work there; then it waits 1m 00s for its operator before it puts the host back'],
  ['', 60, 'is at work there; then it waits 1m 00s for its operator before it puts the host back'],
  ['restoring', 60, 'is putting the host back'],
])('%s, with %d seconds left', (state, waits, words) => {
  const { lock: read } = readFacts(lock(state, `lock-waits=${waits}`));
  expect(untilWhen(read as never, new Date(2026, 10, 26, 12))).toBe(words);
});

test('a run whose host cannot write is not waited for: it is told what keeps it', () => {
  const { lock: read } = readFacts(lock('committing', 'lock-waits=60\nlock-stuck=yes'));
  expect(untilWhen(read as never)).toBe(
    'stands still, since its host cannot write to /var/lib/haprov, which is mounted read-only; it puts the host back by itself as soon as it can',
  );
});

test('who has made the run is told how to end it, and what that costs', () => {
  const { lock: own } = readFacts(lock('committed', 'lock-alive=yes').replace('bob@desk', operator()));
  expect(lockedBy('fred', own as never).hint).toMatch(
    /^wait for that run to end; where your haprov that made it was killed or lost, haprov unlock INVENTORY --force ends it now: .* packages too, and the same command goes on then/,
  );
});

test.each([
  ['committing', /^what it is at is cut off .* not while a package manager is at work$/],
  ['', /^what it is at is cut off/],
  ['committed', /^what it changed is put back, packages too$/],
  ['staged', /^nothing is changed there yet$/],
  ['confirmed', /^what it changed stays$/],
])('unlock says what --force costs where a living run is %s', (state, costs) => {
  const held = { host: 'fred', run: 'run7', owner: 'me', since: '', state, alive: true };
  const [, , said = ''] = describeLock(held).split('\n  ');
  expect(said.replace('--force ends it now: ', '')).toMatch(costs);
  expect(describeLock({ ...held, alive: false })).not.toContain('--force');
});

test('nobody knows whose it is', () => {
  const { lock: read } = readFacts('lock=run7\n');
  expect(lockedBy('fred', read as never).message).toContain('locked by somebody since an unknown time');
});
