import { difference, sideOf } from './sides';

const picture = (httpd: string, keepalived: string) =>
  [`/etc/httpd/x ${httpd}`, `/etc/keepalived/keepalived.conf ${keepalived}`, 'httpd enabled active'].join(
    '\n',
  );
const together = new Set(['/etc/keepalived/keepalived.conf', 'keepalived']);
const side = (after: string, second = together) =>
  sideOf({ before: picture('1', '1'), after, final: picture('2', '2') }, second);

test('a host is old, new, or between the stages of its run; anything else is torn', () => {
  expect(side(picture('1', '1'))).toBe('old');
  expect(side(picture('2', '2'))).toBe('new');
  expect(side(picture('2', '1'))).toBe('first stage');
  expect(side(picture('1', '2'))).toBe('torn');
  expect(side(picture('2', '3'))).toBe('torn');
  expect(side(picture('2', '1'), new Set())).toBe('torn');
});

test('what is torn is named', () => {
  expect(difference({ before: picture('1', '1'), after: picture('2', '1'), final: picture('2', '2') })).toBe(
    'new /etc/httpd/x 2; old /etc/keepalived/keepalived.conf 1',
  );
});
