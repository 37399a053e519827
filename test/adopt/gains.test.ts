import { adopt } from '../../src/adopt/adopted';
import { gainsOf } from '../../src/adopt/gains';
import { foundHost, known } from './found';

test('a stats socket that is there is to get level admin, said once for the pair', () => {
  const files = { '/etc/haproxy/haproxy.cfg': 'global\n stats socket /var/lib/haproxy/stats\n' };
  const sockets = gainsOf(adopt(known(foundHost('fred', files), foundHost('ethyl', files)))).filter((gain) =>
    gain.includes('stats socket'),
  );
  expect(sockets).toEqual([
    expect.stringMatching(
      /^- Give the line "stats socket \/var\/lib\/haproxy\/stats" at \/etc\/haproxy\/haproxy\.cfg:2 "mode 600 level admin": `haprov drain` can then /,
    ),
  ]);
});
