import type { Host } from '../../src/inventory/inventory';
import { foreignHolders, readAnswering, whoAnswersScript } from '../../src/pair/who-answers';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

const hosts = ['10.0.0.1', '10.0.0.2'].map((address) => ({ name: address, address }) as Host);
const vips = [{ name: 'router37', address: '10.0.0.200' }];
const saying = (...rows: string[]) => readAnswering(['card 02:00:00:00:00:01', ...rows].join('\n'));
const holder = (...rows: string[]) =>
  foreignHolders(vips, { hosts, vips: [...vips, { address: '10.0.0.210' }] }, [saying(...rows), saying()]);

test('a stranger is named by its own address, with what to do', () => {
  expect(
    holder(
      'neighbour 10.0.0.200 02:00:00:00:00:04 REACHABLE',
      'neighbour 10.0.0.210 02:00:00:00:00:04 REACHABLE',
      'neighbour 10.0.0.4 02:00:00:00:00:04 STALE',
    ),
  ).toEqual([
    'VIP router37 (10.0.0.200) is held by 10.0.0.4 (02:00:00:00:00:04), which is no host of this inventory; if it is a former member, take it out first: haprov retire 10.0.0.4',
  ]);
});

test.each<[string, string[], string]>([
  ['no other address of it is known', [], 'held by 02:00:00:00:00:04, which'],
  [
    'it has several',
    ['neighbour 10.0.0.4 02:00:00:00:00:04 STALE', 'neighbour 10.0.0.5 02:00:00:00:00:04 STALE'],
    'held by 02:00:00:00:00:04, which',
  ],
])('by its card alone where %s', (_, more, expected) => {
  const [found] = holder('neighbour 10.0.0.200 02:00:00:00:00:04 REACHABLE', ...more);
  expect(found).toContain(expected);
  expect(found).not.toContain('haprov retire');
});

test.each<[string, string[]]>([
  ['nobody', []],
  ['one that is only remembered', ['neighbour 10.0.0.200 02:00:00:00:00:04 STALE']],
  ['a host of ours', ['neighbour 10.0.0.200 02:00:00:00:00:01 REACHABLE']],
  [
    'a router that answers for all',
    ['neighbour 10.0.0.200 02:00:00:00:00:09 REACHABLE', 'neighbour 10.0.0.2 02:00:00:00:00:09 REACHABLE'],
  ],
  ['who has another address', ['neighbour 10.0.0.7 02:00:00:00:00:04 REACHABLE']],
])('no stranger: %s', (_, rows) => expect(holder(...rows)).toEqual([]));

test.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))(
  'asked in %s',
  async (_, shell) => {
    const box = new Sandbox(shell);
    try {
      box.fake(
        'ip',
        `'neigh show') printf '%s\\n' '10.0.0.200 dev eth0 lladdr 02:00:00:00:00:04 REACHABLE' '10.0.0.3 dev eth0  FAILED' 'fe80::1 dev eth0 lladdr 02:00:00:00:00:09 router STALE' ;;`,
      );
      const { stdout } = await box.send(whoAnswersScript(['127.0.0.1', '127.0.0.2']));
      expect(readAnswering(stdout).neighbours).toEqual([
        { address: '10.0.0.200', mac: '02:00:00:00:00:04', isFresh: true },
        { address: 'fe80::1', mac: '02:00:00:00:00:09', isFresh: false },
      ]);
    } finally {
      box.dispose();
    }
  },
);
