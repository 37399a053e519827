import type { RollNote } from '../../src/host/roll-note';
import { CloserLook } from '../../src/patch/closer-look';
import type { CommonOptions } from '../../src/planning/context';
import type { DesiredState } from '../../src/planning/desired-state';
import { statusObserver } from '../../src/planning/status-observer';
import { recorder } from '../commands/recorder';
import { healthy } from '../support/statuses';

jest.mock('../../src/planning/status-observer', () => ({ statusObserver: jest.fn() }));

test('each look of a roll is by what was read when it began, and at all hosts', async () => {
  jest.mocked(statusObserver).mockImplementation(() => ({
    look: async () => healthy,
    inventory: undefined,
    connections: new Map(),
    close: () => {},
  }));
  const said = {} as DesiredState;
  const options = { inventory: 'edited-meanwhile.json', limit: 'fred' } as unknown as CommonOptions;
  const { context } = recorder();
  const closer = new CloserLook(options, context, said);
  const connections = new Map();
  await closer.begin(['fred'], { hosts: new Map() } as unknown as RollNote, connections);
  expect(await closer.faultsSince('fred', connections, true)).toEqual([]);
  const asked = [{ inventory: 'edited-meanwhile.json' }, context, connections, said];
  expect(jest.mocked(statusObserver).mock.calls).toEqual([asked, asked]);
});
