import { ExitCode } from '../../src/errors';
import { connect } from '../../src/host/connection';
import { startVipProbe } from '../../src/pair/vip-probe';
import type { ProbeReport } from '../../src/pair/vip-probe-report';
import { executeRoll } from '../../src/patch/execute-roll';
import { roll } from '../../src/patch/roll';
import type { RollOptions, Work } from '../../src/patch/roll-options';
import { bootStep } from '../../src/patch/ssh-boot';
import type { Context } from '../../src/planning/context';
import { statusObserver } from '../../src/planning/status-observer';
import { AnsweringPair } from './answering';

/** What is said, asked and told around a roll. */

jest.mock('../../src/host/connection', () => ({
  ...jest.requireActual('../../src/host/connection'),
  connect: jest.fn(),
}));
jest.mock('../../src/host/ways', () => ({ waysOf: async () => new Map() }));
jest.mock('../../src/planning/status-observer', () => ({ statusObserver: jest.fn() }));
jest.mock('../../src/patch/roll', () => ({
  ...jest.requireActual('../../src/patch/roll'),
  roll: jest.fn(),
}));
jest.mock('../../src/pair/vip-probe', () => ({
  ...jest.requireActual('../../src/pair/vip-probe'),
  startVipProbe: jest.fn(),
}));

let pair: AnsweringPair;
let work: Work | undefined;
/** The probe of the VIPs, in its order. */
let probed: string[];
const report = (failed: number): ProbeReport => ({
  target: { address: '192.0.2.10', port: 80, service: 'web', mode: 'tcp' },
  ...{
    from: 'laptop',
    sent: 9,
    failed,
    longestGapMs: 0,
    slowestFailureMs: 0,
    failures: [],
    p50Ms: 1,
    maxMs: 2,
  },
});

beforeEach(() => {
  pair = new AnsweringPair();
  work = { boot: 'yes', steps: [bootStep] };
  probed = [];
  jest.mocked(connect).mockImplementation(pair.logIn as never);
  jest.mocked(statusObserver).mockImplementation(pair.observer);
  jest.mocked(roll).mockReset().mockRejectedValue(new Error('nobody is to roll'));
  jest.mocked(startVipProbe).mockImplementation(async (targets) => {
    probed.push(`start ${targets.map(({ address, port }) => `${address}:${port}`).join(' ')}`);
    const stop = async () => {
      probed.push('stop');
      return [report(0), report(2)];
    };
    return { stop, record: async () => [] };
  });
});

async function execute(more: Partial<RollOptions> = {}, context: Partial<Context> = {}) {
  const ended = await executeRoll('reboot', pair.options(more), pair.context(context), async () => work).then(
    ({ ms: _, ...end }) => end,
    ({ message, exitCode }) => ({ thrown: message, exitCode }),
  );
  expect(pair.connections.map(({ isClosed }) => isClosed)).toEqual(pair.connections.map(() => true));
  const ends = pair.events.flatMap((event) => (event.type === 'run-end' ? event.exitCode : []));
  return { ended, ends, printed: pair.heard.text(), told: pair.connections.flatMap(({ told }) => told) };
}

const rolls = (exitCode: ExitCode, done: string[], message: string) =>
  jest.mocked(roll).mockImplementation(async () => {
    probed.push('roll');
    return { exitCode, done, message };
  });
const saying = (answer: 'yes' | 'no' | 'left', asked: string[] = []): Partial<Context> => ({
  canAsk: true,
  confirm: async (question) => {
    asked.push(question);
    return answer;
  },
});

test('nobody can be asked: said before any host is, shown, and nothing is done', async () => {
  const { ended, ends, printed } = await execute();
  expect(ended).toEqual({
    thrown: 'nothing was done: there is nobody to ask, as this is not a terminal',
    exitCode: ExitCode.badInput,
  });
  expect(printed).toMatch(/^reboot of 2 hosts, one after the other.*1\. ethyl .*2\. fred .*holds VIP front/s);
  expect([ends, probed]).toEqual([[], []]);
  expect(pair.messages[0]).toMatch(
    /^there is nobody to ask.*what would be done is shown, and nothing is done$/,
  );
  expect(pair.events.slice(0, 2).map(({ type }) => type)).toEqual(['message', 'run-start']);
});

test.each([
  [
    'no',
    { exitCode: ExitCode.failed, changed: 0, failed: 0, message: 'nothing was done: you did not say yes' },
    [1],
  ],
  [
    'left',
    { thrown: 'left before the question was answered: nothing was done', exitCode: ExitCode.left },
    [],
  ],
] as const)('the operator says %s', async (answer, wanted, ends) => {
  const asked: string[] = [];
  const found = await execute({}, saying(answer, asked));
  expect([found.ended, found.ends, asked]).toEqual([wanted, ends, ['reboot ethyl, then fred?']]);
  expect(probed).toEqual([]);
});

test('what was agreed to is done while the VIPs that are served are watched, and lost requests are told', async () => {
  pair.raw.vips.second = { address: '192.0.2.11', virtualRouterId: 38, group: 'balancers' };
  pair.raw.services.more = { port: 8181, backends: { group: 'web', port: 9090 } };
  rolls(ExitCode.done, ['ethyl', 'fred'], 'reboot of ethyl and fred');
  const { ended, ends } = await execute({ probe: true }, saying('yes'));
  expect(ended).toEqual({
    run: expect.stringMatching(/^\d{8}T\d{6}Z-\w{6}$/),
    exitCode: ExitCode.done,
    changed: 2,
    failed: 0,
    message: 'reboot of ethyl and fred',
  });
  expect(ends).toEqual([ExitCode.done]);
  expect(probed).toEqual(['start 192.0.2.10:80', 'roll', 'stop', 'stop']);
  const levels = pair.events.flatMap((event) =>
    event.type === 'message' && (event.data as { probe?: object })?.probe ? event.level : [],
  );
  expect(levels).toEqual(['info', 'warning']);
});

test('the time that the operator thinks is none that the roll takes', async () => {
  rolls(ExitCode.done, ['ethyl', 'fred'], 'reboot of ethyl, fred is done');
  const now = performance.now.bind(performance);
  let thoughtMs = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + thoughtMs);
  const hour = 3_600_000;
  const confirm = async () => {
    thoughtMs = hour;
    return 'yes' as const;
  };
  await execute({}, { canAsk: true, confirm });
  clock.mockRestore();
  const took = pair.events.flatMap((event) => (event.type === 'run-end' ? event.ms < hour : []));
  expect(took).toEqual([true]);
});

test('where a host that was left is only to get its place back, no run is named: no host has one', async () => {
  work = { boot: 'no', steps: [] };
  pair.left(
    new Map([
      ['ethyl', { state: 'taken', staysDrained: false, mark: '' }],
      ['fred', { state: 'done', staysDrained: false, mark: '' }],
    ]),
  );
  rolls(ExitCode.done, ['ethyl'], 'reboot of ethyl is done');
  const { ended } = await execute({ yes: true });
  expect(ended).toEqual({
    exitCode: ExitCode.done,
    changed: 1,
    failed: 0,
    message: 'reboot of ethyl is done',
  });
});

test('the end names a host that the roll had taken out, and that the inventory has no more', async () => {
  pair.left(
    new Map([
      ['ethyl', { state: 'due', staysDrained: false, mark: '' }],
      ['ricky', { state: 'booting', staysDrained: false, mark: '' }],
    ]),
  );
  rolls(ExitCode.done, ['ethyl'], 'reboot of ethyl');
  const { ended, printed } = await execute({ yes: true, limit: ['ethyl'] });
  const left =
    'ricky was told to boot, and the inventory has it no more: where it is still drained, haprov undrain ricky';
  expect(ended).toMatchObject({ message: expect.stringContaining(`reboot of ethyl; ${left}`) });
  expect(printed).toContain(left);
  work = undefined;
  expect((await execute({ limit: ['ethyl'] })).ended).toMatchObject({
    message: expect.stringContaining(`nothing to do; ${left}`),
  });
});

test('a roll that fails is told as it ended, and one that throws leaves no probe behind', async () => {
  rolls(ExitCode.unreachable, ['ethyl'], 'fred is not back');
  expect((await execute({ yes: true })).ended).toMatchObject({ exitCode: 3, changed: 1, failed: 1 });
  probed = [];
  jest.mocked(roll).mockRejectedValue(new Error('no host could note it'));
  expect((await execute({ yes: true })).ended).toEqual({ thrown: 'no host could note it' });
  expect(probed).toEqual(['start ', 'stop']);
});

test('as data the plan is an event, and nothing else is printed', async () => {
  rolls(ExitCode.done, [], '');
  const { printed } = await execute({ yes: true, json: true });
  expect(printed).toBe('');
  expect(pair.events.find((event) => event.type === 'message' && event.text === 'the plan')).toMatchObject({
    data: { version: 1, turns: [{ host: 'ethyl' }, { host: 'fred' }] },
  });
});

test('nothing to do is asked of nobody', async () => {
  work = undefined;
  expect(await execute()).toMatchObject({
    ended: { exitCode: ExitCode.done, message: 'nothing to do' },
    printed: expect.stringContaining('reboot: there is nothing to do'),
    told: [],
  });
});

/** A roll that somebody has left: ethyl is done, and nothing is to be done on any host. */
function leftWithoutWork(): void {
  work = undefined;
  const stand = (state: 'done' | 'due') => ({ state, staysDrained: false, mark: '' });
  pair.left(
    new Map([
      ['ethyl', stand('done')],
      ['fred', stand('due')],
    ]),
  );
}

test('nothing to do on the host that is named, and another one is due: it is named', async () => {
  leftWithoutWork();
  const { ended } = await execute({ limit: ['ethyl'] });
  expect(ended).toMatchObject({
    exitCode: ExitCode.done,
    message: expect.stringMatching(
      /^nothing to do on the hosts that were named; fred has a turn left: haprov reboot \S+inventory.json fred$/,
    ),
  });
});

describe('a roll that was left, of which no host has a turn', () => {
  beforeEach(leftWithoutWork);

  test.each([
    ['is forgotten on all hosts, once that is agreed to', saying('yes'), ['end_roll old', 'end_roll old']],
    ['stays where it is not', saying('no'), []],
    ['stays where nobody can be asked', {}, []],
  ])('%s', async (_, context, told) => {
    const found = await execute({}, context);
    expect([found.ended, found.told]).toMatchObject([
      { exitCode: ExitCode.done, message: 'nothing to do' },
      told,
    ]);
  });
});
