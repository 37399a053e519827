import { failedCheck, statusCheck } from '../../src/report/status-check';
import type { Status } from '../../src/status/status';
import fc from '../support/property';
import {
  backendDownOnOne,
  drained,
  healthy,
  hostOff,
  splitBrain,
  statuses,
  withEveryText,
} from '../support/statuses';

const nobody: Status = { ...hostOff, hosts: hostOff.hosts.map((host) => ({ ...host, reached: false })) };

test.each([
  ['well', healthy, 0, 'HAPROV OK - all is well'],
  ['only what is meant', drained, 0, 'HAPROV OK - fred is drained'],
  ['a warning', backendDownOnOne, 1, 'HAPROV WARNING - cluster37/ethyl'],
  [
    'broken',
    hostOff,
    2,
    'HAPROV CRITICAL - ethyl (192.168.56.202) cannot be reached over SSH (and 1 more) | ',
  ],
  ['nobody could be asked', nobody, 3, 'HAPROV UNKNOWN - ethyl'],
])('%s', (_, status, code, text) => {
  const check = statusCheck(status);
  expect(check.code).toBe(code);
  expect(check.text.startsWith(text)).toBe(true);
});

test('its figures', () => {
  const certificates = [
    { service: 'a', subject: 'CN=a', until: '2026-03-11T12:00:00.000Z' },
    { service: 'b', subject: 'CN=b', until: '2027-03-01T00:00:00.000Z' },
  ];
  expect(statusCheck({ ...splitBrain, certificates }).text.split(' | ')[1]).toBe(
    'hosts_up=2;;;0;2 vips_held=0;;;0;1 servers_up=4;;;0;4 broken=1;;;0 warnings=1;;;0 certificate_days=10',
  );
});

test('a look that failed is unknown, on one line', () => {
  expect(failedCheck('a.json:1:2: hosts: missing\nb | c')).toEqual({
    text: 'HAPROV UNKNOWN - a.json:1:2: hosts: missing b / c',
    code: 3,
  });
});

test('whatever hosts say, it is one line with one bar', () => {
  const word = fc.string({
    unit: fc.constantFrom('|', '\n', '\r', ' ', '\u2028', '\u0085', '\u001b', '\u202e', 'a', "'", '='),
  });
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(statuses)), word, (status, said) => {
      const { text } = statusCheck({ ...withEveryText(status, (one) => `${one}${said}`), at: status.at });
      expect(text.split('|')).toHaveLength(2);
      expect(text).not.toMatch(/[\n\r\u2028\u0085\u001b\u202e]/);
    }),
  );
});
