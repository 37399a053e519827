import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { Systemd } from './systemd';

/** Units under systemd, by whatever name and of whatever kind: done, seen as done, and put back exactly. */

let box: Sandbox;
let systemd: Systemd;
afterEach(() => box.dispose());

const wish = (unit: string, on = true) => ({ type: 'service', unit, enabled: on, running: on });
const failure = (journal: { event: string }[]) =>
  JSON.stringify(journal.find(({ event }) => event === 'failed'));

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
    systemd = new Systemd(box);
  });

  describe.each([
    [
      'an alias of its [Install] section',
      'mariadb.service',
      'WantedBy=multi-user.target\nAlias=mysql.service mysqld.service',
    ],
    ['an alias that the package ships', 'mariadb.service', 'WantedBy=multi-user.target'],
  ])('by %s', (_name, unit, install) => {
    beforeEach(() => {
      systemd.unit(unit, install);
      if (!install.includes('Alias')) symlinkSync(unit, box.path('usr/lib/systemd/system/mysql.service'));
    });

    test('enabled and started; seen as done; put back', async () => {
      const before = systemd.links();
      expect(await box.apply(await box.steps(wish('mysql')))).toMatchObject({ code: 0 });
      expect([systemd.runs(unit), await box.diff(wish('mysql')), await box.diff(wish('mariadb'))]).toEqual([
        true,
        [],
        [],
      ]);
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect([systemd.runs(unit), systemd.links()]).toEqual([false, before]);
    });

    test('decommissioned: the daemon is stopped, and only then there is nothing left to do', async () => {
      systemd.ctl(`enable ${unit}`);
      systemd.set('active', unit);
      const before = systemd.links();
      expect(await box.apply(await box.steps(wish('mysql', false)))).toMatchObject({ code: 0 });
      expect([systemd.runs(unit), systemd.links(), await box.diff(wish('mysql', false))]).toEqual([
        false,
        [],
        [],
      ]);
      systemd.set('active', unit);
      expect(await box.diff(wish('mysql', false))).toHaveLength(1);
      systemd.set('active', unit, false);
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect([systemd.runs(unit), systemd.links()]).toEqual([true, before]);
    });
  });

  const kinds: [string, boolean, () => void][] = [
    ['enabled', false, () => systemd.ctl('enable web.service')],
    ['enabled-runtime', true, () => systemd.ctl('enable --runtime web.service')],
    ['disabled', true, () => undefined],
    [
      'linked',
      true,
      () =>
        symlinkSync(
          box.write('opt/web.service', '[Install]\nWantedBy=multi-user.target\n'),
          join(systemd.etc, 'web.service'),
        ),
    ],
    [
      'linked-runtime',
      true,
      () =>
        symlinkSync(box.write('opt/web.service', '[Install]\nWantedBy=a.target\n'), `${box.run}/web.service`),
    ],
    [
      'enabled by a target of the user’s own',
      false,
      () => {
        mkdirSync(join(systemd.etc, 'own.target.wants'));
        symlinkSync(
          box.path('usr/lib/systemd/system/web.service'),
          join(systemd.etc, 'own.target.wants/web.service'),
        );
      },
    ],
    [
      'enabled, with others by Also=',
      false,
      () => {
        systemd.unit('web.service', 'WantedBy=multi-user.target\nAlias=www.service\nAlso=web.socket');
        systemd.unit('web.socket', 'WantedBy=sockets.target');
        systemd.ctl('enable web.service');
      },
    ],
    [
      'disabled, though what it takes along is enabled',
      true,
      () => {
        systemd.unit('web.service', 'WantedBy=multi-user.target\nAlso=web.socket');
        systemd.unit('web.socket', 'WantedBy=sockets.target');
        systemd.ctl('enable web.socket');
      },
    ],
  ];
  test.each(kinds)('%s is put back exactly', async (_kind, enabled, make) => {
    systemd.unit('web.service');
    make();
    const [before, state] = [systemd.links(), await box.probe('probe_service web')];
    const steps = await box.steps({ type: 'service', unit: 'web', enabled });
    expect(steps).toHaveLength(1);
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect(systemd.links()).not.toEqual(before);
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect([systemd.links(), await box.probe('probe_service web')]).toEqual([before, state]);
  });

  test('what others enabled meanwhile stays', async () => {
    systemd.unit('web.service');
    systemd.unit('other.service');
    await box.apply(await box.steps(wish('web')));
    systemd.ctl('enable other.service');
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect(systemd.links()).toEqual(['etc/multi-user.target.wants/other.service']);
  });

  test('a unit whose place in the boot is not its own comes with a package of the same run', async () => {
    const steps = await box.steps(wish('web'));
    systemd.unit('web.service', '');
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect(await box.diff(wish('web'))).toEqual([]);
  });

  test('what is waited for to be started again does not run', async () => {
    systemd.unit('web.service');
    systemd.ctl('enable web.service');
    box.onHost(`echo waits >${box.memory}/active/web.service`);
    const [found] = await box.diff(wish('web'));
    expect(found).toMatchObject({
      action: 'start',
      attributes: [{ name: 'active', from: 'auto-restart', to: 'active' }],
    });
    expect(await box.apply(found ? [found.step] : [])).toMatchObject({ code: 0 });
    expect(systemd.runs('web.service')).toBe(true);
  });

  test('what comes up and ends again is no running service', async () => {
    systemd.unit('web.service');
    systemd.set('crashes', 'web.service');
    const { code, journal } = await box.apply(await box.steps(wish('web')));
    expect([code, box.state(), systemd.links()]).toEqual([1, 'restored', []]);
    expect(failure(journal)).toContain('web came up and ended again');
  });

  test('what ends while others start is found out as well, before anything is kept', async () => {
    for (const unit of ['web', 'cache', 'queue']) systemd.unit(`${unit}.service`);
    systemd.set('crashes', 'web.service');
    const steps = await box.steps(wish('web'), wish('cache'), wish('queue'));
    const { code, journal } = await box.apply(steps);
    expect([code, box.state(), systemd.links()]).toEqual([1, 'restored', []]);
    expect(['web', 'cache', 'queue'].filter((unit) => systemd.runs(`${unit}.service`))).toEqual([]);
    expect(journal.find(({ event }) => event === 'failed')).toMatchObject({ step: 1, part: 'verify' });
    expect(failure(journal)).toContain('web came up and ended again');
  });

  test.each([
    ['once, when all have started', 2, ['web', 'cache', 'queue', 'web', 'cache', 'queue']],
    ['before a command, which may need them', 1, ['web', 'cache', 'web', 'cache', 'queue', 'queue']],
  ])('what has started is looked at again %s', async (_when, at, expected) => {
    for (const unit of ['web', 'cache', 'queue']) systemd.unit(`${unit}.service`);
    const steps = await box.steps(wish('web'), wish('cache'), wish('queue'));
    const command = { phase: 'service', check: ':', run: ':', isOpaque: true } as const;
    const { code } = await box.apply([...steps.slice(0, at + 1), command, ...steps.slice(at + 1)]);
    const looks = box.calls().flatMap((call) => /NRestarts.* (\w+)\.service$/.exec(call)?.[1] ?? []);
    expect({ code, looks }).toEqual({ code: 0, looks: expected });
  });

  test.each([false, true])(
    'what cannot start is called failed afterwards if it was before: %s',
    async (was) => {
      systemd.unit('web.service');
      systemd.set('broken', 'web.service');
      systemd.set('limit', 'web.service', was);
      expect(await box.apply(await box.steps(wish('web')))).toMatchObject({ code: 1 });
      expect([box.state(), systemd.hasFailed('web.service')]).toEqual(['restored', was]);
    },
  );

  test('what has done its work and is over is called so', async () => {
    systemd.unit('web.service');
    systemd.set('oneshot', 'web.service');
    const { journal } = await box.apply(await box.steps(wish('web')));
    expect(failure(journal)).toContain('Type=oneshot without RemainAfterExit=yes');
  });

  test('one that failed too often is started all the same: it is mended by now', async () => {
    systemd.unit('web.service');
    systemd.set('limit', 'web.service');
    expect(await box.apply(await box.steps(wish('web')))).toMatchObject({ code: 0 });
    expect(systemd.runs('web.service')).toBe(true);
  });

  test('stopped, disabled and its file gone, in one run; put back', async () => {
    writeFileSync(join(systemd.etc, 'own.service'), '[Install]\nWantedBy=multi-user.target\n');
    systemd.ctl('enable own.service');
    systemd.set('active', 'own.service');
    const before = systemd.links();
    const path = join(systemd.etc, 'own.service');
    const steps = await box.steps({ type: 'file', path, absent: true }, wish('own', false));
    expect(await box.apply(steps)).toMatchObject({ code: 0 });
    expect([
      systemd.runs('own.service'),
      systemd.links().filter((name) => !name.includes('.haprov-')),
    ]).toEqual([false, []]);
    expect(await box.diff(wish('own', false))).toEqual([]);
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect(systemd.links()).toEqual(before);
    expect(systemd.runs('own.service')).toBe(true);
  });

  test.each([
    'web@a.service',
    'web.socket',
    String.raw`dev-disk-by\x2dlabel-data.swap`,
    String.raw`srv-my\x20data.mount`,
  ])('%s is a unit as any other', async (unit) => {
    systemd.unit(unit);
    expect(await box.apply(await box.steps(wish(unit)))).toMatchObject({ code: 0 });
    expect([systemd.runs(unit), await box.diff(wish(unit))]).toEqual([true, []]);
    await box.go('restore');
    expect([systemd.runs(unit), systemd.links()]).toEqual([false, []]);
  });
});
