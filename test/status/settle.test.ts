import { settled, unsettled } from '../../src/status/findings/settle';
import type { Status, StatusFinding } from '../../src/status/status';
import { healthy } from '../support/statuses';

const finding = (rule: string, host: string, level: StatusFinding['level'] = 'broken'): StatusFinding => ({
  rule,
  level,
  component: 'vip',
  host,
  on: [host],
  vips: ['router37'],
  message: `${rule} ${host}`,
  evidence: [],
  next: 'x',
});
const look = (...findings: StatusFinding[]): Status => ({
  ...healthy,
  level: findings[0]?.level ?? 'ok',
  headline: findings[0]?.message ?? 'all is well',
  findings,
});

test('somebody is accused of what two looks show, not of what one does', () => {
  const removed = look(finding('address-removed', 'fred'));
  expect(unsettled(removed).map(({ rule }) => rule)).toEqual(['address-removed']);
  expect(unsettled(removed, healthy)).toHaveLength(1);
  expect(unsettled(removed, removed)).toEqual([]);
  expect(unsettled(look(finding('address-removed', 'ethyl')), removed)).toHaveLength(1);
  expect(unsettled(look(finding('unit-down', 'fred')))).toEqual([]);
  expect(settled(removed, removed)).toBe(removed);
  expect(settled(healthy, removed)).toBe(healthy);
});

test('an address that is elsewhere at each look moves', () => {
  const before = look(finding('address-removed', 'fred'));
  const last = look(finding('no-holder', 'ethyl'), finding('certificate-expires', 'fred', 'warning'));
  const status = settled(last, before);
  expect(status.findings.map(({ rule, level, host }) => [rule, level, host])).toEqual([
    ['vip-moving', 'warning', 'ethyl'],
    ['certificate-expires', 'warning', 'fred'],
  ]);
  expect(status.level).toBe('warning');
  expect(status.headline).toMatch(/^VIP router37 was another’s at each look/);
  expect(status.findings[0]?.evidence).toEqual(['at the last look: no-holder ethyl']);
});
