import { type LoggedHost, type LogListener, readLogs } from '../../src/ask/journals';
import { HostError } from '../../src/errors';
import type { Connection } from '../../src/host/connection';

/** What becomes of the others where one host, or who listens, fails. */

type Ask = Parameters<Connection['runScript']>[1];

/** Answers each question by its purpose, and refuses one that it was not told of. */
function hostOf(name: string, answers: Record<string, (ask: Ask) => Promise<void>>) {
  const asked: string[] = [];
  const connection = {
    host: name,
    close() {},
    async runScript(_script: string, ask: Ask) {
      const to = ask.to ?? 'tell its clock';
      asked.push(to);
      const answer = answers[to];
      if (!answer) throw new Error(`${name} was not told of: ${to}`);
      await answer(ask);
      return { code: 0, stdout: '', stderr: '' };
    },
  } as unknown as Connection;
  const host: LoggedHost = { target: { name } as LoggedHost['target'], connection, units: [] };
  return { host, asked };
}

const row = (name: string) =>
  `journal\n${JSON.stringify({ __CURSOR: name, __REALTIME_TIMESTAMP: '1700000000000000', MESSAGE: `of ${name}` })}\n`;
const knowsNoClock = async () => {};
const logged = (name: string) => async (ask: Ask) => void (await ask.onStdout?.(row(name)));
/** Until it is wanted no more. */
const follows = (begin: (ask: Ask) => unknown) => (ask: Ask) =>
  new Promise<void>((resolve) => {
    ask.onStdin?.({ end: () => resolve() } as never);
    begin(ask);
  });

function listener(hear: LogListener['hear'] = () => {}) {
  const [heard, told]: [string[], string[]] = [[], []];
  const one: LogListener = {
    errorsOf: () => new Map(),
    hear(entry, at) {
      heard.push(entry.message);
      return hear(entry, at);
    },
    tell: (host, _level, text) => void told.push(`${host}: ${text}`),
    stopping: new AbortController().signal,
  };
  return { one, heard, told };
}

test('a host that breaks off while it is asked for its clock is told of, and the others are shown', async () => {
  const good = hostOf('good', { 'tell its clock': knowsNoClock, 'read the log': logged('good') });
  const lost = hostOf('lost', {
    'tell its clock': () => Promise.reject(new HostError('lost', 'the connection broke off')),
  });
  const { one, heard, told } = listener();
  await readLogs([lost.host, good.host], { follows: false }, one);
  expect(heard).toEqual(['of good']);
  expect(told).toEqual([expect.stringContaining('the connection broke off')]);
  expect(lost.asked).toEqual(['tell its clock']);
});

test('what a listener throws ends the following of all hosts, and is thrown', async () => {
  const answers = { 'tell its clock': knowsNoClock, 'read the log': async () => {} };
  const hosts = [
    hostOf('one', {
      ...answers,
      'follow the log': follows((ask) => ask.onStdout?.(row('one'))),
    }),
    hostOf('other', { ...answers, 'follow the log': follows(() => {}) }),
  ].map(({ host }) => host);
  const { one } = listener(() => Promise.reject(new Error('the disk is full')));
  await expect(readLogs(hosts, { follows: true }, one)).rejects.toThrow('the disk is full');
});

test('what HAProxy says to its standard error and to two facilities is told once, and what it says again is told again', async () => {
  const said = [
    ['3', '[WARNING]  (12) : Server app/one is DOWN', 0],
    ['16', 'Server app/one is DOWN', 1],
    ['17', 'Server app/one is DOWN', 2],
    ['16', 'GET /', 3],
    ['16', 'GET /', 4],
    ['16', 'Server app/one is DOWN', 5],
    ['17', 'Server app/one is DOWN', 9000],
  ] as const;
  const rows = said.map(([SYSLOG_FACILITY, MESSAGE, ms]) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: `${1_700_000_000_000_000 + ms * 1000}`,
      _PID: '12',
      PRIORITY: '6',
      SYSLOG_FACILITY,
      MESSAGE,
    }),
  );
  const { host } = hostOf('fred', {
    'tell its clock': knowsNoClock,
    'read the log': async (ask) => void (await ask.onStdout?.(`journal\n${rows.join('\n')}\n`)),
  });
  const { one, heard } = listener();
  await readLogs([host], { follows: false, lines: 10 }, one);
  expect(heard).toEqual([
    '[WARNING]  (12) : Server app/one is DOWN',
    'GET /',
    'GET /',
    'Server app/one is DOWN',
    'Server app/one is DOWN',
  ]);
});
