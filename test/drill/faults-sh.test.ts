import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ScenarioName } from '../../src/drill/drill-report';
import { type Experiment, experimentOf } from '../../src/drill/experiments';
import { askScript, readAnswers } from '../../src/drill/host-answers';
import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';
import { isRunning, until } from '../support/running';
import { knownOf, pairOf } from './pair';

/** The steps of the scenarios as transactions, through real shells, with a systemd that knows whether a unit runs. */

const experiment = (scenario: ScenarioName) =>
  experimentOf(scenario, 'fred', knownOf(pairOf())) as Experiment;
const stepOf = (scenario: ScenarioName) => ({ phase: 'service' as const, ...experiment(scenario).step });

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;

  /** What is no question, in its order. */
  const done = () =>
    box
      .calls()
      .filter((call) => !/is-active|reset-failed|^systemctl show|^ip |-c -f -|list tables| -S$/.test(call));

  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake(
      'systemctl',
      `'-q is-active '*) [ ! -e "$state/down" ] || exit 3 ;;
       'kill -s KILL '* | 'stop '*) : >"$state/down" ;;
       'kill -s STOP '* | 'kill -s CONT '*) ;;
       'start '*) [ ! -e "$state/stuck" ] || exit 1; rm -f "$state/down" ;;
       'reset-failed '*) ;;
       'status '*) echo 'it is broken' ;;
       'show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service' | 'show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service') ;;
       'show -p MainPID -- '*) echo "MainPID=$(cat "$state/main" 2>/dev/null || echo 0)" ;;
       'show -p ActiveEnterTimestampMonotonic -- haproxy.service') echo ActiveEnterTimestampMonotonic=12340000 ;;`,
    );
    box.fake('journalctl', '*) ;;');
  });
  afterEach(() => box.dispose());

  test.each<[ScenarioName, string[]]>([
    ['haproxy-dies', ['kill -s KILL haproxy.service', 'start haproxy.service']],
    ['haproxy-hangs', ['kill -s STOP haproxy.service', 'kill -s CONT haproxy.service']],
    ['keepalived-stops', ['stop keepalived.service', 'start keepalived.service']],
    [
      'keepalived-killed',
      ['kill -s STOP keepalived.service', 'kill -s KILL keepalived.service', 'start keepalived.service'],
    ],
    ['backend-dies', ['stop httpd.service', 'start httpd.service']],
  ])('%s is made and repaired', async (scenario, calls) => {
    expect(await box.apply([stepOf(scenario)])).toMatchObject({ code: 0 });
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect([box.state(), box.lock]).toEqual(['restored', undefined]);
    expect(done()).toEqual(calls.map((call) => `systemctl ${call}`));
  });

  test('a fault that was never made is not repaired', async () => {
    expect(await box.stage([stepOf('haproxy-dies')])).toMatchObject({ code: 0 });
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect(done()).toEqual([]);
  });

  test.each([
    ['gone', ':', 0],
    ['a zombie', '(:) & echo $! >"$1"; exec sleep 60', 0],
    ['alive', 'echo $$ >"$1"; exec sleep 60', 1],
    ['unknown', 'echo 0 >"$1"; exec sleep 60', 1],
  ])('a kill that the service manager calls failed, of a process that is %s', async (how, script, failed) => {
    const main = box.path('../state-of-fakes/main');
    box.fake(
      'systemctl',
      `'-q is-active '*) ;; 'show -p MainPID -- haproxy.service') echo "MainPID=$(cat "$state/main")" ;;
       'kill -s KILL '*) echo 'Failed to kill unit haproxy.service: Input/output error' >&2; exit 1 ;;
       'start '* | 'reset-failed '* | 'show -p ActiveEnter'* | 'show -p Environment -p EnvironmentFiles -p ExecStart '* | 'status '*) ;;`,
    );
    box.write('../state-of-fakes/main', '');
    const process = spawn('sh', ['-c', script, '-', main], { stdio: 'ignore' });
    if (how === 'gone') {
      await once(process, 'exit');
      box.write('../state-of-fakes/main', `${process.pid}`);
    }
    await until(() => readFileSync(main, 'utf8') !== '');
    if (how === 'a zombie') await until(() => !isRunning(readFileSync(main, 'utf8').trim()));
    const { code, journal } = await box.apply([stepOf('haproxy-dies')]);
    process.kill();
    expect(code === 0 ? 0 : 1).toBe(failed);
    if (failed)
      expect(journal).toContainEqual(
        expect.objectContaining({ part: 'run', output: expect.stringContaining('Input/output error') }),
      );
  });

  test('a unit that does not run is not broken', async () => {
    box.fake('systemctl', "'-q is-active '*) exit 3 ;;");
    const staged = await box.stage([stepOf('haproxy-dies')]);
    expect(staged.code).not.toBe(0);
    expect(staged.journal).toContainEqual(
      expect.objectContaining({ part: 'check', output: 'haproxy does not run' }),
    );
  });

  test('what does not start again is not restored, and says why', async () => {
    await box.apply([stepOf('keepalived-stops')]);
    box.write('../state-of-fakes/stuck', '');
    const back = await box.go('restore');
    expect(back.code).toBe(70);
    expect(box.state()).toBe('broken');
    expect(back.journal).toContainEqual(
      expect.objectContaining({
        part: 'undo',
        output: expect.stringMatching(/it is broken[\s\S]*keepalived does not start again/),
      }),
    );
  });

  test('what systemd’s watchdog killed in its sleep is started', async () => {
    await box.apply([stepOf('haproxy-hangs')]);
    box.write('../state-of-fakes/down', '');
    expect(await box.go('restore')).toMatchObject({ code: 0 });
    expect(done().at(-1)).toBe('systemctl start haproxy.service');
  });

  test('a drain is a flag', async () => {
    await box.apply([stepOf('drain')]);
    expect(box.tree('../state').filter((row) => row.startsWith('../state/drain-for-run'))).toHaveLength(1);
    await box.go('restore');
    expect(box.tree('../state').filter((row) => row.startsWith('../state/drain-for-run'))).toEqual([]);
  });

  test('a host remembers its last drills, and they push no other run out', async () => {
    const runs = (n: number) => `../state/runs/20200101T0000${String(n).padStart(2, '0')}Z-0`;
    box.write('../state/runs/20190101T000000Z-0/steps/1/before', '');
    for (let n = 10; n < 50; n++) box.write(`${runs(n)}/manifest`, '{"run":"x","command":"drill"}');
    for (let n = 10; n < 50; n++) box.write(`${runs(n)}/steps/1/begun`, '');
    await box.apply([stepOf('drain')]);
    await box.go('restore');
    const left = readdirSync(box.path('../state/runs')).sort();
    expect(left[0]).toBe('20190101T000000Z-0');
    expect(left.slice(1, -1)).toEqual(Array.from({ length: 27 }, (_, n) => basename(runs(n + 23))));
    expect(left.at(-1)).toBe('run1');
  });

  test('addresses that come and go are told once each', async () => {
    box.fake(
      'ip',
      `'-o addr show') n=$(cat "$state/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$state/n"
         echo '2: eth0 inet 192.0.2.10/24 scope global'
         case $n in 0) ;; 1 | 2) echo '2: eth0 inet 192.0.2.1/32 scope global' ;; *) echo '2: eth0 inet6 2001:db8::1/128 scope global' ;; esac ;;`,
    );
    const said = (await box.send(compose('watch_addresses 0.2 5 192.0.2.1 2001:db8::1'))).stdout;
    const rows = said.split('\n').map((row) => row.replace(/ [\d.]+$/, ''));
    expect(rows.filter((row) => /^(has|lost)/.test(row))).toEqual([
      'has 192.0.2.1',
      'lost 192.0.2.1',
      'has 2001:db8::1',
    ]);
  });

  describe('the link', () => {
    beforeEach(() => {
      box.fake('ip', "'-o link show up') printf '1: lo: <UP>\\n2: eth0@if7: <UP>\\n3: br\\\"0: <UP>\\n' ;;");
      box.fake(
        'nft',
        `'-c -f -') cat >/dev/null ;; '-f -') cat >"$state/rules" ;; 'list tables') [ ! -e "$state/rules" ] || echo table inet haprov_drill ;; 'delete table '*) rm -f "$state/rules" ;;`,
      );
      box.fake('iptables', "-S) ;; '-I '* | '-D '*) ;;");
      box.fake('ip6tables', "-S) ;; '-I '* | '-D '*) ;;");
    });
    const short = {
      ...stepOf('link-cut'),
      run: stepOf('link-cut').run.replace(/cut_link .*$/m, 'mark asked && cut_link 0.3'),
    };
    const called = (call: RegExp) => until(() => box.calls().some((one) => call.test(one)));

    test('is cut and mended by the host itself', async () => {
      expect(await box.apply([short])).toMatchObject({ code: 0 });
      await called(/delete table arp/);
      // The answer gets out before.
      const [asked, made] = ['asked', 'made'].map((name) =>
        Number(readFileSync(`${box.home()}/steps/1/${name}`, 'utf8')),
      );
      expect((made ?? 0) - (asked ?? 0)).toBeGreaterThan(0.4);
      expect(done()).toEqual([
        'nft -f -',
        ...['netdev', 'inet', 'arp'].map((one) => `nft delete table ${one} haprov_drill`),
      ]);
      expect(await box.go('restore')).toMatchObject({ code: 0 });
    });

    test('is mended by a restore that comes before; it is not cut any more then', async () => {
      const long = { ...short, run: short.run.replace(/0\.3$/m, '30') };
      await box.apply([long]);
      await called(/^nft -f -$/);
      expect(await box.go('restore')).toMatchObject({ code: 0 });
      expect(box.calls().slice(-4)).toEqual(
        expect.arrayContaining(['nft delete table arp haprov_drill', 'nft list tables']),
      );
      const running = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
      await until(() => !running().includes(`haprov-drill ${box.home()}`));
    });

    test('of an odd name is left out; where nft cannot, iptables does', async () => {
      expect(readAnswers(await box.probe(`${askScript([]).replace('restart_of haproxy', ':')}`)).link).toBe(
        'nft',
      );
      box.fake('nft', "'-c -f -') cat >/dev/null; exit 1 ;; 'list tables') ;;");
      await box.apply([short]);
      await called(/^iptables -D OUTPUT/);
      await called(/^ip6tables -D OUTPUT/);
      const rule = (chain: string) =>
        `${chain} ! -${chain === 'INPUT' ? 'i' : 'o'} lo -m comment --comment haprov_drill -j DROP`;
      for (const tool of ['iptables', 'ip6tables'])
        expect(done().filter((call) => call.startsWith(`${tool} `))).toEqual(
          ['-I', '-D'].flatMap((verb) =>
            ['INPUT', 'OUTPUT'].map((chain) => `${tool} ${verb} ${rule(chain)}`),
          ),
        );
      await box.go('restore');
    });
  });
});
