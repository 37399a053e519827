import { listenersOf, listenersQuestion } from '../../src/pair/serving';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** Which unit listens on which port, as every ss prints it. */

const head = 'State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process';

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
  });
  afterEach(() => box.dispose());
  const ask = async (rows: string[], systemctl = '') => {
    box.fake('ss', `-ltnp) cat <<'.'\n${rows.join('\n')}\n.\n;;`);
    box.fake('systemctl', systemctl);
    return listenersOf(await box.probe(listenersQuestion.script));
  };

  test('this very process, whose control group is that of no unit or of one', async () => {
    const found = await ask([
      head,
      `LISTEN 0 511 [::]:8080 [::]:* users:(("node",pid=${process.pid},fd=4),("node",pid=1,fd=4))`,
    ]);
    expect(found?.map(({ port }) => port)).toEqual([8080]);
  });

  test('as EL6 prints it, without a state, and without processes', async () => {
    const found = await ask([
      'State      Recv-Q Send-Q      Local Address:Port        Peer Address:Port ',
      `LISTEN     0      128                    :::8080                     :::*      users:(("httpd",999999,4),("httpd",2,4))`,
      `0          128                    *:8081                     *:*      users:(("a b",999999,4))`,
      'LISTEN     0      128                     *:8989                    *:*     ',
    ]);
    expect(found).toEqual([
      { port: 8080, units: [] },
      { port: 8081, units: [] },
    ]);
  });

  test('nobody who could be told of', async () => {
    expect(await ask([head, 'LISTEN 0 128 *:8989 *:*'])).toBeUndefined();
  });
});

describe('what is made of the answer', () => {
  const of = (...rows: string[]) => listenersOf(rows.join('\n'));
  test.each<[string, string[], ReturnType<typeof of>]>([
    ['a unit', ['listens 80 haproxy /system.slice/haproxy.service'], [{ port: 80, units: ['haproxy'] }]],
    [
      'all of its names',
      ['listens 6379 redis-server /system.slice/redis.service', 'names redis.service redis-server.service'],
      [{ port: 6379, units: ['redis', 'redis-server'] }],
    ],
    [
      'a group within it',
      ['listens 80 a /docker/7d8a/system.slice/a@b.service/payload'],
      [{ port: 80, units: ['a@b'] }],
    ],
    [
      'a user’s own',
      ['listens 80 a /user.slice/user-1.slice/user@1.service/app.slice/a.service'],
      [{ port: 80, units: [] }],
    ],
    ['a container', ['listens 80 a /machine.slice/libpod-1.scope'], [{ port: 80, units: [] }]],
    [
      'a socket of systemd',
      [
        'listens 7001 systemd /init.scope',
        'socket [::]:7001 hello.socket hello@.service',
        'socket /run/x 7001.socket x.service',
      ],
      [{ port: 7001, units: ['hello.socket', 'hello@'] }],
    ],
    ['nothing', [''], undefined],
  ])('%s', (_, rows, expected) => expect(of(...rows)).toEqual(expected));
});
