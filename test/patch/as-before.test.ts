import { ExitCode } from '../../src/errors';
import {
  changedSince,
  endingWithBoot,
  faultKeys,
  foundSince,
  readSurroundings,
  shiftedSince,
} from '../../src/patch/as-before';
import { refuseUnstartable } from '../../src/patch/refuse-alone';
import type { Status, StatusFinding } from '../../src/status/status';

const told = (clock: number, ...rows: string[]) =>
  readSurroundings(['', `clock=${clock}`, ...rows].join('\n'), 1_000_000);

test('what is not as before the boot is told, value by value', () => {
  const before = told(
    1000,
    'SELinux=Enforcing',
    'firewalld=active',
    'net.ipv4.ip_local_port_range=1024 65000',
    'a=b=c',
  );
  expect(
    changedSince(
      before,
      told(
        1059,
        'SELinux=Enforcing',
        'firewalld=active',
        'net.ipv4.ip_local_port_range=1024 65000',
        'a=b=c',
        'new=1',
      ),
      true,
    ),
  ).toEqual([]);
  expect(changedSince(before, told(880, 'SELinux=Permissive', 'firewalld=inactive', 'a=b=c'), true)).toEqual([
    'SELinux was Enforcing, and is Permissive',
    'firewalld was active, and is inactive',
    'net.ipv4.ip_local_port_range was 1024 65000, and is not there',
    'its clock went 2m 00s back',
  ]);
});

test('a service that ran before and does not now is a fault, unless the host has booted and nothing starts it then', () => {
  const before = told(
    1000,
    'service game.service=yes',
    'service orders.service=no',
    'service sshd.service=yes',
  );
  expect(endingWithBoot(before)).toEqual(['orders']);
  const after = told(1000, 'service sshd.service=no', 'service new.service=yes');
  const since = (hasBooted: boolean) => [
    changedSince(before, after, hasBooted),
    shiftedSince(before, after, hasBooted),
  ];
  const isFault = (unit: string) =>
    `${unit} ran before, and does not now (systemctl status ${unit} says why)`;
  expect(since(true)).toEqual([
    [isFault('game')],
    [
      'orders ran before it booted, and does not now, since nothing starts it at boot: systemctl enable --now orders',
    ],
  ]);
  expect(since(false)).toEqual([[isFault('game'), isFault('orders')], []]);
});

test('a service that has its work behind it and whose condition is not met any more is told, and is no fault', () => {
  const before = told(1000, 'service first-boot.service=yes', 'service other.service=skipped');
  const after = told(1000, 'service first-boot.service=skipped');
  expect([changedSince(before, after, true), shiftedSince(before, after, true)]).toEqual([
    [],
    ['first-boot ran before, and was not started now, since a condition of its unit is not met'],
  ]);
});

test('what the kernel computes may shift, and a module that nothing needs yet is no fault', () => {
  const before = told(1000, 'net.netfilter.nf_conntrack_max=262144', 'net.ipv4.tcp_max_syn_backlog=512');
  const unloaded = told(1000, 'net.ipv4.tcp_max_syn_backlog=512');
  expect([changedSince(before, unloaded, true), shiftedSince(before, unloaded, true)]).toEqual([[], []]);
  const newer = told(1000, 'net.netfilter.nf_conntrack_max=65536', 'net.ipv4.tcp_max_syn_backlog=1024');
  expect([changedSince(before, newer, true), shiftedSince(before, newer, true)]).toEqual([
    [],
    [
      'net.netfilter.nf_conntrack_max was 262144, and is 65536',
      'net.ipv4.tcp_max_syn_backlog was 512, and is 1024',
    ],
  ]);
});

const finding = (more: Partial<StatusFinding>): StatusFinding => ({
  rule: 'unit',
  level: 'broken',
  component: 'service',
  host: 'fred',
  on: ['fred'],
  message: 'httpd on fred does not run',
  evidence: [],
  next: '',
  ...more,
});
const status = (...findings: StatusFinding[]) => ({ findings }) as Status;

const since = (host: string, before: Status | undefined, after: Status) =>
  foundSince(host, before && new Set(faultKeys(host, before)), after);

test('only what is new on that host counts, and no note', () => {
  const unit = finding({ unit: 'httpd' });
  const drift = finding({ rule: 'drift', component: 'sysctl', evidence: ['a is 0 instead of 1'] });
  const worse = { ...drift, evidence: ['a is 0 instead of 1', 'b is 2 instead of 3'] };
  expect(since('fred', status(unit, drift), status(unit, drift))).toEqual([]);
  expect(since('fred', status(drift), status(unit, worse))).toEqual([
    'httpd on fred does not run',
    'b is 2 instead of 3',
  ]);
  expect(since('ethyl', status(), status(unit))).toEqual([]);
  const away = finding({ rule: 'unreachable', level: 'note', component: 'ssh', message: 'fred is away' });
  expect(since('fred', status(), status(away))).toEqual(['fred is away']);
  expect(since('fred', status(), status(finding({ level: 'note' })))).toEqual([]);
  expect(since('fred', status(unit), status(finding({ unit: 'other' })))).toHaveLength(1);
});

test('where nobody looked before, what does not run counts, and no file that differs, nor what no boot changes', () => {
  const after = status(
    finding({ level: 'warning' }),
    finding({ rule: 'drift', component: 'haproxy', evidence: ['a line'] }),
    finding({ rule: 'drift', component: 'sysctl', evidence: ['a is 0 instead of 1'] }),
    finding({ rule: 'certificate-expires', component: 'certificate' }),
  );
  expect(since('fred', undefined, after)).toEqual(['httpd on fred does not run', 'a is 0 instead of 1']);
  expect(since('fred', status(), after)).toHaveLength(4);
});

test('a host is not booted whose own program refuses its configuration now', () => {
  const refused = finding({
    rule: 'configuration-refused',
    component: 'haproxy',
    message: 'HAProxy on fred and ethyl would not start again',
    on: ['fred', 'ethyl'],
    evidence: ['[ALERT] line 7'],
    next: 'mend the line that it names',
  });
  const refuse = (...hosts: string[]) => refuseUnstartable(hosts, [finding({}), refused], 'reboot');
  expect(() => refuse('ethyl')).toThrow(
    expect.objectContaining({
      exitCode: ExitCode.failed,
      message: 'nothing was done\n  HAProxy on fred and ethyl would not start again\n    [ALERT] line 7',
      hint: 'mend the line that it names; --allow-outage makes the reboot all the same',
    }),
  );
  expect(() => refuse('lucy')).not.toThrow();
});
