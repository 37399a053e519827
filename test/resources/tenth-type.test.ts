import { render } from '../../src/commands/render';
import { classify } from '../../src/ha/disruption';
import { readFacts } from '../../src/host/facts';
import type { RecordedRun } from '../../src/host/history';
import { Answers } from '../../src/host/probe';
import { mergeRuns } from '../../src/library/log';
import { lint } from '../../src/lint/lint';
import { publicPlan } from '../../src/plan/plan';
import { planHost, questionsOf, readinessOf } from '../../src/planning/host-plan';
import { subjectOf } from '../../src/planning/lint-subject';
import { renderLog } from '../../src/report/log-text';
import { renderPlan } from '../../src/report/plan-text';
import { undoOf } from '../../src/rollback/undo';
import { HostRun } from '../../src/rollout/host-run';
import { sshHosts } from '../../src/rollout/ssh-host';
import { withFiles } from '../bad-input/cases';
import { recorder } from '../commands/recorder';
import { FakeHost } from '../support/fake-host';
import { loadDesiredState } from '../support/load-inventory';

jest.mock('../../src/resources/types', () => {
  const { known } = jest.requireActual('../../src/resources/bind');
  const { timer } = jest.requireActual('./timer');
  const { resourceTypes } = jest.requireActual('../../src/resources/types');
  return { resourceTypes: [...resourceTypes, known(timer)] };
});

/** A tenth type, a file and a word in the list, is one like the other nine to every command. */

const timer = { type: 'timer', unit: 'backup.timer', path: '/etc/backup.every', every: '1h' };
const inventory = (resources: object[]) => ({
  'inventory.json': JSON.stringify({
    hosts: { fred: { address: '10.0.0.1' } },
    playbooks: ['./p.json'],
  }),
  'p.json': JSON.stringify({ tasks: [{ name: 'T', resources }] }),
});
const within = <T>(resources: object[], run: (file: string) => T) =>
  withFiles({ files: inventory(resources) }, async (_folder, file) => run(file));

/** What is planned on fred, whose timetable says `now`. */
const planned = (resources: object[], now: string) =>
  within(resources, (file) => {
    const desired = loadDesiredState(file, recorder().context);
    const [[host, wanted] = []] = desired.wanted;
    if (!host || !wanted) throw new Error('no host');
    const answers = new Answers();
    for (const { id } of questionsOf(wanted))
      answers.add(id, { output: id === 'secret-lines' ? '' : now, code: 0 });
    const facts = readFacts(
      'uid=0\ninit=systemd\ninstaller=dnf\nrelease=Rocky Linux release 9.4 (Blue Onyx)\n',
    );
    const found = { name: 'fred', facts, answers, connection: new FakeHost('fred', []) };
    return { desired, host, wanted, plan: planHost(desired.inventory, host, found, wanted) };
  });

test('its fields are checked like those of any other', async () => {
  await expect(
    within([{ ...timer, every: 'often' }], (file) => loadDesiredState(file, recorder().context)),
  ).rejects.toThrow(/resources\[0\]\.every: is "often" \(expected a time span such as "1h"\)/);
});

test('two that decide about one path are a fault', async () => {
  const file = { type: 'file', path: timer.path, content: 'x' };
  await expect(within([timer, file], (path) => loadDesiredState(path, recorder().context))).rejects.toThrow(
    `${timer.path} has a resource already`,
  );
});

test('plan, and what it does to clients', async () => {
  const { desired, plan } = await planned([timer], '2h\n');
  expect(plan.error).toBeUndefined();
  const whole = { version: 1 as const, inventory: 'i', createdAt: '', hosts: [plan], warnings: [] };
  const classed = classify(whole, { inventory: desired.inventory, holders: new Set(), listening: new Map() });
  expect(classed.hosts[0]?.changes[0]?.disruption).toMatchObject({
    class: 'rolling',
    why: 'backup.timer restarts; no service of the inventory is known to need it',
  });
  const shown = renderPlan(publicPlan(classed), { color: false, columns: 80 });
  expect(shown).toContain('restart timer backup.timer');
  expect(JSON.stringify(publicPlan(classed))).not.toMatch(/"(?:unit|step|part|isOpaque)":/);
});

test('nothing to do where it is so', async () => {
  expect((await planned([timer], '1h\n')).plan.changes).toEqual([]);
});

test('it is told of what it is to hear of, once, after all others', async () => {
  const file = { type: 'command', run: 'x', unless: 'false', notify: { restart: 'backup.timer' } };
  const { wanted } = await planned([file, timer], '1h\n');
  expect(questionsOf(wanted).map(({ id }) => id)).toEqual([
    'command x',
    'timer backup.timer',
    'secret-lines',
  ]);
});

test('push makes it, and the gate and status wait for its unit', async () => {
  const { desired, host, wanted } = await planned([timer], '');
  expect(wanted.map(({ isDaily }) => isDaily)).toEqual([true]);
  expect(readinessOf(desired.inventory, host, wanted).units).toEqual(['backup.timer']);
});

test('lint sees what it brings', async () => {
  const { desired } = await planned([timer], '');
  const subject = subjectOf(desired);
  expect(subject.hosts[0]).toMatchObject({ units: ['backup.timer'], packages: ['timers'], files: [] });
  expect(lint(subject, 'inventory.json')).toEqual([]);
});

test('render shows it in its own words', async () => {
  const heard = recorder();
  await within([timer], (inventory) =>
    render({ inventory, el: 9, showSecrets: false, json: false }, heard.context),
  );
  expect(heard.text()).toContain('    timer backup.timer: every 1h');
});

describe('a run that made it', () => {
  const steps = [{ type: 'timer', target: 'backup.timer', action: 'restart' }];
  const manifest = {
    run: '20260102T030405Z-abcdef',
    owner: 'ann',
    startedAt: '',
    command: 'apply',
    inventory: 'i',
    steps,
  };
  const run: RecordedRun & { manifest: typeof manifest } = {
    run: manifest.run,
    number: 1,
    format: 2,
    state: 'finished',
    alive: false,
    journal: [],
    manifest,
  };

  test('its transaction has the parts of its step, and names its unit', async () => {
    const { plan } = await planned([timer], '2h\n');
    const fred = new FakeHost('fred', [{ matches: ' stage', stdout: '1\tstate\t-\tstaged\n' }]);
    const around = { run: manifest.run, owner: 'ann', command: 'apply', inventory: 'i', leaseSeconds: 60 };
    const made = new HostRun(
      { ...around, emit: () => {} } as never,
      sshHosts({ connections: new Map([['fred', fred]]) } as never).get('fred') as never,
      plan,
    );
    expect((await made.stage()).status).toBe('ok');
    expect(fred.scripts[0]).toContain("printf '%s\\n' 1h >/etc/backup.every");
    expect(fred.scripts[0]).toContain("units='haproxy keepalived httpd backup.timer'");
    expect(fred.scripts[0]).toContain('"type":"timer","target":"backup.timer","action":"restart"');
  });

  test('is taken back by the undo that its step wrote down', () => {
    const record = { has: new Set(['begun']), run: 'R', undo: 'U', before: 'absent' };
    const found = undoOf([{ run, records: new Map([[1, record]]) }], {
      host: 'fred',
      current: new Map(),
      byPlaybooks: [],
    });
    expect(found.warnings).toEqual([]);
    const [back, ...others] = found.resources;
    expect(others).toEqual([]);
    expect(back?.target).toBe('undo of timer backup.timer');
    const [change] =
      back
        ?.observe('', { interfaceOf: () => '', major: 9, versions: { haproxy: '', keepalived: '' } })
        .diff({ packagesPending: false }) ?? [];
    expect(change?.step).toMatchObject({
      run: 'begin || return\nU',
      undo: '[ -f "$step/begun" ] || return 0\nR',
    });
  });

  test('is told by log', () => {
    const text = renderLog(mergeRuns([['fred', [run]]]), {
      color: false,
      columns: 80,
      full: true,
      inventory: 'pair.json',
    });
    expect(text).toContain('restart timer backup.timer');
  });
});
