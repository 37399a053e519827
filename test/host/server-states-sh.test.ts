import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What a new HAProxy is given of what the old one knew of its servers, through real shells. */

const head =
  '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port';
interface Server {
  name: string;
  address?: string;
  operational?: number;
  administrative?: number;
  name_?: string;
  port?: number;
  agent?: number;
}
/** As `show servers state` of 2.4 prints it: a weight set by hand, and a check's port and address of then. */
const row = ({
  name,
  address = '10.0.0.1',
  operational = 0,
  administrative = 0,
  name_ = '-',
  port = 80,
  agent = 0,
}: Server) =>
  `3 web 1 ${name} ${address} ${operational} ${administrative} 7 1 12 8 2 0 6 ${agent} 0 0 ${name_} ${port} - 1 8008 10.9.9.9 - 0`;
const file = (lines: string, server = '10.0.0.1:80') =>
  `defaults\n  mode http\nlisten web\n  default-server inter 2000\n${lines || `  server a ${server} check`}\n`;

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.onHost(`mkdir -p -m 755 ${box.path('var/lib/haproxy')}`);
    box.fake(
      'systemctl',
      `"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws -f ${box.path('etc/haproxy/haproxy.cfg')} ; ignore_errors=no }' ;;`,
    );
    box.fake('haproxy', '-v) echo "HAProxy version 2.4.22" ;;');
  });
  afterEach(() => box.dispose());

  const told = () => box.path('told');
  const run = async (servers: Server[], ...script: string[]) => {
    const fakes = `step=${box.host} home=${box.host}\nhaproxy_sockets() { echo /run/haproxy.sock; }
tell_admin_sockets() { echo admin; }
is_lost() { return 1; }
newest_haproxy() { echo 99999999999; }
tell_haproxy() { case $1 in *'servers state'*) printf '%s\\n' '${[head, ...servers.map(row)].join('\n')}' ;; *) echo "$1" >>'${told()}'; echo 'Pid: 2' ;; esac; }`;
    return (await box.send(compose(fakes, ...script))).stdout.trimEnd();
  };
  /** What the run has kept of the file that it writes. */
  const stoodBefore = (text: string) => {
    box.onHost(`mkdir -p '${box.host}/steps/1' && cd '${box.host}/steps/1' && : >begun && printf '%s\\n' "$(readlink -f '${box.path('etc/haproxy')}')/haproxy.cfg" '' >spot
cat >before <<'.END.'\n${text}.END.`);
  };
  const kept = async (servers: Server[], text = file(''), old = text) => {
    box.write('etc/haproxy/haproxy.cfg', text);
    stoodBefore(old);
    return run(servers, 'states_to_keep');
  };
  const down = '3 web 1 a - 0 0 1 1 12 8 2 0 6 0 0 0 - 80 -';

  test('who is down or out of service is kept, and neither address, weight nor check of then', async () => {
    expect(await kept([{ name: 'a' }])).toBe(down);
    expect(await kept([{ name: 'a', administrative: 1 }])).toBe(down.replace('- 0 0', '- 0 1'));
    expect(await kept([{ name: 'a', operational: 2, administrative: 8 }])).toBe(
      down.replace('- 0 0', '- 2 8'),
    );
    expect(await kept([{ name: 'a', name_: 'app.example' }], file('', 'App.example:80'))).toBe(down);
    expect(await kept([{ name: 'a', address: '2001:db8::1' }], file('', '[2001:DB8::1]:80'))).toBe(down);
    const byDefault = 'defaults\n  default-server check\nbackend web\n  server a 10.0.0.1:80\n';
    expect(await kept([{ name: 'a' }], byDefault)).toBe(down);
  });

  test('a server that moves, and is asked at the same port as before, is kept at its new port', async () => {
    const moved = '  server a 10.0.0.1:81 check port 8008';
    const at = file('  server a 10.0.0.1:80 check port 8008');
    expect(await kept([{ name: 'a' }], file(moved), at)).toBe(down.replace('80 -', '81 -'));
    expect(await kept([{ name: 'a', operational: 2, administrative: 8 }], file(moved), at)).toBe('');
    expect(await kept([{ name: 'a', administrative: 1 }], file(moved), at)).toBe('');
  });

  test('what a comment or a quote says is no word of a line', async () => {
    expect(await kept([{ name: 'a' }], file('  server a 10.0.0.1:80 # check'))).toBe('');
    expect(
      await kept([{ name: 'a' }], file('  default-server inter 2s # check\n  server a 10.0.0.1:80')),
    ).toBe('');
    expect(await kept([{ name: 'a' }], file('  server a 10.0.0.1:80 cookie "x # check"'))).toBe('');
    expect(await kept([{ name: 'a' }], file("  server a 10.0.0.1:80 cookie 'check check' weight 1"))).toBe(
      '',
    );
    expect(await kept([{ name: 'a' }], file('  server a "10.0.0.1:80" check sni "str(#)" # down'))).toBe(
      down,
    );
  });

  test.each([
    ['its own line', file('  server a 10.0.0.1:80 check inter 9s'), file('')],
    ['its section’s check', file('  option httpchk GET /ok\n  server a 10.0.0.1:80 check'), file('')],
    [
      'a check of the defaults',
      file('').replace('mode http', 'mode http\n  option httpchk GET /ok'),
      file(''),
    ],
    ['the checks of all', `global\n  external-check\n${file('')}`, file('')],
    ['the check alone, commented out', file('  server a 10.0.0.1:80 # check'), file('')],
  ])('a server is not kept where the run changes %s', async (_what, text, old) => {
    expect(await kept([{ name: 'a' }], text, old)).toBe('');
    expect(
      await kept([{ name: 'a' }], text.replace('# check', 'check'), text.replace('# check', 'check')),
    ).not.toBe('');
  });

  test('what has nothing to do with checks may change', async () => {
    const old = file('').replace('mode http', 'mode http\n  timeout client 30s');
    expect(await kept([{ name: 'a' }], file('  balance leastconn\n  server a 10.0.0.1:80 check'), old)).toBe(
      down,
    );
  });

  test('a section with the defaults of another is believed on its server’s line only', async () => {
    const from = (server: string) =>
      `defaults plain\ndefaults checked\n  default-server check\nbackend web from plain\n  server a 10.0.0.1:80 ${server}\n`;
    expect(await kept([{ name: 'a' }], from(''))).toBe('');
    expect(await kept([{ name: 'a' }], from('check'))).toBe(down);
    expect(
      await kept(
        [{ name: 'a' }],
        file('  .if false\n  default-server check\n  .endif\n  server a 10.0.0.1:80'),
      ),
    ).toBe('');
  });

  test('what HAProxy does not run by is compared with nothing', async () => {
    box.write('etc/haproxy/haproxy.cfg', file(''));
    const states = (ticks: string) =>
      run(
        [{ name: 'a' }],
        `newest_haproxy() { echo ${ticks}; }`,
        'keep_states haproxy.service',
        'echo "$kept_states"',
      );
    expect(await states('99999999999')).toBe(down);
    expect(await states('1')).toBe('');
    const noted = 'mkdir -p "${loaded_file%/*}"; echo "1 $(sum_of_configuration)" >$loaded_file';
    await run([], noted);
    expect(await states('1')).toBe(down);
    // What the service's step is about to note of the files that HAProxy reads anew stays the step's own.
    const step = [
      'newest_haproxy() { echo 1; }',
      'sum=of-the-step',
      'keep_states haproxy.service',
      'echo $sum',
    ];
    expect(await run([{ name: 'a' }], ...step)).toBe('of-the-step');
    stoodBefore(file('  server a 10.0.0.1:80'));
    expect(await states('1')).toBe('');
  });

  test.each<[string, Server, string]>([
    ['is asked at another port', { name: 'a' }, file('  server a 10.0.0.1:80 check port 8009')],
    ['an agent answers for', { name: 'a', operational: 2, administrative: 8, agent: 3 }, file('')],
    ['is up', { name: 'a', operational: 2 }, file('')],
    ['waits for its name', { name: 'a', administrative: 32 }, file('')],
    ['is disabled by the configuration', { name: 'a', administrative: 4 }, file('')],
    ['moves to another port', { name: 'a' }, file('', '10.0.0.1:81')],
    ['moves to another address', { name: 'a' }, file('', '10.0.0.2:80')],
    ['has the port of the client now', { name: 'a' }, file('', '10.0.0.1')],
    ['goes', { name: 'a' }, file('  server b 10.0.0.1:80 check')],
    ['is checked no more: nothing would find it up', { name: 'a' }, file('  server a 10.0.0.1:80')],
    [
      'is checked no more, against the default',
      { name: 'a' },
      file('  default-server check\n  server a 10.0.0.1:80 no-check'),
    ],
    ['has to be down', { name: 'a' }, file('  server a 10.0.0.1:80 check disabled')],
    [
      'is another section’s',
      { name: 'a' },
      file('  server b 10.0.0.3:80\npeers web\n  server a 10.0.0.1:80 check'),
    ],
  ])('a server that %s is not', async (_what, server, text) => {
    expect(await kept([server], text)).toBe('');
  });

  const over = [
    'keep_states haproxy.service',
    `cat ${'$state_file'} 2>/dev/null`,
    'hand_states_over haproxy.service 1',
  ];
  const named =
    'global\n  server-state-file /var/lib/haproxy/haprov-servers # ours\ndefaults\n  load-server-state-from-file global\n';

  const naming = () =>
    named.replace('/var', box.path('var')) + file('').replace('defaults\n  mode http\n', '');

  test('the file that the configuration names has it while HAProxy reads, and nothing afterwards', async () => {
    box.write('etc/haproxy/haproxy.cfg', naming());
    expect(await run([{ name: 'a' }], ...over, 'forget_states')).toBe(`1\n${down}`);
    expect(box.read('var/lib/haproxy/haprov-servers')).toBe('1\n');
    expect(box.read('told')).toBe('show info\n');
  });

  test('without such a file, or where others could change it, HAProxy is told at once', async () => {
    const asked = 'set server web/a health down;show info\n';
    box.write('etc/haproxy/haproxy.cfg', file(''));
    expect(await run([{ name: 'a' }], ...over, 'forget_states')).toBe('');
    expect(box.read('told')).toBe(asked);
    box.write('etc/haproxy/haproxy.cfg', naming());
    box.onHost(`rm ${told()}; chmod 777 ${box.path('var/lib/haproxy')}`);
    expect(await run([{ name: 'a' }], ...over)).toBe('');
    expect(box.read('told')).toBe(asked);
  });

  test('HAProxy is told of servers whose section does not read the file, or that could not be written', async () => {
    const asked = 'set server web/a health down;show info\n';
    box.write('etc/haproxy/haproxy.cfg', naming().replace('load-server-state-from-file global', 'mode http'));
    await run([{ name: 'a' }], ...over);
    expect(box.read('told')).toBe(asked);
    box.onHost(`rm ${told()}; mkdir ${box.path('var/lib/haproxy/haprov-servers.new')}`);
    box.write('etc/haproxy/haproxy.cfg', naming());
    await run([{ name: 'a' }], 'keep_states haproxy.service && hand_states_over haproxy.service 1');
    expect(box.read('told')).toBe(asked);
  });

  test('no row outlives the run, and root writes in no folder of another', async () => {
    const states = 'var/lib/haproxy/haprov-servers';
    box.write(states, `1\n${down}\n`);
    box.onHost(`mkdir ${box.path(`${states}.new`)}`);
    await run([], 'forget_states');
    expect(() => box.read(states)).toThrow('ENOENT');
    box.onHost(
      `rmdir ${box.path(`${states}.new`)}; echo secret >${box.path('victim')}; ln -s ${box.path('victim')} ${box.path(`${states}.new`)}; chmod 777 ${box.path('var/lib/haproxy')}`,
    );
    box.write(states, '');
    await run([], 'forget_states');
    expect(box.read('victim')).toBe('secret\n');
    box.onHost(`rm ${box.path(`${states}.new`)}; chmod 755 ${box.path('var/lib/haproxy')}`);
    for (const way of [
      'lock=$home/lock run=r; ln -sfn "r 1 me" "$lock"; drop_lock',
      'mkdir -p ${state_file%/*}; mkdir -p /var/lib/haprov; ln -sfn "${home##*/} 1 me" /var/lib/haprov/lock; ( salvage "$home" )',
    ]) {
      box.write(states, `1\n${down}\n`);
      await run([], way);
      expect(box.read(states)).toBe('1\n');
    }
  });

  test('nobody waits for a HAProxy that takes no commands', async () => {
    box.write('etc/haproxy/haproxy.cfg', file(''));
    await run([{ name: 'a' }], 'tell_admin_sockets() { echo none; }', ...over);
    expect(() => box.read('told')).toThrow('ENOENT');
  });

  test('who was in maintenance by hand is so again', async () => {
    box.write('etc/haproxy/haproxy.cfg', file(''));
    await run([{ name: 'a', administrative: 1 }], ...over);
    expect(box.read('told')).toBe('set server web/a state maint;show info\n');
  });

  test('a run that is undone keeps what was so before it, and not what its own checks found', async () => {
    box.write('etc/haproxy/haproxy.cfg', file('  server a 10.0.0.1:80 check\n  server b 10.0.0.2:80 check'));
    const both: Server[] = [{ name: 'a' }, { name: 'b', address: '10.0.0.2' }];
    await run([{ name: 'a' }], 'keep_states haproxy.service');
    const back = ['keep_states haproxy.service "$step/kept-states"', 'printf "%s\\n" "$kept_states"'];
    expect(await run(both, ...back)).toBe(down);
    await run([], 'keep_states haproxy.service');
    expect(await run(both, ...back)).toBe('');
    expect(await run(both, 'rm "$step/kept-states"', ...back)).toBe('');
  });

  /** Has a run go from one configuration to another, and be undone; gives the list after each, and what HAProxy was told. */
  const carry = async (list: string, from: string[], to: string[]) => {
    const text = (servers: string[]) =>
      file(
        servers
          .map((one) =>
            one.startsWith('server-template')
              ? `  ${one}`
              : `  server ${one.replace(' ', ' 10.0.0.')}:80 check`,
          )
          .join('\n'),
      );
    await run([], `mkdir -p /var/lib/haprov; printf '${list}\\n' >/var/lib/haprov/drained-servers`);
    const row = async (...words: string[]) => {
      box.onHost(`rm -f ${told()}`);
      await run([], `keep_states haproxy.service ${words.join(' ')}`, 'hand_states_over haproxy.service 1');
      const after = await run([], 'cat /var/lib/haprov/drained-servers 2>/dev/null');
      const drains = (await run([], `cat '${told()}' 2>/dev/null || :`)).match(/web\/\w+ state drain/g) ?? [];
      return [after.replace(/\n/g, ', '), drains.join()];
    };
    box.write('etc/haproxy/haproxy.cfg', text(to));
    stoodBefore(text(from));
    const done = await row();
    box.write('etc/haproxy/haproxy.cfg', text(from));
    stoodBefore(text(to));
    return [...done, ...(await row('"$step/kept-states"'))];
  };

  test.each<[string, string, string[], string[], [string, string, string, string]]>([
    [
      'its former name is taken off',
      'web/a 10.0.0.1',
      ['a 1', 'b 2'],
      ['new 1', 'b 2'],
      ['web/new 10.0.0.1', 'web/new state drain', 'web/a 10.0.0.1', 'web/a state drain'],
    ],
    [
      'swaps its name with another',
      'web/a 10.0.0.1',
      ['a 1', 'b 2'],
      ['a 2', 'b 1'],
      ['web/b 10.0.0.1', 'web/b state drain', 'web/a 10.0.0.1', 'web/a state drain'],
    ],
    ['goes', 'web/a 10.0.0.1', ['a 1', 'b 2'], ['b 2'], ['', '', 'web/a 10.0.0.1', 'web/a state drain']],
    [
      'has gone, and a machine of its name comes',
      'web/a 10.0.0.1',
      ['b 2'],
      ['a 3', 'b 2'],
      // HAProxy knows nobody of that name then.
      ['', '', 'web/a 10.0.0.1', 'web/a state drain'],
    ],
    [
      'stands on a list of an earlier version',
      'web/a',
      ['a 1', 'b 2'],
      ['a 2', 'b 1'],
      ['web/b 10.0.0.1', 'web/b state drain', 'web/a 10.0.0.1', 'web/a state drain'],
    ],
    [
      'has a variable in place of its address',
      'web/a 10.0.0.1',
      ['a ${A}', 'b 2'],
      ['a ${A}', 'b 3'],
      ['web/a 10.0.0.1', 'web/a state drain', 'web/a 10.0.0.1', 'web/a state drain'],
    ],
    ['stands on such a list, and has gone', 'web/a', ['b 2'], ['a 3', 'b 2'], ['', '', '', '']],
    [
      'moves, as its flag says',
      'web/a 10.0.0.1\\nweb/a 10.0.0.3',
      ['a 1', 'b 2'],
      ['a 3', 'b 2'],
      ['web/a 10.0.0.3', 'web/a state drain', 'web/a 10.0.0.1, web/a 10.0.0.3', 'web/a state drain'],
    ],
    ...[
      ['by an address', '10.0.0.1', '2 10.0.0.1:80'],
      ['by a name', 'db.example', '2 db.example:80 resolvers all'],
      ['by a service record', '_http._tcp.example', '1-3 _http._tcp.example resolvers all'],
      ['by a name in capitals', 'db.example', '2 DB.example:80 resolvers all'],
    ].map(([how, place, words]): [string, string, string[], string[], [string, string, string, string]] => [
      `is of a template, ${how}`,
      `web/t1 ${place}`,
      [`server-template t ${words} check`],
      [`server-template t ${words} check maxconn 9`, 'b 2'],
      [`web/t1 ${place}`, 'web/t1 state drain', `web/t1 ${place}`, 'web/t1 state drain'],
    ]),
  ])('the list goes by addresses: one that %s', async (_what, list, from, to, wanted) => {
    expect(await carry(list, from, to)).toEqual(wanted);
  });

  test('a drained server that the configuration has in maintenance stays in it', async () => {
    box.write(
      'etc/haproxy/haproxy.cfg',
      file('  server a 10.0.0.1:80 check disabled\n  server b 10.0.0.1:81 check'),
    );
    await run(
      [],
      `mkdir -p /var/lib/haprov; printf 'web/a 10.0.0.1\\nweb/b 10.0.0.1\\n' >/var/lib/haprov/drained-servers`,
    );
    await run([], ...over);
    expect(box.read('told')).toBe('set server web/b state drain;show info\n');
  });

  test('other units have no servers', async () => {
    expect(
      await run([{ name: 'a' }], 'keep_states web.service', 'hand_states_over web.service 1', 'echo so'),
    ).toBe('so');
  });
});
