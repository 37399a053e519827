import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { observationScript, readObservation } from '../../src/pair/observe';
import { call, compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** The ports that are listened on, as every ss prints them, and without one. */

const head = 'State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process';
const printed: [string, string[], number[]][] = [
  [
    'of today',
    [
      head,
      'LISTEN 0      511          0.0.0.0:80         0.0.0.0:*',
      'LISTEN 0      4096   127.0.0.53%lo:53         0.0.0.0:*',
      'LISTEN 0      511                *:8080             *:*',
      'LISTEN 0      128             [::]:80            [::]:*',
    ],
    [80, 53, 8080],
  ],
  [
    'of EL6',
    [
      'State      Recv-Q Send-Q      Local Address:Port        Peer Address:Port ',
      'LISTEN     0      128                    :::22                     :::*     ',
      'LISTEN     0      128                     *:8989                    *:*     ',
    ],
    [22, 8989],
  ],
  [
    'that leaves the state out',
    ['Recv-Q Send-Q Local Address:Port Peer Address:Port', '0 128 *:10001 *:*'],
    [10001],
  ],
];

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake('ip', "'-o addr show') ;;");
    box.fake('ps', "'-C haproxy -o pid=,ppid=,args=') ;;");
  });
  afterEach(() => box.dispose());

  const said = async (script: string) => (await box.send(script)).stdout.replace(/\n$/, '').split('\n');
  const listening = async () =>
    readObservation((await box.send(observationScript({ healthPort: 1 }, []))).stdout).listening;

  test.each(printed)('an ss %s', async (_about, rows, ports) => {
    box.fake('ss', `-ltn) cat <<'.'\n${rows.join('\n')}\n.\n;;`);
    expect(await listening()).toEqual(ports);
  });

  const old = async (tree: string, listeners: string, sessions: string) => {
    box.fake('ps', `"-C haproxy -o pid=,ppid=,args=") printf '${tree}' ;;`);
    box.fake('ss', `-ltn) ;;\n-ltnp) cat <<'.'\n${listeners}\n.\n;;\n-tnp) cat <<'.'\n${sessions}\n.\n;;`);
    return readObservation((await box.send(observationScript({ healthPort: 1 }, []))).stdout).oldSessions;
  };
  const to = (pid: string, local: string, peer: string) =>
    `ESTAB 0 0 ${local} ${peer} users:(("haproxy",${pid}))`;
  const sessions = [
    'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
    to('pid=12,fd=9', '192.0.2.1:40001', '192.0.2.2:8080'),
    to('pid=13,fd=9', '192.0.2.1:40002', '192.0.2.2:8080'),
    to('pid=12,fd=10', '[::ffff:192.0.2.9]:80', '[::ffff:192.0.2.77]:50001').replace('ESTAB', 'CLOSE-WAIT'),
    to('pid=12,fd=11', '[2001:db8::9]:80', '[2001:db8::7]:50001'),
    'ESTAB 0 0 192.0.2.1:22 192.0.2.77:50002 users:(("sshd",pid=12,fd=4))',
    'FIN-WAIT-2 0 0 192.0.2.1:8080 192.0.2.77:50003',
  ].join('\n');
  const found = [
    { local: '192.0.2.1:40001', peer: '192.0.2.2:8080' },
    { local: '192.0.2.9:80', peer: '192.0.2.77:50001' },
    { local: '2001:db8::9:80', peer: '2001:db8::7:50001' },
  ];

  test('what a worker is at from before a reload: it listens no more', async () => {
    const listens =
      'LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("haproxy",pid=13,fd=5),("haproxy",pid=14,fd=5))';
    expect(await old('10 1\\n12 10\\n13 10\\n', listens, sessions)).toEqual(found);
    const ofEl6 = (text: string) => text.replaceAll('pid=', '').replaceAll('fd=', '');
    expect(await old('12 1\\n13 1\\n', ofEl6(listens), ofEl6(sessions))).toEqual(found);
    expect(await old('10 1\\n12 10\\n13 10\\n', '', '')).toBeUndefined();
  });

  test('one worker alone is not asked for its sockets', async () => {
    expect(await old('10 1\\n12 10\\n', '', sessions)).toBeUndefined();
    expect(await old('', '', sessions)).toBeUndefined();
  });

  test('HAProxy’s sockets are found by the files that the running one was started with', async () => {
    const cfg = box.write(
      'etc/haproxy/haproxy.cfg',
      'global\n stats socket unix@/run/a.sock mode 600 level admin\n stats socket /run/b.sock\n # stats socket /run/c.sock\n',
    );
    const folder = box.path('etc/haproxy/conf.d');
    box.write(
      'etc/haproxy/conf.d/x.cfg',
      'global\n\tstats\tsocket ipv4@127.0.0.1:9999 level admin\n stats socket /run/d.sock\r\n',
    );
    const args = `/usr/sbin/haproxy -Ws -f ${cfg} -f ${folder} -p /run/haproxy.pid`;
    box.fake('ps', `"-C haproxy -o pid=,ppid=,args=") echo ' 7 1 ${args}'; echo '12 7 ${args} -sf 7' ;;`);
    expect(await said(compose('haproxy_sockets'))).toEqual([
      '/run/a.sock',
      '/run/b.sock',
      '127.0.0.1:9999',
      '/run/d.sock',
    ]);
    expect(await said(compose('haproxy_sockets admin'))).toEqual(['/run/a.sock', '127.0.0.1:9999']);
    box.fake('ps', `"-C haproxy -o pid=,ppid=,args=") exit 1 ;;`);
    expect(await said(compose('haproxy_sockets'))).toEqual(['']);
  });

  test.each([
    [
      'the listener answers',
      'echo "# pxname,svname"; echo web,fred',
      'echo unasked',
      ['stat # pxname,svname', 'stat web,fred'],
    ],
    [
      'a socket does',
      'return 1',
      'echo "# pxname,svname"; echo web,fred',
      ['stat # pxname,svname', 'stat web,fred', 'stat '],
    ],
    [
      'the listener is silent, and a socket answers',
      'return 124',
      'echo "# pxname"',
      ['haproxy silent', 'stat # pxname', 'stat '],
    ],
    ['both are silent', 'return 124', 'return 124', ['haproxy silent']],
    ['nothing can speak to the socket', 'return 1', 'return 127', ['haproxy no-tool']],
    [
      'somebody else is at the port, and the socket refuses',
      'echo hello',
      'echo "Permission denied"',
      ['haproxy none'],
    ],
  ])('HAProxy is asked: %s', async (_about, listener, socket, rows) => {
    const fakes = `ask_haproxy() { ${listener}; }\nhaproxy_sockets() { echo /run/a.sock; }\ntell_haproxy() { ${socket}; }`;
    expect(await said(compose(fakes, 'observe_servers 10001/stats'))).toEqual(rows);
  });

  test.each([
    ['10001/stats', 'GET /stats;csv HTTP/1.0\r\n\r\n'],
    ['10001/haproxy?stats YTpi', 'GET /haproxy?stats;csv HTTP/1.0\r\nAuthorization: Basic YTpi\r\n\r\n'],
  ])('a page is asked for as it wants to be: %s', async (asked, request) => {
    // However long this machine takes.
    box.fake('timeout', '"2 "*) shift; exec "$@" ;;');
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const heard = new Promise<string>((done) =>
      server.once('connection', (socket) => {
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk;
          if (text.endsWith('\r\n\r\n'))
            socket.end('HTTP/1.0 200 OK\r\n\r\n# pxname,svname\nweb,one\n', () => done(text));
        });
      }),
    );
    try {
      const { port } = server.address() as { port: number };
      const rows = await said(compose(`observe_servers '${asked.replace('10001', String(port))}'`));
      expect(rows).toEqual(['stat # pxname,svname', 'stat web,one']);
      expect(await heard).toBe(request);
    } finally {
      server.close();
    }
  });

  test('files of the user’s own that a drain has written', async () => {
    box.fake('ss', '-ltn) ;;');
    const look = async () =>
      readObservation((await box.send(observationScript({ healthPort: 1 }, []))).stdout).drainFiles;
    const own = box.write('etc/keepalived/weight', '0\n');
    const [folder, more] = ['/var/lib/haprov/drain-files', box.path('etc/keepalived/standby')];
    await box.send(compose(call('write_drain_files', folder, own, '-253', more, 'x')));
    expect((await look())?.sort()).toEqual([more, own].sort());
    await box.send(compose(call('restore_drain_files', folder)));
    expect(await look()).toBeUndefined();
  });

  test.each([
    ['level admin', 'admin'],
    ['level operator', 'none'],
  ])('whether HAProxy takes commands: a socket at %s', async (level, answer) => {
    const made = join(box.host, 'a.sock');
    const server = createServer().listen(made);
    await once(server, 'listening');
    const cfg = box.write('etc/haproxy/haproxy.cfg', `global\n stats socket ${made} ${level}\n`);
    box.fake('ps', `"-C haproxy -o pid=,ppid=,args=") echo '7 1 haproxy -f ${cfg}' ;;`);
    expect(await said(compose(call('tell_admin_sockets')))).toEqual([answer]);
    await new Promise((done) => server.close(done));
  });

  test.each([
    [`"/run/a.sock" mode 600 level "admin"`, '/run/a.sock'],
    [`'unix@/run/a.sock' level admin`, '/run/a.sock'],
    [String.raw`/run/a\#1.sock level admin # the first`, '/run/a#1.sock'],
    ['/run/a.sock level operator # level admin', ''],
    ['/run/a.sock level administrator', ''],
    [':9998 level admin', '127.0.0.1:9998'],
    ['*:9998 level admin', '127.0.0.1:9998'],
    ['ipv4@0.0.0.0:9998 level admin', '127.0.0.1:9998'],
    ['ipv6@:9998 level admin', '::1:9998'],
    ['[::]:9998 level admin', '::1:9998'],
    [':::9998 level admin', '::1:9998'],
    ['tcp4@192.0.2.1:9998,/run/a.sock level admin', '192.0.2.1:9998\n/run/a.sock'],
    ['abns@a level admin', ''],
    ['fd@3 level admin', ''],
    ['"${SOCKET}" level admin', ''],
  ])('where "stats socket %s" can be asked', async (words, sockets) => {
    const cfg = box.write('haproxy.cfg', `global\n  stats socket ${words}\n`);
    expect(await said(compose(`running_files() { echo '${cfg}'; }\nhaproxy_sockets admin`))).toEqual(
      sockets.split('\n'),
    );
  });

  test('of a HAProxy that does not run nothing is said', async () => {
    box.fake('ps', '"-C haproxy -o pid=,ppid=,args=") exit 1 ;;');
    expect(await said(compose(call('tell_admin_sockets')))).toEqual(['']);
  });

  test('the kernel’s list where there is no ss', async () => {
    box.fake('ss', '-ltn) exit 1 ;;');
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    try {
      expect(await listening()).toContain((server.address() as { port: number }).port);
    } finally {
      server.close();
    }
  });
});
