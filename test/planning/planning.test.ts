import { readFacts } from '../../src/host/facts';
import { clockProblems } from '../../src/planning/clocks';
import { bringToItsEnd, newRunId } from '../../src/planning/planning';
import { startedAgain } from '../../src/planning/started-again';
import { FakeHost } from '../support/fake-host';
import { plannedChange } from '../support/planned-change';

const facts = readFacts('lock=run7 1700000000 me@laptop\nlock-state=committing\n');
const recovering = (stdout: string) => {
  const connection = new FakeHost('fred', [{ matches: 'settle_run_of run7', stdout }]);
  return bringToItsEnd({ name: 'fred', connection, facts });
};

test.each(['restored recovered\n', 'finished recovered\n', 'gone recovered\n', 'alive recovered\n'])(
  'a dead run that is brought to its end: %j',
  async (stdout) => {
    await expect(recovering(stdout)).resolves.toBeUndefined();
  },
);

test.each([
  ['broken recovered\n', 4, /^fred: the run run7 was brought to its end, but the host is NOT RESTORED/],
  ['committing recovered\n', 1, /^fred: could not bring the run run7 to its end: it is committing$/],
  ['', 1, /^fred: could not bring the run run7 to its end: it is in no known state$/],
])('a dead run of which %j is said', async (stdout, exitCode, message) => {
  await expect(recovering(stdout)).rejects.toMatchObject({
    exitCode,
    message: expect.stringMatching(message),
  });
});

test('a plan that starts a retired host again says so', () => {
  const host = (drained: string) => ({ name: 'fred', facts: readFacts(drained) });
  const change = (unit: string, ...names: string[]) =>
    plannedChange({ unit, attributes: names.map((name) => ({ name, from: 'a', to: 'b' })) });
  const readiness = new Map([
    ['fred', { units: ['httpd', 'haproxy', 'keepalived'], ports: [], balances: true }],
  ]);
  const plan = (...names: string[]) => [
    {
      host: 'fred',
      address: '',
      os: '',
      changes: [change('haproxy', 'enabled', 'active'), change('keepalived', ...names)],
    },
  ];
  const drained = host('drained=yes 1700000000 me@laptop\n');
  expect(startedAgain(plan('enabled', 'active'), [drained], readiness)).toEqual(['fred']);
  expect(startedAgain(plan('active'), [drained], readiness)).toEqual([]);
  expect(startedAgain(plan('enabled', 'active'), [host('')], readiness)).toEqual([]);
});

describe('clocks', () => {
  const at = (name: string, clock: string) => ({
    name,
    facts: readFacts(`clock=${Date.parse(clock) / 1000}\n`),
  });
  const now = new Date('2026-11-25T12:00:00Z');
  const [fred, ethyl] = [at('fred', '2026-11-25T12:00:05Z'), at('ethyl', '2026-11-25T11:59:50Z')];

  test('a laptop whose clock is mad is told so, and its runs are not named by it', () => {
    const mad = new Date('9999-12-31T23:59:59Z');
    expect(clockProblems([fred, ethyl], mad)).toEqual([
      expect.stringMatching(/^the clock of this machine is .* ahead/),
    ]);
    const survey = { hosts: [fred, ethyl] } as unknown as Parameters<typeof newRunId>[0];
    expect(newRunId(survey)).toMatch(/^20261125T1\d{5}Z-[0-9a-f]{6}$/);
  });
  test('a host whose clock is mad is named', () => {
    expect(clockProblems([fred, at('ethyl', '2020-01-01T00:00:00Z')], now)).toEqual([
      expect.stringMatching(/^ethyl: its clock is .* behind/),
    ]);
  });
  test('seconds are no fault, and a host that does not say is none', () => {
    expect(clockProblems([fred, ethyl], now)).toEqual([]);
    expect(clockProblems([{ name: 'fred', facts }], now)).toEqual([]);
  });
});
