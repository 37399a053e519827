import type { Finding } from '../../src/plan/plan';
import { folded } from '../../src/report/fold-findings';
import { renderFinding } from '../../src/report/plan-text';

const finding = (where: string, message = 'has a secret'): Finding => ({
  rule: 'secret-readable',
  severity: 'warning',
  where,
  message,
  why: 'everybody reads it',
  fix: 'leave "mode" out',
});

test('what is the same at several places is told once, with all of them; what differs is told by itself', () => {
  const texts = folded([finding('a:1:1'), finding('b:2:2', 'other'), finding('c:3:3')]).map(
    ([first, ...others]) => renderFinding(first, { color: false }, others),
  );
  expect(texts).toEqual([
    'warning a:1:1: has a secret [secret-readable]\n  also: c:3:3\n  why: everybody reads it\n  fix: leave "mode" out',
    'warning b:2:2: other [secret-readable]\n  why: everybody reads it\n  fix: leave "mode" out',
  ]);
});
