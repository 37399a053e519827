import type { Connection } from '../../src/host/connection';
import type { RollNote, Stand } from '../../src/host/roll-note';
import { CloserLook } from '../../src/patch/closer-look';
import { type HostBefore, readBefore } from '../../src/patch/host-before';
import type { CommonOptions } from '../../src/planning/context';
import type { DesiredState } from '../../src/planning/desired-state';
import { statusObserver } from '../../src/planning/status-observer';
import type { StatusFinding } from '../../src/status/status';
import { recorder } from '../commands/recorder';
import { healthy } from '../support/statuses';

jest.mock('../../src/planning/status-observer', () => ({ statusObserver: jest.fn() }));

afterEach(() => {
  jest.useRealTimers();
  jest.mocked(statusObserver).mockReset();
});

test('each look of a roll is by what was read when it began, and at all hosts', async () => {
  jest.mocked(statusObserver).mockImplementation(() => ({
    look: async () => healthy,
    inventory: undefined,
    connections: new Map(),
    close: () => {},
  }));
  const said = { wanted: new Map() } as DesiredState;
  const options = { inventory: 'edited-meanwhile.json', limit: 'fred' } as unknown as CommonOptions;
  const { context } = recorder();
  const closer = new CloserLook(options, context, said);
  const connections = new Map();
  await closer.begin(['fred'], { hosts: new Map() } as unknown as RollNote, connections, new Map());
  expect(await closer.faultsSince('fred', connections, true)).toEqual([]);
  const asked = [{ inventory: 'edited-meanwhile.json' }, context, connections, said];
  expect(jest.mocked(statusObserver).mock.calls).toEqual([asked, asked]);
});

test('a host that a roll had taken out is compared with how it was then, whatever has booted since', async () => {
  const { context } = recorder();
  const found = (unit: string): StatusFinding => ({
    rule: 'unit',
    level: 'broken',
    component: 'service',
    host: 'fred',
    on: ['fred'],
    unit,
    message: `${unit} does not run`,
    evidence: [],
    next: '',
  });
  const now = { ...healthy, findings: [found('toy'), found('game')] };
  jest.mocked(statusObserver).mockImplementation(() => ({
    look: async () => now,
    inventory: undefined,
    connections: new Map(),
    close: () => {},
  }));
  const tells: { text: string; kept: string[] } = { text: 'service toy.service=yes\n', kept: [] };
  const connection = {
    runScript: async (script: string) => {
      if (/^keep_before /m.test(script)) tells.kept.push(script);
      return { code: 0, stdout: `clock=${Date.now() / 1000}\n${tells.text}`, stderr: '' };
    },
  } as unknown as Connection;
  const connections = new Map([['fred', connection]]);
  const look = (...wanted: string[]) =>
    new CloserLook({ inventory: 'i.json' } as CommonOptions, context, {
      wanted: new Map([[{ name: 'fred' }, wanted]]),
    } as unknown as DesiredState);
  const stands = (state: Stand['state'], staysDrained = false) =>
    ({ hosts: new Map([['fred', { state, staysDrained, mark: '' }]]) }) as unknown as RollNote;
  const first = look();
  now.findings = [found('game')];
  await first.begin(['fred'], stands('due'), connections, new Map());
  await first.keep('fred', connections);
  const [, json = ''] = /^keep_before '(.*)'$/m.exec(tells.kept[0] ?? '') ?? [];
  const kept = readBefore(json);
  if (!kept) throw new Error(`not kept: ${tells.kept[0]}`);

  now.findings = [found('toy'), found('game')];
  tells.text = '';
  const says = async (state: Stand['state'], before: [string, HostBefore][], ...wanted: string[]) => {
    const second = look(...wanted);
    await second.begin(['fred'], stands(state), connections, new Map(before));
    return second.faultsSince('fred', connections, false);
  };
  jest.useFakeTimers({ advanceTimers: 1000 });
  const faults = [
    'toy does not run',
    'toy ran before, and does not now (systemctl status toy says why)',
    'where that is meant: haprov undrain fred, then this with --anew',
  ];
  for (const state of ['taken', 'booting'] as const)
    expect(await says(state, [['fred', kept]])).toEqual(faults);
  // By an edited inventory only what ran is compared.
  expect(await says('taken', [['fred', kept]], 'more')).toEqual(faults.slice(1));
  // Somebody has drained it since, so that it has no place to get back.
  const again = look();
  await again.begin(['fred'], stands('booting', true), connections, new Map([['fred', kept]]));
  expect((await again.faultsSince('fred', connections, false)).at(-1)).toBe(
    'where that is meant: this with --anew',
  );
  expect(await says('due', [['fred', kept]])).toEqual([]);
  expect(await says('booting', [])).toEqual(['toy does not run', 'game does not run']);
  expect(readBefore('')).toBeUndefined();
});
