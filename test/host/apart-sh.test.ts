import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What goes on beside a run hears the signals that the run ignores, through real shells. */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());

  /** Prints which of HUP, PIPE and TERM the process ignores that the program becomes. */
  const tell = 'sed -n "s/^SigIgn:[^0-9a-f]*//p" /proc/$$/status';
  const ignored = (mask: string) =>
    Object.entries({ HUP: 1n, PIPE: 13n, TERM: 15n })
      .filter(([, number]) => (BigInt(`0x${mask.trim()}`) >> (number - 1n)) & 1n)
      .map(([name]) => name);
  const ask = async (script: string) =>
    ignored((await box.send(compose("trap '' PIPE HUP INT TERM", script))).stdout);

  test('a run ignores them', async () => {
    expect(await ask(`sh -c '${tell}'`)).toEqual(['HUP', 'PIPE', 'TERM']);
  });

  test('what it begins apart does not', async () => {
    expect(await ask(`begin_apart exec sh -c '${tell}'\nwait`)).toEqual([]);
  });

  test('its watcher does not', async () => {
    box.write('run/transaction', `${tell}\n`);
    const home = box.path('run');
    expect(await ask(`home=${home}\nstart_watcher\nwait\ncat ${home}/log`)).toEqual([]);
  });

  test('a service that is started at boot does not', async () => {
    box.becomeEl6();
    box.fake('seq', '"300") echo 1 ;;');
    box.fake('chkconfig', '');
    box.fake('service', `"web status") exit 3 ;; "web start") ${tell} >${box.path('ignored')} ;;`);
    expect(await ask(`start_at_boot web.service\nwait\ncat ${box.path('ignored')}`)).toEqual([]);
  });

  test('a part of a step only does not end by a lost connection', async () => {
    box.write('run/steps', '');
    const script = `home=${box.path('run')}\nasked() { exec sh -c '${tell}'; }\nlimited asked 60`;
    expect(await ask(script)).toEqual(['HUP', 'PIPE']);
  });
});
