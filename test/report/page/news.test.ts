import { type News, newsWith } from '../../../src/report/page/news';
import type { Status } from '../../../src/status/status';
import { backendDownOnOne, drained, haproxyHung, healthy, hostOff, splitBrain } from '../../support/statuses';

const linesOf = (before: Status, after: Status) => newsWith(after, { status: before })[0]?.lines ?? [];

test('nothing is said of the first look, nor of one that is as the one before', () => {
  expect([newsWith(healthy, {}), newsWith(healthy, { status: healthy })]).toEqual([[], []]);
});

test('a VIP that moves, a host that is drained and its server, and the way back', () => {
  expect(linesOf(healthy, drained)).toEqual([
    'VIP router37 is on ethyl now, it was on fred',
    'fred is drained',
    'server fred of cluster37 is DRAIN, it was UP',
  ]);
  expect(linesOf(drained, healthy)).toEqual([
    'VIP router37 is on fred now, it was on ethyl',
    'fred is back in service',
    'server fred of cluster37 is UP, it was DRAIN',
  ]);
});

test('a host that is gone, and one that comes back', () => {
  expect(linesOf(healthy, hostOff)).toContain('ethyl cannot be asked any more');
  expect(linesOf(hostOff, healthy)).toContain('ethyl answers again');
});

test('a server that is down for one balancer', () => {
  expect(linesOf(healthy, backendDownOnOne)).toEqual([
    'server ethyl of cluster37 is DOWN as fred sees it, UP as ethyl sees it, it was UP',
  ]);
});

test('a VIP that falls silent, and answers again', () => {
  const silent = {
    ...healthy,
    vips: healthy.vips.map((one) => ({ ...one, answers: [{ from: 'laptop', answers: false }] })),
  };
  expect(linesOf(healthy, silent)).toEqual(['VIP router37 does not answer laptop']);
  expect(linesOf(silent, healthy)).toEqual(['VIP router37 answers again']);
});

test('runs that are begun and end, hosts that say the same together', () => {
  const withRun = (...results: ('being made' | 'finished' | 'restored')[]): Status => ({
    ...healthy,
    hosts: healthy.hosts.map((host, at) => {
      const result = results[at];
      return result ? { ...host, lastRun: { run: 'run-1', command: 'push', result } } : host;
    }),
  });
  expect(linesOf(healthy, withRun('being made', 'being made'))).toEqual([
    'push run-1 is being made on fred, ethyl',
  ]);
  expect(linesOf(withRun('being made', 'being made'), withRun('finished', 'restored'))).toEqual([
    'push run-1 is finished on fred',
    'push run-1 is restored on ethyl',
  ]);
  expect(linesOf(withRun('finished'), withRun('finished'))).toEqual([]);
});

test('findings behind the first, which the headline has', () => {
  const [first] = splitBrain.findings;
  const [second] = haproxyHung.findings;
  if (!first || !second) throw new Error('no findings');
  const [one, more] = [[first], [first, second]].map((findings) => ({ ...splitBrain, findings })) as [
    Status,
    Status,
  ];
  expect(linesOf(one, more)).toEqual([`new: ${second.message}`]);
  expect(linesOf(more, one)).toEqual([`no more: ${second.message}`]);
});

test('few lines of one look, and few looks', () => {
  const many = (status: string): Status => ({
    ...healthy,
    services: healthy.services.map((service) => ({
      ...service,
      servers: Array.from({ length: 30 }, (_, index) => ({
        server: `web-${index}`,
        address: '192.0.2.1',
        port: 80,
        level: 'ok' as const,
        seenBy: [{ balancer: 'fred', status, check: '', sessions: 0 }],
      })),
    })),
  });
  expect(linesOf(many('UP'), many('DOWN')).slice(-2)).toEqual([
    'server web-7 of cluster37 is DOWN, it was UP',
    'and 22 more',
  ]);
  let news: readonly News[] = [];
  for (let look = 0; look < 30; look++) {
    const [before, after] = look % 2 === 0 ? [healthy, drained] : [drained, healthy];
    news = newsWith({ ...after, at: String(look) }, { status: before, news });
  }
  expect([news.length, news[0]?.at]).toEqual([20, '29']);
});
