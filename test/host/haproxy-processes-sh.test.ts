import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** Which of a host's HAProxys is meant: that of haproxy.service, through real shells. */

/** A control group and the words of each process, by its PID. */
type Processes = Record<number, [group: string, words: string]>;

const own = 'haproxy -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid';
const other = 'haproxy -Ws -f /etc/haproxy/int.cfg -p /run/haproxy-int.pid';
const unit = '/system.slice/haproxy.service';
const second = '/system.slice/haproxy-int.service';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());

  /** A host with these processes; its first one is in `above`, or in the group below it that systemd has itself in. */
  function runs(processes: Processes, above = '/', version: 1 | 2 = 2) {
    box.write('proc/stat', '');
    const write = (pid: number | string, group: string) =>
      box.write(
        `proc/${pid}/cgroup`,
        version === 2 ? `0::${group}\n` : `2:cpu,cpuacct:/\n1:name=systemd:${group}\n`,
      );
    write(1, above);
    const rows = Object.entries(processes).map(([pid, [group, words]]) => {
      write(pid, group);
      const started = Number(pid) * 10;
      box.write(`proc/${pid}/stat`, `${pid} (haproxy) S 1 ${'0 '.repeat(17)}${started} 0\n`);
      return ` ${pid} 1 ${words}`;
    });
    box.fake('ps', `"-C haproxy -o pid=,ppid=,args=") cat <<'.'\n${rows.join('\n')}\n.\n;;`);
  }

  const said = async (script: string) => (await box.send(compose(script))).stdout.trimEnd();
  const pids = async () => (await said('pids_of haproxy.service')).split('\n').join(' ');

  test.each<[string, Parameters<typeof runs>, string]>([
    [
      'another unit’s is older',
      [{ 5: [second, other], 7: [unit, own], 9: [unit, own] }, '/init.scope'],
      '7 9',
    ],
    ['another unit’s is newer', [{ 7: [unit, own], 8: [second, other] }], '7'],
    ['with the groups of EL7', [{ 5: [second, other], 7: [unit, own] }, '/', 1], '7'],
    [
      'in a slice of its own, below its group',
      [{ 5: [second, own], 7: ['/a.slice/a-b.slice/haproxy.service/x', own] }],
      '7',
    ],
    [
      'a host that is a container',
      [{ 5: [`/docker/a${second}`, other], 7: [`/docker/a${unit}`, own] }, '/docker/a/init.scope'],
      '7',
    ],
    [
      'a host with a container that has the unit, too',
      [{ 5: [`/machine.slice/libpod-a.scope${unit}`, own], 7: [unit, own] }, '/init.scope'],
      '7',
    ],
    [
      'an init script’s is known by its PID file',
      [{ 5: ['/', other], 7: ['/', own.replace('/run', '/var/run')] }],
      '7',
    ],
    ['nobody knows which: all', [{ 5: ['/', other], 7: ['/user.slice/x.scope', 'haproxy -f /a'] }], '5 7'],
  ])('%s', async (_about, processes, found) => {
    runs(...processes);
    expect(await pids()).toBe(found);
  });

  test('files, sockets and the newest process are those of the unit', async () => {
    const [ownFile, otherFile] = ['haproxy.cfg', 'int.cfg'].map((name) =>
      box.write(name, `global\n stats socket /run/${name}.sock level admin\n`),
    );
    runs({
      5: [second, `haproxy -f ${otherFile}`],
      7: [unit, `haproxy -f ${ownFile}`],
      9: [second, `haproxy -f ${otherFile}`],
    });
    expect(await said('running_files; haproxy_sockets admin; newest_haproxy')).toBe(
      `${ownFile}\n/run/haproxy.cfg.sock\n70`,
    );
    box.fake('ps', '*) exit 1 ;;');
    expect(await said('running_files; newest_haproxy')).toBe('0');
  });
});
