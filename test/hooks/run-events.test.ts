import { ExitCode, exitCodeOf, HaprovError, HostError } from '../../src/errors';
import type { EventBody } from '../../src/events/events';
import { RunEvents } from '../../src/hooks/run-events';
import type { Inventory } from '../../src/inventory/inventory';
import { Secrets } from '../../src/inventory/secrets';

const asked: unknown[] = [];
let breaks = false;
jest.mock('../../src/hooks/tell-hooks', () => ({
  tellHooks: async (events: unknown) => {
    if (breaks) throw new Error('nobody foresaw it');
    asked.push(events);
    return [{ fault: 'the hook x was not told' }, {}];
  },
}));
beforeEach(() => asked.splice(0));

const secrets = new Secrets();
secrets.add('a-word-that-nobody-knows');
const inventory = { name: 'pair', secrets, hooks: [{ on: ['run-end'], run: ['x'] }] } as unknown as Inventory;

const runStart: EventBody = { type: 'run-start', command: 'apply', inventory: 'pair.json', hosts: ['fred'] };
const phase = (
  name: 'gate' | 'restore' | 'commit',
  ok: boolean,
  message?: string,
  left?: 'restored' | 'not-restored',
): EventBody => ({
  type: 'phase-end',
  host: 'fred',
  phase: name,
  ok,
  ms: 1,
  ...(message === undefined ? {} : { message }),
  ...(left === undefined ? {} : { left }),
});
const runEnd: EventBody = {
  type: 'run-end',
  run: 'r1',
  exitCode: 1,
  ms: 5,
  changed: 0,
  failed: 1,
  message: 'fred failed, and is as before',
};

/** How a command ends, by its exit code or by an error. */
type End = { ends: ExitCode } | Error;

const failed = { ends: ExitCode.failed };

async function told(...events: (EventBody | 'begin' | 'read' | 'agreed' | End)[]) {
  const heard = new RunEvents();
  for (const event of events) {
    if (event === 'read') heard.reads(inventory);
    else if (event === 'begin') heard.begins();
    else if (event === 'agreed') heard.isAgreed('certificates renew');
    else if (event instanceof Error) heard.ends(exitCodeOf(event), event);
    else if ('ends' in event) heard.ends(event.ends);
    else heard.hear(event);
  }
  const faults = await heard.tell({ programEnv: {} });
  return { faults, events: asked.flat() as { type: string; text: string; data: object }[] };
}

test('a run that failed and was restored, without its secrets', async () => {
  const { faults, events } = await told(
    'read',
    runStart,
    'begin',
    phase('commit', true),
    phase('gate', false, 'says a-word-that-nobody-knows'),
    phase('restore', true, undefined, 'restored'),
    runEnd,
    failed,
  );
  expect(faults).toEqual(['the hook x was not told']);
  expect(events.map(({ type, text }) => `${type}: ${text}`)).toEqual([
    'gate-failed: apply on pair: the gate failed on fred: says ***',
    'restored: apply on pair: fred is as it was before',
    'run-end: apply on pair: fred failed, and is as before',
  ]);
  expect(events.map(({ data }) => (data as { run?: string }).run)).toEqual(['r1', 'r1', 'r1']);
  expect(events[2]?.data).toEqual({
    inventory: 'pair',
    command: 'apply',
    run: 'r1',
    exitCode: 1,
    message: 'fred failed, and is as before',
  });
});

test('nothing is above the words of a run’s end', async () => {
  const message = 'fred could not be changed: see above; it has its place back';
  const { events } = await told('read', runStart, 'begin', { ...runEnd, message }, failed);
  const plain = 'fred could not be changed; it has its place back';
  expect(events).toMatchObject([{ text: `apply on pair: ${plain}`, data: { message: plain } }]);
});

test('a host that could not be put back', async () => {
  const { events } = await told('read', runStart, 'begin', phase('restore', false, 'disk full'));
  expect(events.map(({ type, text }) => `${type}: ${text}`)).toEqual([
    'not-restored: apply on pair: fred is not as it was before, hands are needed: disk full',
  ]);
});

test('a host that put itself back is told, and one that nobody had touched is not', async () => {
  const failed = phase('commit', false, 'failed, and restored', 'restored');
  const untouched: EventBody = { ...phase('restore', true), host: 'ethyl' } as EventBody;
  const broken = phase('commit', false, 'NOT RESTORED: log in', 'not-restored');
  const texts = async (...events: EventBody[]) =>
    (await told('read', runStart, 'begin', ...events)).events.map(({ type, text }) => `${type}: ${text}`);
  expect(await texts(failed, untouched)).toEqual(['restored: apply on pair: fred is as it was before']);
  asked.splice(0);
  expect(await texts(broken)).toEqual([
    'not-restored: apply on pair: fred is not as it was before, hands are needed: NOT RESTORED: log in',
  ]);
});

const renewStart: EventBody = { ...runStart, command: 'certificates renew' };
const placed: EventBody = { ...runEnd, exitCode: 0, message: '6 changes on fred' };

test('a command that fails after a run that did not: hooks hear once, how it ended itself', async () => {
  const refused = new HaprovError(ExitCode.failed, 'the authority makes no certificate');
  const { events } = await told('read', renewStart, 'begin', placed, refused);
  const message = 'the authority makes no certificate';
  expect(events).toMatchObject([
    {
      type: 'run-end',
      text: `certificates renew on pair: ${message}`,
      data: { exitCode: 1, message, run: 'r1' },
    },
  ]);
});

test('a command that was agreed to, and fails before it makes a run', async () => {
  const { events } = await told('read', 'agreed', new HostError('fred', 'it does not answer'));
  expect(events).toMatchObject([
    { text: 'certificates renew on pair: fred: it does not answer', data: { exitCode: 3 } },
  ]);
});

test('a command of several runs is told once; what another command did for it by that name', async () => {
  const renewed: EventBody = { ...placed, run: 'r2', message: '1 change on fred' };
  const twice = await told('read', renewStart, 'begin', placed, renewStart, 'begin', renewed, { ends: 0 });
  expect(twice.events).toMatchObject([
    { data: { message: '6 changes on fred; 1 change on fred', run: 'r2' } },
  ]);
  asked.splice(0);
  const undo: EventBody = { ...runStart, command: 'rollback' };
  const back = await told('read', runStart, 'begin', runEnd, undo, 'begin', renewed, failed);
  expect(back.events).toMatchObject([
    {
      text: 'apply on pair: fred failed, and is as before; rollback: 1 change on fred',
      data: { exitCode: 1, run: 'r1' },
    },
  ]);
});

test('a run that nobody agreed to is not told because another one was made', async () => {
  const no: EventBody = { ...runEnd, message: 'nothing was done: you did not say yes' };
  const { events } = await told('read', runStart, 'begin', runEnd, runStart, no, failed);
  expect(events.map(({ text }) => text)).toEqual(['apply on pair: fred failed, and is as before']);
});

test('what makes one command after the other is told of each', async () => {
  const push: EventBody = { ...runStart, command: 'push' };
  const { events } = await told(
    ...(['read', push, 'begin', runEnd, failed] as const),
    ...([push, 'begin', placed, { ends: 0 }, { ends: 0 }] as const),
  );
  expect(events.map(({ data }) => (data as { exitCode: number }).exitCode)).toEqual([1, 0]);
});

test('a run that undoes another one, though there is nothing to undo, does not hide how that ended', async () => {
  const undo: EventBody = { ...runStart, command: 'rollback' };
  const nothing: EventBody = { ...runEnd, message: 'nothing to undo' };
  const { events } = await told('read', runStart, 'begin', undo, nothing, runEnd, failed);
  expect(events.map(({ text }) => text)).toEqual(['apply on pair: fred failed, and is as before']);
});

test('a gate that was passed, a run that nobody agreed to, a command without an inventory: nobody is told', async () => {
  expect((await told('read', runStart, 'begin', phase('gate', true))).events).toEqual([]);
  expect((await told('read', runStart, runEnd, failed)).events).toEqual([]);
  expect((await told(runStart, 'begin', runEnd, failed)).events).toEqual([]);
});

test('a run that an error ends is told of, and one that ended by itself not again', () => {
  const heard = new RunEvents();
  const error = new HostError('fred', 'it does not answer');
  expect(heard.endsBy(error)).toEqual([]);
  heard.hear(runStart);
  const [end, ...others] = heard.endsBy(error);
  expect([end, others]).toEqual([
    {
      ...{ type: 'run-end', exitCode: ExitCode.unreachable, ms: expect.any(Number), changed: 0, failed: 0 },
      message: 'fred: it does not answer',
    },
    [],
  ]);
  if (end) heard.hear(end);
  expect(heard.endsBy(new Error('once more'))).toEqual([]);
});

test('what nobody foresaw is told, and takes nothing from the run', async () => {
  breaks = true;
  const { faults } = await told('read', runStart, 'begin', runEnd, failed);
  breaks = false;
  expect(faults).toEqual(['the hooks were not told: nobody foresaw it']);
});
