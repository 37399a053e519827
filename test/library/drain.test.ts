import { connect } from '../../src/host/connection';
import type { Stand } from '../../src/host/roll-note';
import { drain } from '../../src/library/drain';
import { drainHost } from '../../src/maintenance/drain-host';
import { AnsweringPair } from '../patch/answering';

/** What a drain says and notes of a roll that was left. */

jest.mock('../../src/host/connection', () => ({
  ...jest.requireActual('../../src/host/connection'),
  connect: jest.fn(),
}));
jest.mock('../../src/maintenance/drain-host', () => ({ drainHost: jest.fn() }));

let pair: AnsweringPair;
beforeEach(() => {
  pair = new AnsweringPair();
  jest.mocked(connect).mockImplementation(pair.logIn as never);
  jest.mocked(drainHost).mockResolvedValue({ servers: [], vips: [], sessions: 0 });
  const stand = (state: Stand['state']): Stand => ({ state, staysDrained: false, mark: '' });
  pair.left(
    new Map([
      ['ethyl', stand('taken')],
      ['fred', stand('due')],
    ]),
  );
});

const drained = async (host: string) => {
  const options = { ...pair.options(), host, timeout: 60, force: false };
  const { message } = await drain(options, pair.context());
  const noted = pair.connections.flatMap(({ told }) => told.filter((words) => /^note_roll /.test(words)));
  const warnings = pair.events.flatMap((event) =>
    event.type === 'message' && event.level === 'warning' ? event.text : [],
  );
  return { message, noted, warnings };
};

test('a host that had its place back from a roll, and that somebody drains, stays drained when that goes on', async () => {
  const all = expect.stringMatching(/^note_roll '2 old 4 .* 'ethyl taken drained' 'fred due -'$/);
  expect(await drained('ethyl')).toEqual({
    message: 'ethyl is drained until haprov undrain',
    noted: [all, all],
    warnings: [],
  });
});

test('a host that the roll has drained gets its place back by that too, which is said', async () => {
  pair.says.ethyl.facts = 'drained=yes 1700000000 bob@desk';
  expect(await drained('ethyl')).toEqual({
    message: 'ethyl is drained until haprov undrain, or until the roll that has drained it goes on',
    noted: [],
    warnings: [
      expect.stringMatching(/^ethyl gets its place back also when the haprov reboot that was left goes on/),
    ],
  });
});

test('of a host that the roll has not come to, nothing is noted', async () => {
  expect(await drained('fred')).toMatchObject({ noted: [], warnings: [] });
});
