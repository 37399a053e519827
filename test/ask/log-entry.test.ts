import { isOfUnit, journalEntry, syslogEntry } from '../../src/ask/log-entry';
import { sinceTime } from '../../src/ask/since';
import { entryLines } from '../../src/report/log-entry-text';

const fields = {
  __REALTIME_TIMESTAMP: '1767323045123456',
  __CURSOR: 's=1;i=2',
  PRIORITY: '3',
  SYSLOG_IDENTIFIER: 'Keepalived_vrrp',
  _PID: '12',
  _COMM: 'keepalived',
  _SYSTEMD_UNIT: 'keepalived.service',
  MESSAGE: 'Entering MASTER STATE',
};
const entry = {
  host: 'fred',
  at: 1767323045123.456,
  unit: 'keepalived.service',
  program: 'Keepalived_vrrp',
  pid: '12',
  priority: 3,
  message: 'Entering MASTER STATE',
  cursor: 's=1;i=2',
};

test.each([
  [{}, {}],
  // As journald prints what is no UTF-8, and a field that is there twice.
  [{ MESSAGE: [0xc3, 0xa4, 0x1b, 0x5b] }, { message: 'ä\x1b[' }],
  [{ MESSAGE: null }, { message: '' }],
  [{ _PID: ['12', '13'] }, {}],
  // What systemd says of a unit.
  [
    { UNIT: 'haproxy.service', SYSLOG_IDENTIFIER: 'systemd', _PID: '1' },
    { unit: 'haproxy.service', program: 'systemd', pid: '1' },
  ],
  // What HAProxy prints has its level in it.
  [
    { MESSAGE: '[WARNING]  (12) : Server a/b is DOWN', PRIORITY: '6', SYSLOG_FACILITY: '3' },
    { message: '[WARNING]  (12) : Server a/b is DOWN', priority: 4, facility: 3 },
  ],
  [{ SYSLOG_IDENTIFIER: undefined }, { program: 'keepalived' }],
])('an entry of journald: %j', (more, wanted) => {
  expect(journalEntry('fred', JSON.stringify({ ...fields, ...more }))).toEqual({ ...entry, ...wanted });
});

test.each(['', '-- cursor: s=1', '{}', '[1]', 'null'])('"%s" is no entry', (row) => {
  expect(journalEntry('fred', row)).toBeUndefined();
});

const now = Date.parse('2026-01-02T12:00:00Z');
const place = { zone: '+0200', year: 2026 };
test.each([
  [
    'Jan  2 13:04:05 fred haproxy[7]: Proxy a started: "x: y"',
    '2026-01-02T11:04:05.000Z',
    'haproxy',
    '7',
    'Proxy a started: "x: y"',
  ],
  ['Dec 31 23:59:59 fred Keepalived: stopped', '2025-12-31T21:59:59.000Z', 'Keepalived', '', 'stopped'],
  ['2026-01-02T03:04:05.678901+01:00 fred sshd[1]: a', '2026-01-02T02:04:05.678Z', 'sshd', '1', 'a'],
])('a line of syslog: %s', (row, at, program, pid, message) => {
  const read = syslogEntry('fred', row, place, now);
  expect(read).toMatchObject({ program, pid, message, unit: '' });
  expect(new Date(read?.at ?? 0).toISOString()).toBe(at);
});

test.each(['', 'no line', 'Foo  2 13:04:05 fred x: y', 'Jan 99 13:04:05 fred x: y'])(
  '"%s" is no line of syslog',
  (row) => {
    expect(syslogEntry('fred', row, place, now)).toBeUndefined();
  },
);

test('without journald, programs tell of their unit', () => {
  expect(
    ['haproxy', 'Keepalived_vrrp', 'kernel', 'httpd'].filter((name) =>
      isOfUnit(name, ['haproxy', 'keepalived.service']),
    ),
  ).toEqual(['haproxy', 'Keepalived_vrrp']);
});

test.each([
  ['10m', -600],
  ['2h ago', -7200],
  ['-1d', -86_400],
  ['10 min ago', -600],
  ['90 seconds ago', -90],
  ['1.5h', -5400],
  ['now', 0],
  ['today', -(12 * 3600 + 34 * 60)],
  ['yesterday', -(36 * 3600 + 34 * 60)],
  ['12:04', -1800],
  ['2026-06-15', -(12 * 3600 + 34 * 60)],
  ['2026-06-15 12:33:00', -60],
])('--since %s', (text, seconds) => {
  const date = new Date(2026, 5, 15, 12, 34);
  expect(sinceTime(text, date)).toBe(date.getTime() + seconds * 1000);
});

test.each(['', 'soon', '10 parsecs', '25', '25:99', '24:00', '2026-13-45', '2026-02-31', '2026-02-30 12:00'])(
  '--since "%s" is no time',
  (text) => {
    expect(sinceTime(text, new Date())).toBeUndefined();
  },
);

test('a line names time, host and program; what a host wrote is not obeyed', () => {
  const line = entryLines(['fred', 'a-host-with-a-long-name'], { color: false, columns: 40 });
  const at = new Date(2026, 0, 2, 3, 4, 5, 6);
  expect(line({ ...entry, message: 'one\ntwo \x1b[31m\n' }, at)).toBe(
    'Jan 02 03:04:05.006 fred          Keepalived_vrrp[12]: one\n    two ^[[31m',
  );
});
