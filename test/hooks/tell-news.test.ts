import { newsFor, type ToldOf } from '../../src/hooks/tell-news';
import type { Status, StatusFinding } from '../../src/status/status';
import fc from '../support/property';
import { drained, healthy, hostOff, splitBrain, statuses } from '../support/statuses';

const all = { on: ['finding', 'drift', 'gone'] as ('finding' | 'drift' | 'gone')[] };
type News = ReturnType<typeof newsFor>;
const said = (news: News) => news.map(({ event }) => `${event.type}: ${event.text}`);

/** What a hook knows that was told all of it. */
function learnt(news: News, known: ToldOf = {}): ToldOf {
  const after = { ...known };
  for (const { told, gone } of news) {
    for (const key of gone) delete after[key];
    Object.assign(after, told);
  }
  return after;
}
const told = (status: Status, known: ToldOf = {}) => learnt(newsFor(all, status, known), known);

function finding(about: Partial<StatusFinding> = {}): StatusFinding {
  const host = about.host ?? 'fred';
  const message = 'HAProxy on fred does not run';
  return {
    rule: 'unit-down',
    level: 'broken',
    component: 'haproxy',
    host,
    on: [host],
    message,
    evidence: [],
    next: '',
    ...about,
  };
}
const finds = (...findings: StatusFinding[]): Status => ({ ...healthy, findings });

test('what is new is told once, with all that is known of it', () => {
  const status = finds(finding());
  const [news] = newsFor(all, status, {});
  expect(news?.event).toEqual({
    version: 1,
    type: 'finding',
    timestamp: healthy.at,
    text: 'cluster37: HAProxy on fred does not run',
    data: { inventory: 'cluster37', finding: finding() },
  });
  expect(newsFor(all, status, told(status))).toEqual([]);
});

test('what has gone is told once, with when it came', () => {
  const known = told(finds(finding()));
  const later = { ...healthy, at: '2026-03-01T04:00:00.000Z' };
  const news = newsFor(all, later, known);
  expect(news.map(({ event }) => event)).toEqual([
    {
      version: 1,
      type: 'gone',
      timestamp: later.at,
      text: 'cluster37: no more: HAProxy on fred does not run',
      data: { inventory: 'cluster37', finding: finding(), since: healthy.at },
    },
  ]);
  expect(newsFor(all, later, learnt(news, known))).toEqual([]);
});

test('drift is its own kind, and notes are nobody’s', () => {
  expect(said(newsFor(all, finds(finding({ rule: 'drift', level: 'warning' })), {}))).toEqual([
    'drift: cluster37: HAProxy on fred does not run',
  ]);
  expect(newsFor({ on: ['finding'] }, finds(finding({ rule: 'drift' })), {})).toEqual([]);
  expect(newsFor({ on: ['drift'] }, finds(finding()), {})).toEqual([]);
  expect(newsFor(all, drained, {})).toEqual([]);
});

test('another sentence is not another finding, another host, unit, server or certificate is', () => {
  const known = told(finds(finding({ level: 'warning' })));
  const soon = finds(finding({ level: 'warning', message: 'in 12 days' }));
  expect(newsFor(all, soon, known)).toEqual([]);
  for (const other of [
    { certificate: 'CN=mail' },
    { host: 'ethyl' },
    { unit: 'haproxy' },
    { server: 'fred' },
    { service: 's' },
    { vips: ['v'] },
  ])
    expect(said(newsFor(all, finds(finding({ level: 'warning', ...other })), known))).toHaveLength(2);
});

test('what has become worse, or better, is told as that and not as gone', () => {
  const warning = finds(finding({ level: 'warning', message: 'ends in 0 days' }));
  const known = told(warning);
  const worse = newsFor(all, finds(finding({ message: 'is over' })), known);
  expect(said(worse)).toEqual(['finding: cluster37: is over']);
  const better = newsFor(all, warning, learnt(worse, known));
  expect(said(better)).toEqual(['finding: cluster37: ends in 0 days']);
  expect(said(newsFor(all, healthy, learnt(better, learnt(worse, known))))).toEqual([
    'gone: cluster37: no more: ends in 0 days',
  ]);
});

describe('while a run is at work on a host', () => {
  const run = finding({ rule: 'run-alive', level: 'note' });
  const broken = finding({ message: 'is down' });
  const passing = finding({ level: 'warning', message: 'is down for now' });

  test('what it may have caused is not told, and what is broken beside it is', () => {
    expect(newsFor(all, finds(run, passing), {})).toEqual([]);
    expect(newsFor(all, finds(run, finding({ level: 'warning', on: ['ethyl', 'fred'] })), {})).toEqual([]);
    expect(said(newsFor(all, finds(run, broken), {}))).toHaveLength(1);
    expect(said(newsFor(all, finds(run, finding({ level: 'warning', host: 'ethyl' })), {}))).toHaveLength(1);
  });

  test('what was told before has not gone, and is not new after it', () => {
    const known = told(finds(broken));
    expect(newsFor(all, finds(run), known)).toEqual([]);
    expect(newsFor(all, finds(run, passing), known)).toEqual([]);
    expect(newsFor(all, finds(broken), known)).toEqual([]);
    expect(said(newsFor(all, healthy, known))).toEqual(['gone: cluster37: no more: is down']);
  });
});

test('what something worse may hide has not gone', () => {
  const known = told(finds(finding({ rule: 'server-down', level: 'warning' })));
  const later = { ...finds(finding()), at: '2026-03-01T04:00:00.000Z' };
  const news = newsFor(all, later, known);
  expect(said(news)).toEqual(['finding: cluster37: HAProxy on fred does not run']);
  expect(newsFor(all, later, learnt(news, known))).toEqual([]);
  expect(said(newsFor(all, healthy, learnt(news, known)))[0]).toMatch(/^gone/);
  const run = { ...finds(finding({ rule: 'run-broken', message: 'is broken' })), at: later.at };
  expect(said(newsFor(all, run, known))).toEqual([
    'finding: cluster37: is broken',
    'gone: cluster37: no more: HAProxy on fred does not run',
  ]);
});

test('the same on one host more is told, and not as gone from the first', () => {
  const known = told(finds(finding()));
  const both = finds(finding({ on: ['fred', 'ethyl'], message: 'HAProxy on fred and ethyl does not run' }));
  expect(said(newsFor(all, both, known))).toEqual([
    'finding: cluster37: HAProxy on fred and ethyl does not run',
  ]);
  expect(said(newsFor(all, healthy, told(both)))).toEqual([
    'gone: cluster37: no more: HAProxy on fred and ethyl does not run',
  ]);
});

test('what was found on a host that cannot be asked has not gone', () => {
  const known = told(finds(finding({ host: 'ethyl' })));
  const news = newsFor(all, hostOff, known);
  expect(news.map(({ event }) => event.type)).toEqual(['finding', 'finding']);
  const after = learnt(news, known);
  expect(
    said(newsFor(all, finds(finding({ host: 'ethyl' })), after)).every((one) => one.startsWith('gone')),
  ).toBe(true);
  expect(said(newsFor(all, healthy, after))).toHaveLength(3);
});

test('what was found on two hosts goes once, when it has gone from both', () => {
  const both = finds(
    finding({ rule: 'drift', level: 'warning', on: ['fred', 'ethyl'], message: 'is edited' }),
  );
  const known = told(both);
  const isOff = (name: string): Status => ({
    ...healthy,
    hosts: healthy.hosts.map((one) => (one.host === name ? { ...one, reached: false } : one)),
  });
  const onOne = finds(finding({ rule: 'drift', level: 'warning', host: 'ethyl', message: 'is edited' }));
  for (const seen of [isOff('fred'), isOff('ethyl'), onOne]) expect(newsFor(all, seen, known)).toEqual([]);
  expect(said(newsFor(all, healthy, known))).toEqual(['gone: cluster37: no more: is edited']);
});

test('whatever is seen after whatever else: told once, it is not told again, and all of it goes at last', () => {
  const some = fc.constantFrom(...Object.values(statuses), splitBrain);
  fc.assert(
    fc.property(fc.array(some, { maxLength: 5 }), (seen) => {
      let known: ToldOf = {};
      for (const status of seen) {
        known = told(status, known);
        expect(newsFor(all, status, known)).toEqual([]);
      }
      const names = [...new Set(seen.flatMap(({ hosts }) => hosts.map(({ host }) => host)))];
      expect(
        told({ ...healthy, hosts: names.map((host) => ({ ...healthy.hosts[0], host })) } as Status, known),
      ).toEqual({});
    }),
  );
});
