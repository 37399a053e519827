import { brokenIn, outageRows } from '../../src/plan/disruption';

test('a reason that several changes have is said once', () => {
  const vrid = { class: 'outage', seconds: 3.8, why: 'another VRID' } as const;
  expect(
    outageRows([
      { ...vrid, host: 'fred', change: 'file /a' },
      { ...vrid, host: 'ethyl', change: 'file /a' },
      { ...vrid, host: 'fred', change: 'service b', seconds: null },
    ]),
  ).toEqual([
    '  fred: file /a, ethyl: file /a: another VRID (about 3.8 s)',
    '  fred: service b: another VRID',
  ]);
});

test('what ends for good is said beside what is an outage, and alone where nothing else is one', () => {
  const ends = ['VIP a 10.0.0.1:80 is answered no more'];
  const outage = { class: 'outage', seconds: 3.8, why: 'another VRID', ends } as const;
  const rolls = { class: 'rolling', seconds: 0, why: 'haproxy reloads' } as const;
  expect(
    outageRows([
      { ...outage, ends, host: 'fred', change: 'file /a' },
      { ...rolls, ends, host: 'ethyl', change: 'file /a' },
    ]),
  ).toEqual([
    '  fred: file /a: another VRID (about 3.8 s)',
    '  fred: file /a, ethyl: file /a: VIP a 10.0.0.1:80 is answered no more (for good)',
  ]);
});

test('what is to be mended first comes in the order of its lines; warnings and other rules are not among it', () => {
  const finding = (rule: string, where: string, severity: 'error' | 'warning' = 'error') => ({
    rule,
    severity,
    where,
    message: 'x',
    fix: 'y',
  });
  const warnings = [
    finding('unknown-keyword', 'k.conf:13:1'),
    finding('unreadable', 'k.conf:2:1'),
    finding('unreadable', 'k.conf:1:1', 'warning'),
    finding('certificate-expires', 'k.conf:1:1'),
  ];
  expect(brokenIn({ warnings }).map(({ where }) => where)).toEqual(['k.conf:2:1', 'k.conf:13:1']);
});
