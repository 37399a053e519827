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
}
/** As `show servers state` of 2.4 prints it: a weight set by hand, and a check's port and address of then. */
const row = ({
  name,
  address = '10.0.0.1',
  operational = 0,
  administrative = 0,
  name_ = '-',
  port = 80,
}: Server) =>
  `3 web 1 ${name} ${address} ${operational} ${administrative} 7 1 12 8 2 0 6 0 0 0 ${name_} ${port} - 1 8008 10.9.9.9 - 0`;
const file = (lines: string, server = '10.0.0.1:80') =>
  `defaults\n  mode http\nlisten web\n  default-server inter 2000\n${lines || `  server a ${server} check`}\n`;

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.onHost(`mkdir -p -m 755 ${box.path('var/lib/haproxy')}`);
    box.fake(
      'systemctl',
      `"show -p Environment -p ExecStart haproxy.service") echo 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws -f ${box.path('etc/haproxy/haproxy.cfg')} ; ignore_errors=no }' ;;`,
    );
    box.fake('haproxy', '-v) echo "HAProxy version 2.4.22" ;;');
  });
  afterEach(() => box.dispose());

  const told = () => box.path('told');
  const run = async (servers: Server[], ...script: string[]) => {
    const fakes = `step=${box.host}\nhaproxy_sockets() { echo /run/haproxy.sock; }
tell_haproxy() { case $1 in *'servers state'*) printf '%s\\n' '${[head, ...servers.map(row)].join('\n')}' ;; *) echo "$1" >>'${told()}'; echo 'Pid: 2' ;; esac; }`;
    return (await box.send(compose(fakes, ...script))).stdout.trimEnd();
  };
  const kept = async (servers: Server[], text = file('')) => {
    box.write('etc/haproxy/haproxy.cfg', text);
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
    expect(await kept([{ name: 'a' }], file(moved))).toBe(down.replace('80 -', '81 -'));
  });

  test.each<[string, Server, string]>([
    ['is asked at another port', { name: 'a' }, file('  server a 10.0.0.1:80 check port 8009')],
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
  const named = 'global\n  server-state-file /var/lib/haproxy/haprov-servers\n';

  test('the file that the configuration names has it while HAProxy reads, and nothing afterwards', async () => {
    box.write('etc/haproxy/haproxy.cfg', named.replace('/var', box.path('var')) + file(''));
    expect(await run([{ name: 'a' }], ...over, 'forget_states haproxy.service')).toBe(`1\n${down}`);
    expect(box.read('var/lib/haproxy/haprov-servers')).toBe('1\n');
    expect(box.read('told')).toBe('show info\n');
  });

  test('without such a file, or where others could change it, HAProxy is told at once', async () => {
    const asked = 'set server web/a health down;show info\n';
    box.write('etc/haproxy/haproxy.cfg', file(''));
    expect(await run([{ name: 'a' }], ...over, 'forget_states haproxy.service')).toBe('');
    expect(box.read('told')).toBe(asked);
    box.write('etc/haproxy/haproxy.cfg', named.replace('/var', box.path('var')) + file(''));
    box.onHost(`rm ${told()}; chmod 777 ${box.path('var/lib/haproxy')}`);
    expect(await run([{ name: 'a' }], ...over)).toBe('');
    expect(box.read('told')).toBe(asked);
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

  test('other units have no servers', async () => {
    expect(
      await run(
        [{ name: 'a' }],
        'keep_states web.service',
        'hand_states_over web.service 1',
        'forget_states web.service',
        'echo so',
      ),
    ).toBe('so');
  });
});
