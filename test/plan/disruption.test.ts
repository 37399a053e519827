import { outageRows } from '../../src/plan/disruption';

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
