import { leftOutIn } from '../../src/status/ignored-scripts';
import { keepalivedOf } from '../../src/status/keepalived-log';

const cases: [string, string[], ReturnType<typeof keepalivedOf>][] = [
  ['nothing', [], { failing: [], disabled: [] }],
  [
    '2.x',
    [
      '(a) Entering BACKUP STATE',
      '(b) Entering MASTER STATE',
      '(a) Changing effective priority from 101 to 1',
    ],
    { state: 'BACKUP', priority: 1, failing: [], disabled: [] },
  ],
  [
    '1.3',
    [
      'VRRP_Instance(a) Transition to MASTER STATE',
      'VRRP_Instance(a) Entering MASTER STATE',
      'VRRP_Script(chk) succeeded',
      'VRRP_Instance(a) Changing effective priority from 100 to 102',
    ],
    { state: 'MASTER', priority: 102, failing: [], disabled: [] },
  ],
  [
    'checks that fail, time out, and work again',
    [
      'VRRP_Script(x) failed (exited with status 1)',
      'VRRP_Script(y) timed out',
      'VRRP_Script(z) failed',
      'VRRP_Script(z) succeeded',
      '(a) Entering FAULT STATE',
    ],
    { state: 'FAULT', failing: ['x', 'y'], disabled: [] },
  ],
  [
    'a reload',
    [
      '(a) Entering MASTER STATE',
      'VRRP_Script(x) failed',
      'VRRP_Script(x) considered successful on reload',
      'VRRP_Script(y) considered successful on reload',
      '(a) Entering BACKUP STATE (init)',
    ],
    { state: 'BACKUP', failing: [], disabled: [] },
  ],
  [
    'a reload, by a file that may have another priority',
    [
      '(a) Entering BACKUP STATE',
      '(a) Changing effective priority from -143 to 110',
      'Reloading',
      '(b) Changing effective priority from 9 to 8',
    ],
    { state: 'BACKUP', failing: [], disabled: [] },
  ],
  [
    'a script that it does not run',
    ["WARNING - script '/x' is not executable for uid:gid 65534:65534 - disabling."],
    {
      failing: [],
      disabled: ["WARNING - script '/x' is not executable for uid:gid 65534:65534 - disabling."],
    },
  ],
  [
    'only what it said since its last start',
    [
      '(a) Entering MASTER STATE',
      'VRRP_Script(x) failed',
      'Starting VRRP child process, pid=7',
      '(a) Entering BACKUP STATE',
    ],
    { state: 'BACKUP', failing: [], disabled: [] },
  ],
  [
    'what its first child says before its parent tells of it',
    [
      '(a) Entering MASTER STATE',
      'Starting Keepalived v2.2.7 (01/16,2022)',
      "WARNING - script '/x' is not executable - disabling.",
      'Starting VRRP child process, pid=7',
      '(a) Entering BACKUP STATE',
    ],
    {
      state: 'BACKUP',
      failing: [],
      disabled: ["WARNING - script '/x' is not executable - disabling."],
    },
  ],
  [
    'a child that was started again',
    [
      'Starting Keepalived v2.2.7 (01/16,2022)',
      'Starting VRRP child process, pid=7',
      "WARNING - script '/x' is not executable - disabling.",
      'Starting VRRP child process, pid=8',
      '(a) Entering BACKUP STATE',
    ],
    { state: 'BACKUP', failing: [], disabled: [] },
  ],
];

test.each(cases)('%s', (_, lines, expected) => {
  expect(keepalivedOf(lines, 'a')).toEqual(expected);
});

test('what a run says of scripts that keepalived leaves out, and what is lost with them', () => {
  const said = [
    'keepalived Starting VRRP child process, pid=7',
    "keepalived WARNING - script '/n' is not executable for uid:gid 99:99 - disabling.",
    'keepalived Script /gone cannot be accessed - No such file or directory',
    'keepalived Disabling track script mine due to insecure',
    'scripts',
    'script notify_master - "/n MASTER"',
    'script script gone "/gone -a"',
    'script script mine /m',
  ];
  const texts = leftOutIn(said.join('\n')).map(({ text, remedy }) => `${text}; ${remedy}`);
  expect(texts).toEqual([
    expect.stringMatching(
      /^keepalived leaves out \/n \(uid 99, .* may not\): .*the VIP moves all the same; have \/n .*chmod 755/,
    ),
    expect.stringMatching(/^keepalived leaves out gone: it runs without that check; put \/gone where/),
    expect.stringMatching(
      /^keepalived leaves out mine: it runs without that check; have .* writable for root alone/,
    ),
  ]);
  expect(leftOutIn([...said, 'keepalived Reloading'].join('\n'))).toEqual([]);
});
