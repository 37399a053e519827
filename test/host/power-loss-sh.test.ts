import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyQuestion, readHistory } from '../../src/host/history';
import type { Step } from '../../src/resources/resource';
import { own, Sandbox, type Shell, shells } from '../shell/sandbox';
import { Systemd } from './systemd';

/** A host that loses its power at any point of a run, and what a crash may make of what is on its disk. */

let box: Sandbox;
afterEach(() => box.dispose());

const file = (name: string, content: string) => ({ type: 'file', path: box.path(name), content, ...own });
/** Where this is run, the power goes, once. */
const powerLoss = () =>
  `[ -e ${box.memory}/gone ] || { mkdir -p ${box.memory}; : >${box.memory}/gone; ${box.powerLoss}; kill -9 $$; }`;
const cut = (part: 'stage' | 'run' | 'verify'): Step => ({
  phase: 'commit',
  check: ':',
  run: ':',
  [part]: powerLoss(),
});
const stuck = (): Step => ({ phase: 'commit', check: ':', run: ':', undo: powerLoss() });

interface Point {
  when: string;
  /** Goes as far as that. */
  go: (steps: readonly Step[]) => Promise<unknown>;
  isNew?: boolean;
}

const points: Point[] = [
  { when: 'while it stages', go: (steps) => box.apply([...steps, cut('stage')]) },
  { when: 'staged', go: (steps) => box.stage(steps) },
  { when: 'between two commits', go: ([first, ...rest]) => box.apply([first as Step, cut('run'), ...rest]) },
  { when: 'before it says that all is committed', go: (steps) => box.apply([...steps, cut('verify')]) },
  { when: 'committed', go: (steps) => box.apply(steps) },
  {
    when: 'while it restores',
    go: async (steps) => {
      await box.apply([...steps, stuck()]);
      // It would bring the run to its end as soon as it sees it dead, and the power takes it as well.
      box.killWatchers();
      await box.go('restore');
    },
  },
  {
    when: 'confirmed',
    go: async (steps) => {
      await box.apply(steps);
      await box.go('confirm');
    },
    isNew: true,
  },
];

async function begin(): Promise<{ steps: Step[]; before: string[] }> {
  box.write('etc/a', 'old\n');
  const steps = await box.steps(file('etc/a', 'new\n'), file('etc/b', 'new\n'));
  return { steps, before: box.tree('etc') };
}

async function expectWhole(isNew: boolean, before: readonly string[]): Promise<void> {
  if (isNew)
    expect([box.read('etc/a'), box.read('etc/b'), box.tree('etc').length]).toEqual(['new\n', 'new\n', 3]);
  else expect(box.tree('etc')).toEqual(before);
  expect([box.state(), box.lock]).toEqual([isNew ? 'finished' : 'restored', undefined]);
  expect(await box.boots()).toBe(false);
}

const inAllShells = shells.map((shell): [string, Shell] => [shell.join(' '), shell]);

describe.each(inAllShells)('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
  });

  describe.each(points)('the power goes $when', ({ go, isNew = false }) => {
    test('the operator finds a dead run, and brings it to its end', async () => {
      const { steps, before } = await begin();
      await go(steps);
      box.killWatchers();
      expect(await box.settle()).toBe(isNew ? 'finished recovered' : 'restored recovered');
      await expectWhole(isNew, before);
    });

    test('the host does so by itself when it starts: systemd', async () => {
      const { steps, before } = await begin();
      await go(steps);
      box.killWatchers();
      expect(await box.boots()).toBe(true);
      await expectWhole(isNew, before);
      expect(await box.settle()).toBe(isNew ? 'finished' : 'restored');
    });
  });

  test('on EL6 a link of the init scripts does so', async () => {
    box.becomeEl6();
    const { steps, before } = await begin();
    await box.apply([...steps, cut('verify')]);
    box.killWatchers();
    for (const level of [2, 3, 4, 5])
      expect(existsSync(join(box.boot, `rc${level}.d/S11haprov-recover-run1`))).toBe(true);
    expect(await box.boots()).toBe(true);
    await expectWhole(false, before);
    expect(existsSync(box.path('etc/init.d/haprov-recover-run1'))).toBe(false);
  });
});

test('nothing is left for the start of the host once a run has ended', async () => {
  box = new Sandbox();
  const { steps } = await begin();
  await box.apply(steps);
  await box.finish();
  expect(await box.boots()).toBe(false);
  await box.stage(await box.steps(file('etc/a', 'newer\n')), 'run2');
  const unit = readFileSync(join(box.boot, 'system/haprov-recover-run2.service'), 'utf8');
  expect(unit).toMatch(/^Before= haproxy\.service keepalived\.service httpd\.service$/m);
  expect(unit).toMatch(/^ExecStart=\/bin\/sh .*\/runs\/run2\/transaction boot$/m);
  expect(unit).not.toContain('network-online');
  await box.go('restore', 'run2');
  expect(existsSync(join(box.boot, 'system/haprov-recover-run2.service'))).toBe(false);
});

test('packages come back by the network, so their run waits for it when the host starts', async () => {
  box = new Sandbox();
  await box.stage([{ phase: 'commit', undoneByNetwork: true, check: ':', run: ':' }]);
  const unit = readFileSync(join(box.boot, 'system/haprov-recover-run1.service'), 'utf8');
  expect(unit).toMatch(/^After=.* network-online\.target$/m);
  expect(unit).toMatch(/^Wants=network-online\.target$/m);
});

test('a run that finds the lock taken leaves nothing for the start of the host, and the other’s hook alone', async () => {
  box = new Sandbox();
  const { steps } = await begin();
  await box.stage(steps);
  expect((await box.stage(steps, 'run2')).code).toBe(75);
  expect(box.bootHooks()).toEqual(['haprov-recover-run1.service']);
  await box.go('restore');
  expect(box.bootHooks()).toEqual([]);
});

test('wherever the power goes, a host that starts again is whole and has no lock', async () => {
  const wrong: unknown[] = [];
  let point = 1;
  for (let wasCut = true; wasCut; point += 1) {
    box = new Sandbox();
    const { steps, before } = await begin();
    box.losesPowerAt(point, ['ln', 'mv', 'rm']);
    if ((await box.apply(steps)).code === 0) await box.finish();
    wasCut = box.hasLostPower;
    box.killWatchers();
    await box.boots();
    const isOld = box.tree('etc').join() === before.join();
    const isNew = box.read('etc/a') === 'new\n' && box.tree('etc').length === 3;
    if (!(isOld || isNew) || box.lock !== undefined || box.bootHooks().length > 0)
      wrong.push({ point, tree: box.tree('etc'), lock: box.lock, hooks: box.bootHooks() });
    box.dispose();
  }
  box = new Sandbox();
  expect(wrong).toEqual([]);
  expect(point).toBeGreaterThan(20);
}, 900_000);

describe('services are left to the start of the host', () => {
  /** What `systemctl` is told beside being asked. */
  const told = () => box.calls().filter((call) => !/ (show|is-enabled|is-active) |list-jobs/.test(call));

  test.each([
    ['ran, and is to be stopped', true, { enabled: false, running: false }, 'start'],
    ['did not run, and is to run', false, { enabled: true, running: true }, 'stop'],
  ])('one that %s', async (_, ran, wish, verb) => {
    box = new Sandbox();
    const systemd = new Systemd(box);
    systemd.unit('web.service');
    if (ran) systemd.ctl('enable web.service');
    systemd.set('active', 'web.service', ran);
    const links = systemd.links();
    await box.apply(await box.steps({ type: 'service', unit: 'web', ...wish }));
    expect(systemd.links()).not.toEqual(links);
    const before = told().length;
    // Nothing runs yet.
    systemd.set('active', 'web.service', false);
    box.killWatchers();
    expect(await box.boots()).toBe(true);
    expect(told().slice(before)).toEqual([
      'systemctl daemon-reload',
      `systemctl --no-block ${verb} web.service`,
    ]);
    expect([box.state(), systemd.links()]).toEqual(['restored', links]);
  });
});

describe('what a crash makes of a run’s files', () => {
  const damages: [string, (path: string) => void][] = [
    ['empty', (path) => writeFileSync(path, '')],
    [
      'cut in the middle',
      (path) => writeFileSync(path, readFileSync(path).subarray(0, readFileSync(path).length >> 1)),
    ],
    [
      'with an end of NULs',
      (path) => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0, bytes.length >> 1));
      },
    ],
    ['gone', (path) => rmSync(path)],
  ];
  const files = [
    'journal',
    'manifest',
    'format',
    'steps.json',
    'transaction',
    'number',
    'log',
    'alive',
    'guard',
  ];
  const links = ['state', 'since', 'lease'];
  const states = points.filter(({ when }) =>
    ['staged', 'between two commits', 'committed', 'confirmed'].includes(when),
  );

  test.each(states)(
    '$when',
    async ({ go, isNew = false }) => {
      const wrong: unknown[] = [];
      const cases = [
        ...files.flatMap((name) => damages.map(([what, damage]) => ({ name, what, damage }))),
        ...links.map((name) => ({
          name,
          what: 'a link to nothing sensible',
          damage: (path: string) => {
            rmSync(path);
            symlinkSync('?', path);
          },
        })),
      ];
      for (const { name, what, damage } of cases) {
        box = new Sandbox();
        const { steps, before } = await begin();
        await go(steps);
        box.killWatchers();
        damage(join(box.home(), name));
        const found = readHistory(await box.probe(historyQuestion.script)).map(({ run }) => run);
        await box.boots().catch(() => undefined);
        const settled = await box.settle();
        const isWhole = isNew
          ? box.read('etc/a') === 'new\n' && box.tree('etc').length === 3
          : box.tree('etc').join() === before.join();
        const next = await box.stage(await box.steps(file('etc/a', 'newest\n')), 'run2');
        const end = readlinkSync(join(box.home(), 'state'));
        if (
          !isWhole ||
          found.join() !== 'run1' ||
          next.code !== 0 ||
          end !== (isNew ? 'finished' : 'restored')
        )
          wrong.push({
            name,
            what,
            settled,
            end,
            found,
            isWhole,
            next: next.code,
            tree: box.tree('etc'),
            before,
          });
        box.dispose();
      }
      box = new Sandbox();
      expect(wrong).toEqual([]);
    },
    900_000,
  );
});

describe('time is what the host has run', () => {
  const look = () => box.watcherLooks();

  test('a clock that is set forward or back ends no lease, and keeps none', async () => {
    box = new Sandbox();
    box.uptime = 1000;
    const { steps } = await begin();
    await box.stage(steps);
    box.killWatchers();
    for (const name of ['lease', 'since']) expect(readlinkSync(join(box.home(), name))).toBe('1000');
    box.uptime = 1599;
    await look();
    expect(box.state()).toBe('staged');
    box.uptime = 1600;
    await look();
    expect(box.state()).toBe('restored');
  });

  test('a changed host that has more time than its lease waits so long to be confirmed', async () => {
    box = new Sandbox();
    box.uptime = 1000;
    box.confirmSeconds = 900;
    const { steps } = await begin();
    await box.apply(steps);
    box.killWatchers();
    box.uptime = 1899;
    await look();
    expect(box.state()).toBe('committed');
    box.uptime = 1900;
    await look();
    expect(box.state()).toBe('restored');
  });

  test('what was marked before the host started again is long ago', async () => {
    box = new Sandbox();
    box.uptime = 100_000;
    const { steps, before } = await begin();
    await box.apply(steps);
    box.killWatchers();
    box.uptime = 60;
    await look();
    expect([box.state(), box.tree('etc')]).toEqual(['restored', before]);
  });
});

test('runs are dropped by the numbers that the host gave them, not by their names', async () => {
  box = new Sandbox();
  const names = [
    '99991231T235959Z-mad',
    ...Array.from({ length: 20 }, (_, index) => `20260101T0000${10 + index}Z-x`),
  ];
  for (const [index, name] of names.entries()) {
    await box.apply(await box.steps(file('a', `${index}\n`)), name);
    await box.finish(name);
  }
  const runs = readHistory(await box.probe(historyQuestion.script));
  expect(runs.map(({ run }) => run)).toEqual(names.slice(1).reverse());
  expect(runs[0]?.number).toBe(21);
});
