import { type KnownHost, knownHost, readHaproxy, readKeepalived } from '../../src/ask/host-facts';
import type { Connection } from '../../src/host/connection';
import { readFacts } from '../../src/host/facts';
import { Answers } from '../../src/host/probe';
import { renderFacts } from '../../src/report/facts-text';
import { expectPublished } from '../support/schemas';

test.each([
  [
    [
      'HA-Proxy version 1.5.18 2016/05/10',
      '  OPTIONS = USE_LINUX_TPROXY=1 USE_OPENSSL=1 USE_LUA= USE_PCRE=1',
    ],
    '1.5.18',
    ['LINUX_TPROXY', 'OPENSSL', 'PCRE'],
  ],
  [
    [
      'HAProxy version 2.4.22-f8e3218 2023/02/14',
      '  OPTIONS = USE_LUA=1',
      'Feature list : +EPOLL -KQUEUE +LUA -OT +PROMEX',
    ],
    '2.4.22-f8e3218',
    ['EPOLL', 'LUA', 'PROMEX'],
  ],
])('%j', (rows, version, can) => {
  expect(readHaproxy(rows)).toEqual({ version, can });
});

test.each([
  [['Keepalived v1.2.13 (03/19,2015)', 'Build options: LVS VRRP'], '1.2.13', ['LVS', 'VRRP']],
  [
    [
      'Keepalived v2.2.8 (04/04,2023), git',
      'configure options: --build=x',
      'Config options: NFTABLES LVS',
      'System options: VSYSLOG',
    ],
    '2.2.8',
    ['NFTABLES', 'LVS'],
  ],
  [['Keepalived v1.2.7 (02/21,2013)'], '1.2.7', []],
])('%j', (rows, version, can) => {
  expect(readKeepalived(rows)).toEqual({ version, can });
});

test('what is no version is no program', () => {
  expect([readHaproxy(['sh: haproxy: not found']), readKeepalived([])]).toEqual([undefined, undefined]);
});

const heardAt = Date.parse('2026-01-02T03:00:00Z');

function known(
  more: string[],
  facts: string[] = [],
  user = 'root',
  asked = { from: heardAt, until: heardAt },
): KnownHost {
  const answers = new Answers();
  answers.add('more-facts', { output: more.join('\n'), code: 0 });
  answers.add('history', { output: '', code: 0 });
  const read = readFacts(
    [
      'uid=0',
      'hostname=fred',
      'init=systemd',
      'installer=dnf',
      'clock=1767323045',
      'address=eth0 10.0.0.1/24',
      'address=eth0 10.0.0.9/32',
      'os.ID="almalinux"',
      'os.ID_LIKE="rhel"',
      'os.VERSION_ID="9.4"',
      'os.PRETTY_NAME="AlmaLinux 9.4"',
      ...facts,
    ].join('\n'),
  );
  const vips = [
    { name: 'held', addresses: [{ address: '10.0.0.9' }] },
    { name: 'other', addresses: [{ address: '10.0.0.8' }] },
  ];
  const surveyed = { name: 'fred', facts: read, answers, connection: { user } as Connection };
  return knownHost(surveyed, { address: '10.0.0.1', groups: ['all'], vips }, asked);
}

test.each([
  ['a slow answer', -5000, 0, 0],
  ['one within a second', 400, 700, 0],
  ['a clock that is behind', 4999, 9000, -4000],
  ['one that is ahead', -9000, -3000, 3000],
])('how far a clock is from this machine’s: %s', (_, from, until, aheadMs) => {
  const clock = 1767323045_000;
  expect(known([], [], 'root', { from: clock + from, until: clock + until }).clock.aheadMs).toBe(aheadMs);
});

const all = [
  'booted=1767300000',
  'newer kernel-lt 6.1-2 1767322500',
  'newer glibc 2.34-2 1767319445',
  'kernel=5.14.0',
  'machine=x86_64',
  'cpus=4',
  'memory=4096000',
  'selinux=Enforcing',
  'firewall=firewalld',
  'synchronized=no',
  'haproxy=HAProxy version 2.4.22 x',
  'haproxy=Feature list : +LUA +POLL',
  'keepalived=Keepalived v2.2.8 x',
];

test('a host that says everything', () => {
  const host = known(all, ['drained=yes 1767322000 me@laptop', 'lock=run-1 1767322000 me@laptop'], 'ops');
  expectPublished('facts', { version: 1, hosts: [host] });
  expect(
    renderFacts([host], { color: false, columns: 80 }, new Date('2026-01-02T03:00:00Z')),
  ).toBe(`fred 10.0.0.1
  os         AlmaLinux 9.4 (EL9), kernel 5.14.0, x86_64
  hostname   fred
  machine    4 CPU, 4000 MB memory, booted 6h 20m ago
  boot owed  55m 55s ago: glibc 2.34-2, kernel-lt 6.1-2
  tools      dnf for packages, systemd for services
  haproxy    2.4.22 (LUA)
  keepalived 2.2.8
  eth0       10.0.0.1/24, 10.0.0.9/32
  VIPs       held
  SELinux    enforcing
  firewall   firewalld
  clock      2026-01-02 03:04:05, 4m 05s ahead of this machine, NOT synchronized
  login      ops, root by other
  drained    13m 20s ago, by me@laptop
  lock       run-1, me@laptop, not alive
  last run   none`);
});

test('a host that says nothing, on a narrow terminal, with an escape sequence', () => {
  const host = known(['kernel=\x1b[31m5.14.0-with-a-very-long-name.el9.x86_64']);
  expectPublished('facts', { version: 1, hosts: [host] });
  const text = renderFacts([host], { color: false, columns: 40 }, new Date());
  expect(text).not.toContain('\x1b');
  expect(text).toContain('keepalived not installed\n');
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(40);
});
