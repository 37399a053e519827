import { renderStatusPage, renderStatusUpdate } from '../../../src/report/page/status-page';
import { drained, fourNodes, haproxyHung, healthy, ipv6, splitBrain, statuses } from '../../support/statuses';
import { textOf } from './text-of';

const part = (page: string, id: string) =>
  textOf(new RegExp(`<(\\w+) id="${id}" data-part.*?</\\1>\\n`, 's').exec(page)?.[0] ?? 'no such part');
const pageOf = (status: typeof healthy) => renderStatusPage({ status }, 5);

test('the headline, and below it what to do first; the other findings after it', () => {
  const page = pageOf(splitBrain);
  const [first, second] = splitBrain.findings;
  expect(part(page, 'headline')).toBe(`broken: ${splitBrain.headline}`);
  expect(part(page, 'first')).toBe(
    `firewall on ethyl · split-brain ${first?.evidence.join(' ')} See it on ethyl: nft list ruleset; iptables -S; ip6tables -S Next: ${first?.next}`,
  );
  expect(part(page, 'findings')).toBe(
    `1 more finding warning: ${second?.message} configuration on ethyl · configuration-drift maxconn 4096 → 10 Next: ${second?.next}`,
  );
});

test('where all is well there are no findings', () => {
  const page = pageOf(healthy);
  expect(part(page, 'headline')).toBe(`ok: ${healthy.headline}`);
  expect([part(page, 'first'), part(page, 'findings')]).toEqual(['', '']);
});

test('hosts side by side: what one has and another has not is none there', () => {
  const hosts = part(pageOf(fourNodes), 'hosts');
  expect(hosts).toContain('lucy 192.168.56.203 Rocky Linux 9.4');
  expect(hosts).toContain('HAProxy ok: 1 worker ok: 1 worker none none');
});

test('a drained host is said to be', () => {
  expect(part(pageOf(drained), 'hosts')).toContain('fred 192.168.56.201 Rocky Linux 9.4, drained');
});

test('servers as each HAProxy sees them, and that one of them does not say', () => {
  expect(part(pageOf(haproxyHung), 'services')).toContain(
    'fred 192.168.56.201 :8080 unknown: HAProxy does not say ok: UP L4OK, 3 sessions',
  );
  expect(part(pageOf(ipv6), 'services')).toContain('[2001:db8:5601:1:0:ffff:1234:201] :8080');
  expect(part(pageOf(fourNodes), 'services')).toContain('192.0.2.17 :8000, not one of the hosts');
});

test('before the first look has ended, and when it fails', () => {
  expect(part(renderStatusPage({}, 5), 'headline')).toBe('Looking for the first time …');
  const failed = renderStatusPage({ trouble: 'no <network>' }, 5);
  expect(part(failed, 'stale')).toBe('The last look failed: no <network>.');
  expect(failed).toContain('<title>? haprov status</title>');
});

test('a look that fails after one that did not: the older status stands, and is said to be old', () => {
  const page = renderStatusPage({ status: healthy, trouble: 'no network' }, 5);
  expect(part(page, 'stale')).toContain('What stands here is from 2026-03-01 03:00:00 UTC');
  expect(part(page, 'headline')).toContain(healthy.headline);
});

test.each(Object.entries(statuses))('%s: what a refresh brings is what the page has', (_, status) => {
  const page = renderStatusPage({ status, diagram: '<svg xmlns="http://www.w3.org/2000/svg"/>' }, 5);
  const update = renderStatusUpdate({ status, diagram: '<svg xmlns="http://www.w3.org/2000/svg"/>' });
  expect(page).toContain(update.html);
  expect(page).toContain(`<title>${update.title}</title>`);
  expect(page).toContain(update.icon.replaceAll("'", '&#39;'));
  expect(page.match(/<(?:link|img|script|a|iframe)\b[^>]*(?:src|href)="(?!data:)/g)).toBeNull();
});
