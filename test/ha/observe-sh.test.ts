import { observationScript, readObservation } from '../../src/ha/observe';
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
  });
  afterEach(() => box.dispose());

  const listening = async () => readObservation((await box.send(observationScript(1, []))).stdout).listening;

  test.each(printed)('an ss %s', async (_about, rows, ports) => {
    box.fake('ss', `-ltn) cat <<'.'\n${rows.join('\n')}\n.\n;;`);
    expect(await listening()).toEqual(ports);
  });

  test('the kernel’s list where there is no ss', async () => {
    box.fake('ss', '-ltn) exit 1 ;;');
    const server = (await import('node:net')).createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    try {
      expect(await listening()).toContain((server.address() as { port: number }).port);
    } finally {
      server.close();
    }
  });
});
