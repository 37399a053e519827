import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { historyQuestion, readHistory } from '../../src/host/history';
import { runFormat } from '../../src/host/run-format';
import { resultOf } from '../../src/host/run-report';
import { buildTransaction } from '../../src/host/transaction';
import { buildChanges } from '../../src/plan/build-changes';
import { anyHost } from '../../src/playbook/context';
import type { Step } from '../../src/resources/resource';
import { chooseRuns } from '../../src/rollback/choose-runs';
import { readUndo } from '../../src/rollback/records';
import { Systemd } from '../host/systemd';
import { own, Sandbox, type Shell, shells } from '../shell/sandbox';
import { hostSecrets } from '../support/host-secrets';

/**
 * Runs as earlier versions left them on a host: the folders below `recorded-runs`, a folder a format, were made by the
 * built program of that time on the real pair. This version has to undo them, and to bring to its end what they began.
 */

const run = '20261126T015516Z-44a8c6';
const recorded = join(__dirname, 'recorded-runs/format-1', run);

let box: Sandbox;
let systemd: Systemd;
afterEach(() => box.dispose());

/** As recorded, with the places of that host in this one. */
const here = (text: string) =>
  text
    .replaceAll('/srv/kept', box.path('srv/kept'))
    .replaceAll('/etc/sysctl.d/98', box.path('etc/sysctl.d/98'));

function firewall(rows: readonly string[]): void {
  const entries = (set: string) =>
    rows.flatMap((row) => (row.startsWith(set) ? [`${row.slice(set.length + 1)}\n`] : [])).join('');
  mkdirSync(box.memory, { recursive: true });
  for (const set of ['runtime', 'permanent']) writeFileSync(join(box.memory, set), entries(set));
  writeFileSync(join(box.memory, 'interfaces'), '');
  box.fake(
    'firewall-cmd',
    `*) sh '${join(__dirname, '../host/firewalld/fake.sh')}' "$state" runtime "$@" ;;`,
  );
  systemd.set('active', 'firewalld');
}
const opened = () =>
  ['runtime', 'permanent'].map((set) => readFileSync(join(box.memory, set), 'utf8').split('\n').sort());
const ports = ['80/tcp', '8080/tcp', '8989/tcp', 'vrrp'];
const rowsOf = (...entries: string[]) =>
  ['permanent', 'runtime'].flatMap((set) => entries.map((entry) => `${set} public ${entry}`));

/** The host before the run. */
function before(): void {
  systemd = new Systemd(box);
  systemd.unit('kept.service');
  firewall([]);
  box.sysctls({ 'net.ipv4.tcp_fin_timeout': '60' });
  box.write('srv/kept/app.conf', 'old\n');
  box.write('srv/kept/old.conf', 'gone\n');
  chmodSync(box.path('srv/kept/old.conf'), 0o640);
  box.write('srv/kept/hand.conf', 'a=1\nb=1\n');
  box.write('srv/kept/log', '');
  mkdirSync(box.path('etc/sysctl.d'), { recursive: true });
}

/** What the run has made of it. */
function after(): void {
  systemd.ctl('enable kept.service');
  systemd.ctl('start kept.service');
  firewall(rowsOf(...ports, '4242/tcp'));
  const folder = join(box.home(), '../../firewall');
  mkdirSync(folder, { recursive: true });
  for (const [owner, entries] of Object.entries({ cluster37: ports, kept: ['4242/tcp'] }))
    writeFileSync(join(folder, owner), `${rowsOf(...entries).join('\n')}\n`);
  box.sysctls({ 'net.ipv4.tcp_fin_timeout': '61' });
  box.write('srv/kept/app.conf', 'new\n');
  box.write('srv/kept/fresh.conf', 'fresh\n');
  box.onHost(`rm '${box.path('srv/kept/old.conf')}'; mkdir -m 0750 '${box.path('srv/kept/made')}'`);
  box.write('srv/kept/hand.conf', 'a=1\nb=2\n');
  box.write(
    'etc/sysctl.d/98-kept.conf',
    '# Written by haprov; changes made here are overwritten.\nnet.ipv4.tcp_fin_timeout = 61\n',
  );
  box.write('srv/kept/log', 'it is done\nlast is done\n');
}

/** Puts the run's folder there. */
function keep(): void {
  for (const name of readdirSync(recorded, { recursive: true, encoding: 'utf8' })) {
    const [from, to] = [join(recorded, name), join(box.home(run), name)];
    if (!statSync(from).isFile()) continue;
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, here(readFileSync(from, 'utf8')));
  }
  chmodSync(join(box.home(run), 'steps/6/before'), 0o640);
  symlinkSync('finished', join(box.home(run), 'state'));
}

const history = async () => readHistory(await box.probe(historyQuestion.script));
const undo = async (runs: Awaited<ReturnType<typeof history>>) => {
  const { runs: chosen } = chooseRuns(new Map([['fred', runs]]));
  const connection = {
    host: 'fred',
    user: 'root',
    execs: 0,
    runScript: async (script: string) => ({ ...(await box.send(script)), ms: 0 }),
    close: () => {},
  };
  return readUndo({ name: 'fred', connection }, chosen.get('fred') ?? [], []);
};
/** All on the host that a run may change, but for the log, to which undoing adds. */
const world = () => ({
  files: [...box.tree('srv'), ...box.tree('etc')].filter((row) => !row.startsWith('srv/kept/log ')),
  opened: opened(),
  units: systemd.links(),
  runs: systemd.runs('kept.service'),
  parameter: box.sysctl('net.ipv4.tcp_fin_timeout'),
});

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
    before();
  });

  test('a run of format 1 is undone', async () => {
    const original = world();
    after();
    keep();
    const runs = await history();
    expect(runs).toMatchObject([{ run, format: 1, state: 'finished', number: 2 }]);
    const { resources, warnings } = await undo(runs);
    expect(warnings).toEqual([]);
    const observed = [];
    for (const one of resources) observed.push(one.observe(await box.probe(one.question.script), anyHost));
    const changes = buildChanges('fred', observed, hostSecrets());
    expect(changes.map(({ action, type, step }) => [action, type, step.validator])).toEqual([
      ['run', 'command', undefined],
      ['run', 'command', undefined],
      ['remove', 'file', undefined],
      ['update', 'file', 'grep -q b= %s'],
      ['create', 'file', undefined],
      ['remove', 'file', undefined],
      ['update', 'file', "grep -q '[a-z]' %s"],
      ['run', 'command', undefined],
      ['run', 'command', undefined],
      ['update', 'sysctl', undefined],
      ['remove', 'directory', undefined],
      ['update', 'service', undefined],
    ]);
    const steps = changes.map(({ step }) => step);
    expect(await box.apply(steps, 'run2')).toMatchObject({ code: 0 });
    expect(await box.finish('run2')).toMatchObject({ code: 0 });
    expect(world()).toEqual(original);
    expect(box.read('srv/kept/log').split('\n')).toEqual([
      'it is done',
      'last is done',
      'last is undone',
      "it's undone",
      '',
    ]);
  });

  /** The program of the old version goes as far as `committed`; then nobody drives it any more. */
  const abandon = async () => {
    box.fake('unshare', '"-m sh "*) exit 1 ;;');
    const program = here(readFileSync(join(recorded, 'transaction'), 'utf8'));
    const script = [
      'umask 077',
      `mkdir -p /var/lib/haprov/runs/${run}`,
      `echo 1 >/var/lib/haprov/runs/${run}/number`,
      `cat >/var/lib/haprov/runs/${run}/transaction <<'END_OF_OLD'`,
      `${program}END_OF_OLD`,
      `for verb in stage commit; do sh /var/lib/haprov/runs/${run}/transaction $verb 3>&1 || exit; done`,
      '',
    ].join('\n');
    expect(await box.send(script)).toMatchObject({ code: 0 });
    expect([box.state(run), box.read('srv/kept/app.conf')]).toEqual(['committed', 'new\n']);
    box.killWatchers();
  };
  const file = async () =>
    box.steps({ type: 'file', path: box.path('srv/kept/other'), content: 'x\n', ...own });

  test.each([
    ['the operator who logs in again', () => box.settle(run)],
    ['the next run', async () => box.stage(await file())],
    ['the host when it starts', () => box.boots()],
  ])('one of format 1 that nobody drives any more is brought to its end by %s', async (_who, bring) => {
    const original = world();
    await abandon();
    expect(world()).not.toEqual(original);
    await bring();
    if (box.lock) await box.go('restore');
    expect([box.state(run), world(), box.lock]).toEqual(['restored', original, undefined]);
  });
});

test('what a recorded undo may call is there', () => {
  box = new Sandbox();
  const words = readFileSync('docs/decisions/0008-run-folder.md', 'utf8')
    .split('They may use')[1]
    ?.split('To rename')[0]
    ?.match(/(?<=`)[a-z_]+(?=`)/g);
  expect(words).toHaveLength(10);
  const step = (word: string): Step => ({
    phase: 'service',
    check: ':',
    run: ':',
    undo: `${word} one 'two'`,
  });
  const programOf = (word: string) =>
    buildTransaction({
      run,
      owner: 'me',
      leaseSeconds: 60,
      steps: [{ title: '', type: 'command', target: '', action: 'run', step: step(word) }],
    });
  expect(words?.filter((word) => !programOf(word).includes(`\n${word}() `))).toEqual([]);
});

describe('a run of a format that only a newer haprov knows', () => {
  const newer = runFormat + 1;
  const wish = (content: string) =>
    box.steps({ type: 'file', path: box.path('srv/kept/app.conf'), content, ...own });
  const become = (format: number, name = 'run1') =>
    writeFileSync(join(box.home(name), 'format'), `${format}\n`);

  beforeEach(() => {
    box = new Sandbox();
    before();
  });

  test('is in the history, with what it came to', async () => {
    await box.apply(await wish('new\n'));
    await box.finish();
    become(newer);
    const [found] = await history();
    expect(found).toEqual({
      run: 'run1',
      number: 1,
      format: newer,
      state: 'finished',
      alive: false,
      journal: [],
    });
    expect(found && resultOf(found)).toBe('finished');
  });

  test('is not undone, and it is said what to do', async () => {
    await box.apply(await wish('new\n'));
    await box.finish();
    become(newer);
    await expect(undo(await history())).rejects.toMatchObject({
      message: expect.stringContaining(`run1 was made by a newer haprov (its folder has format ${newer}`),
      hint: 'roll it back with that haprov, or a newer one',
    });
  });

  test('is brought to its end by its own program', async () => {
    await box.apply(await wish('new\n'));
    box.killWatchers();
    become(newer);
    expect([await box.settle(), box.read('srv/kept/app.conf')]).toEqual(['restored recovered', 'old\n']);
  });

  test.each([
    ['of this version goes back by what it wrote down', runFormat, 'restored recovered', 'old\n', 0],
    ['of a newer one is left as it is', newer, 'unknown recovered', 'new\n', 75],
  ])('where the program is damaged, a run %s', async (_, format, settled, content, code) => {
    await box.apply(await wish('new\n'));
    box.killWatchers();
    become(format);
    writeFileSync(join(box.home(), 'transaction'), '');
    expect([await box.settle(), box.read('srv/kept/app.conf')]).toEqual([settled, content]);
    expect(await box.stage(await wish('newest\n'), 'run2')).toMatchObject({ code });
  });
});

describe('a run’s folder that a crash has damaged', () => {
  beforeEach(() => {
    box = new Sandbox();
    before();
  });

  test.each([
    ['format', '', 'is damaged'],
    ['steps.json', '', 'the steps.json of the run is damaged'],
    ['steps.json', '[', 'the steps.json of the run is damaged'],
    ['steps.json', '[]', 'has other steps by its manifest than by its steps.json'],
    ['steps.json', '[{"run":":"}]', 'the steps.json of the run is damaged'],
  ])('%s with %j: its run is not undone without a word', async (name, text, message) => {
    await box.apply(
      await box.steps({ type: 'file', path: box.path('srv/kept/app.conf'), content: 'new\n', ...own }),
    );
    await box.finish();
    writeFileSync(join(box.home(), name), text);
    await expect(undo(await history())).rejects.toThrow(message);
  });

  test('of format 1 with a program that is cut off: its run is not undone without a word', async () => {
    after();
    keep();
    const program = join(box.home(run), 'transaction');
    const whole = readFileSync(program, 'utf8');
    for (const end of ['s12_undo() {\n', 's12_run() {\n', 's6_undo() {\n', '#!/bin/sh\n']) {
      writeFileSync(program, whole.slice(0, whole.indexOf(end) + end.length));
      await expect(undo(await history())).rejects.toThrow('the program of the run is cut off');
    }
  });
});
