import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What a balancer remembers of drained servers, and what its HAProxy is told, through real shells. */

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake('haproxy', '-v) echo "HAProxy version 2.4.22-1 2023/02/14" ;;');
  });
  afterEach(() => box.dispose());

  const said = async (...rows: string[]) => (await box.send(compose(...rows))).stdout.replace(/\n$/, '');

  /** Runs `script`, and gives what HAProxy was told and what is remembered then. */
  const run = (script: string, version = 'HAProxy version 2.4.22', servers = ':') => {
    box.fake('haproxy', `-v) echo "${version}" ;;`);
    const talk = `haproxy_sockets() { :; }\ntell_admin_sockets() { :; }\ntell_haproxy() { case $1 in 'show stat'*) ${servers};; *) echo "$1"; echo 'Pid: 42';; esac; }`;
    const tell = `${script} | grep -v ^Pid`;
    return said(talk, tell, 'set -- $(drained_servers)\necho "remembered: $*"');
  };

  test('what is drained is remembered, once, and forgotten when it is given back', async () => {
    expect(await run('keep_drained web/a api/a')).toBe(
      'set server web/a state drain;set server api/a state drain;show info\nremembered: web/a api/a',
    );
    expect(await run('keep_drained web/a web/b')).toMatch(/remembered: api\/a web\/a web\/b$/);
    expect(await run('give_back web/a')).toBe(
      'set server web/a state ready;show info\nremembered: api/a web/b',
    );
    expect(await run('give_back api/a web/b')).toMatch(/remembered: $/);
  });

  test('who may open the folder, as anybody may, keeps nobody waiting by a lock on it', async () => {
    const held = '{ flock 7; keep_drained web/a; } 7</var/lib/haprov';
    expect(await run(`mkdir -p /var/lib/haprov\n${held}`)).toMatch(/remembered: web\/a$/);
  });

  test('who waits for another gives up in time, and then does nothing', async () => {
    const held = '{ flock 7; keep_drained web/a 2>&1; echo "code $?"; } 7</var/lib/haprov/runs';
    expect(await run(`sleep() { :; }\nmkdir -p /var/lib/haprov/runs\n${held}`)).toMatch(
      /^\S+ is locked by another\ncode 75\nremembered: $/,
    );
  });

  test('a run that has done with a server leaves a drained one drained', async () => {
    await run('keep_drained web/a');
    expect(await run('ready_servers web/a web/b')).toBe(
      'set server web/b state ready;show info\nremembered: web/a',
    );
    expect(await run('ready_servers web/a')).toBe('remembered: web/a');
  });

  /** As {@link run}, where HAProxy runs by a file with these servers, `NAME ADDRESS`. */
  const runBy = (servers: string[], script: string, lineEnd = '\n') => {
    const lines = servers.map((one) => `  server ${one}:80 check`);
    box.write('haproxy.cfg', ['listen web', '  bind :80', ...lines, ''].join(lineEnd));
    return run(`running_files() { echo '${box.path('haproxy.cfg')}'; }\n${script}`);
  };

  test('the list says by its address who is meant, and a name that is another host’s is not told', async () => {
    expect(await runBy(['a 10.0.0.1', 'b 10.0.0.2'], `keep_drained 'web/a 10.0.0.1'`)).toBe(
      'set server web/a state drain;show info\nremembered: web/a 10.0.0.1',
    );
    // The inventory has swapped the names, and nobody has applied it yet.
    expect(await runBy(['a 10.0.0.1', 'b 10.0.0.2'], `keep_drained 'web/b 10.0.0.1' web/a`)).toBe(
      'set server web/a state drain;show info\nremembered: web/a 10.0.0.1',
    );
    expect(await runBy(['a 10.0.0.1', 'b 10.0.0.2'], `give_back 'web/a 10.0.0.2'`)).toBe(
      'set server web/b state ready;show info\nremembered: web/a 10.0.0.1',
    );
    expect(await runBy(['a 10.0.0.1', 'b 10.0.0.2'], `give_back 'web/b 10.0.0.1'`)).toBe(
      'set server web/a state ready;show info\nremembered: ',
    );
  });

  test('a file with the line ends of Windows names the same servers', async () => {
    expect(await runBy(['a 10.0.0.1'], `keep_drained 'web/a 10.0.0.1'`, '\r\n')).toBe(
      'set server web/a state drain;show info\nremembered: web/a 10.0.0.1',
    );
  });

  test('who is given back goes under former names, too', async () => {
    await run(`keep_drained 'web/a 10.0.0.1' 'web/z 10.0.0.9'`);
    expect(await runBy(['new 10.0.0.1'], `give_back 'web/new 10.0.0.1'`)).toBe(
      'set server web/new state ready;show info\nremembered: web/z 10.0.0.9',
    );
  });

  test('a name alone is believed where it is known; a server that comes with the next configuration waits', async () => {
    expect(await runBy(['a 10.0.0.1'], `keep_drained web/a web/other 'web/new 10.0.0.3'`)).toBe(
      'set server web/a state drain;set server web/new state drain;show info\nremembered: web/a 10.0.0.1 web/new 10.0.0.3',
    );
  });

  test('a HAProxy without a socket that takes commands is told nothing, and that is no success', async () => {
    const fakes =
      'haproxy_sockets() { :; }\ntell_admin_sockets() { echo none; }\ntell_haproxy() { echo told; }';
    expect(await said(fakes, 'set_servers drain web/a 2>&1\necho "code $?"')).toBe(
      'HAProxy there has no stats socket at level admin\ncode 1',
    );
  });

  test('a HAProxy that runs without the file of its socket is not said to be down', async () => {
    const made = join(box.host, 'socket');
    const fakes = `haproxy_sockets() { echo '${made}'; }\ntell_haproxy() { echo told; }`;
    const ask = () =>
      said(
        fakes,
        'tell_admin_sockets\nset_servers drain web/a 2>&1\necho "code $?"\ntell_new_worker \'1\' \'x;\'\necho "code $?"',
      );
    expect(await ask()).toBe(
      `lost ${made}\nHAProxy there runs, and its socket ${made} is not there any more: systemctl restart haproxy makes it anew\ncode 1\ncode 1`,
    );
    const server = createServer().listen(made);
    await once(server, 'listening');
    expect(await said(fakes, 'tell_admin_sockets\nset_servers drain web/a 2>&1')).toBe('admin\ntold');
    await new Promise((done) => server.close(done));
  });

  test('a socket that a HAProxy has left behind is that none runs, and no words of the tool’s', async () => {
    const [made, left] = [join(box.host, 'made'), join(box.host, 'left')];
    const server = createServer().listen(made);
    await once(server, 'listening');
    renameSync(made, left);
    await new Promise((done) => server.close(done));
    const refused = `2026/11/26 23:10:38 socat[10336] E connect(, AF=1 "${left}", 24): Connection refused`;
    const ask = (before = ':') => said(`${before}\ntell_haproxy 'show info' '${left}' 2>&1\necho "code $?"`);
    box.fake('socat', `*) cat >/dev/null; echo '${refused}' >&2; exit 1 ;;`);
    expect(await ask()).toBe('code 69');
    box.fake('socat', '*) cat; echo odd >&2; exit 3 ;;');
    expect((await ask()).split('\n').sort()).toEqual(['code 3', 'odd', 'show info']);
    box.fake('curl', '*) exit 7 ;;');
    expect(await ask('command() { return 1; }')).toBe('code 69');
  });

  test.each(['keep_drained', 'give_back', 'set_servers drain', 'ready_servers'])(
    '%s: a server in maintenance stays in it, and others are told',
    async (command) => {
      const row = (server: string, status: string) => `echo 'web,${server}${','.repeat(16)}${status},'`;
      const servers = [
        row('a', 'MAINT'),
        row('b', 'UP'),
        row('c', 'MAINT (via web/a)'),
        row('d', 'MAINT(resolution)'),
      ].join('; ');
      const said = await run(`${command} web/a web/b web/c web/d`, undefined, servers);
      const told = [...said.matchAll(/set server (\S+) state/g)].map(([, title]) => title);
      expect(told).toEqual(['web/b', 'web/c', 'web/d']);
    },
  );

  test('a server whose address is a variable is believed by its title', async () => {
    expect(await runBy(['a "${A}"', 'b 10.0.0.1'], `keep_drained 'web/a 10.0.0.1' 'web/b 10.0.0.1'`)).toBe(
      'set server web/a state drain;set server web/b state drain;show info\nremembered: web/a 10.0.0.1 web/b 10.0.0.1',
    );
    expect(await runBy(['a "${A}"', 'b 10.0.0.1'], `give_back 'web/a 10.0.0.1'`)).toBe(
      'set server web/a state ready;show info\nremembered: web/b 10.0.0.1',
    );
  });

  test('a server-template stands for each of its servers', async () => {
    box.write(
      'haproxy.cfg',
      'backend web\n server-template t 2 10.0.0.1:80\n server-template u 3-4 ipv4@10.0.0.1:80 check\n server a 10.0.0.2:80\n',
    );
    const places = `running_files() { echo '${box.path('haproxy.cfg')}'; }\n`;
    expect(await run(`${places}server_places $(running_files)`)).toBe(
      'web/t1 10.0.0.1\nweb/t2 10.0.0.1\nweb/u3 10.0.0.1\nweb/u4 10.0.0.1\nweb/a 10.0.0.2\nremembered: ',
    );
    expect(await run(`${places}keep_drained 'web/t1 10.0.0.1' 'web/t2 10.0.0.1'`)).toBe(
      'set server web/t1 state drain;set server web/t2 state drain;show info\nremembered: web/t1 10.0.0.1 web/t2 10.0.0.1',
    );
  });

  test('which servers begin in maintenance, by all that may say it', async () => {
    box.write(
      'haproxy.cfg',
      [
        'defaults',
        ' default-server disabled',
        'listen web',
        ' server a 10.0.0.1:80',
        ' server b 10.0.0.2:80 enabled',
        'backend api',
        ' default-server enabled',
        ' server a 10.0.0.1:80',
        ' server b 10.0.0.2:80 check disabled # so',
        ' server-template t 1-2 10.0.0.3:80 disabled',
        'defaults',
        'backend last',
        ' server a 10.0.0.1:80 # disabled',
        '',
      ].join('\n'),
    );
    expect(await run(`server_places disabled '${box.path('haproxy.cfg')}'`)).toBe(
      'web/a 10.0.0.1\napi/b 10.0.0.2\napi/t1 10.0.0.3\napi/t2 10.0.0.3\nremembered: ',
    );
  });

  test('a HAProxy before 1.6 knows weights only', async () => {
    expect(await run('keep_drained web/a', 'HA-Proxy version 1.5.18 2016/05/10')).toMatch(
      /^set weight web\/a 0%;show info/,
    );
    expect(await run('give_back web/a', 'HA-Proxy version 1.5.18 2016/05/10')).toMatch(
      /^set weight web\/a 100%;/,
    );
  });

  test('after a reload the new worker is told, not the old one', async () => {
    const told = (workers: string) =>
      said(
        `count=0\nhaproxy_sockets() { :; }\ntell_admin_sockets() { :; }\ntell_haproxy() { count=$(($(cat '${box.host}/count' 2>/dev/null || echo 0) + 1)); echo $count >'${box.host}/count'; [ $count -lt 3 ] && echo 'Pid: 1' || echo 'Pid: 2'; }\ntell_new_worker '${workers}' 'set server web/a state drain;'\necho $? $(cat '${box.host}/count')`,
      );
    expect(await told('1')).toBe('0 3');
  });
});
