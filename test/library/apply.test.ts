import { executePlan } from '../../src/execution/execute-plan';
import { type ApplyOptions, apply } from '../../src/library/apply';
import type { Context } from '../../src/planning/context';

/** What an apply hands on to what rolls it out. */

jest.mock('../../src/planning/connect-first', () => ({
  connectFirst: (options: object, _context: unknown, work: (said: object) => unknown) => work(options),
}));
jest.mock('../../src/planning/planning', () => ({
  makePlan: async () => ({ survey: { close: () => {} } }),
  requireWhole: () => {},
}));
jest.mock('../../src/execution/execute-plan', () => ({
  executePlan: jest.fn(async () => ({ exitCode: 0 })),
  planningFor: () => ({}),
}));

test('what is to be done before the first change, and when all has ended, and what the run is called', async () => {
  const [first, last] = [async () => {}, async () => {}];
  await apply(
    { inventory: 'i.json', first, last, command: 'certificates renew' } as unknown as ApplyOptions,
    {} as Context,
  );
  expect(executePlan).toHaveBeenCalledWith(
    expect.objectContaining({ first, last, command: 'certificates renew' }),
    expect.anything(),
    expect.anything(),
  );
});
