import { answeredNoMore, heldNoMore } from '../../src/ha/lost-endpoints';
import { conf, instance } from './conf';

const vips = [
  { name: 'router37', address: '10.0.0.200' },
  { name: 'router38', address: '10.0.0.201' },
];
const cfg = (...rows: string[]) => rows.join('\n');
const server = 'server fred 10.0.0.1:8080';
const web = (...rows: string[]) => cfg('listen web', 'bind 10.0.0.200:80', 'mode http', server, ...rows);
const allowed = (...addresses: string[]) =>
  web(...addresses.map((one) => `acl haprov_allowed src ${one}`), 'http-request deny unless haprov_allowed');

test.each<[string, string, string, string[]]>([
  ['nothing', web(), web('timeout client 5000'), []],
  [
    'a service',
    `${web()}\nlisten old\nbind 10.0.0.201:7001\n${server}`,
    web(),
    ['VIP router38 10.0.0.201:7001 is answered no more'],
  ],
  [
    'a port on every address',
    `${web()}\nlisten old\nbind *:7001`,
    web(),
    ['VIP router37, router38 *:7001 is answered no more'],
  ],
  [
    'an address of no VIP',
    `${web()}\nlisten old\nbind 10.0.0.9:7001`,
    web(),
    ['10.0.0.9:7001 is answered no more'],
  ],
  [
    'a port that moves',
    web(),
    web().replace(':80', ':81'),
    ['VIP router37 10.0.0.200:80 is answered no more'],
  ],
  ['one bind of two', web('bind 10.0.0.201:80'), web(), ['VIP router38 10.0.0.201:80 is answered no more']],
  ['a mode that is said twice: the last counts', web(), web('mode tcp', 'mode http'), []],
  ['every address instead of one', web(), web().replace('10.0.0.200:80', '*:80'), []],
  [
    'one instead of every address',
    web().replace('10.0.0.200:80', '*:80'),
    web(),
    ['VIP router37, router38 *:80 is answered no more'],
  ],
  ['a service by another name', web(), web().replace('listen web', 'listen www'), []],
  [
    'a port of a range',
    web().replace(':80', ':80-82'),
    web().replace(':80', ':80-81'),
    ['VIP router37 10.0.0.200:80-82 is answered no more'],
  ],
  ['only loopback', `${web()}\nlisten health\nbind 127.0.0.1:10001`, web(), []],
  [
    'TLS',
    web(),
    web().replace(':80', ':80 ssl crt /x'),
    ['VIP router37 10.0.0.200:80 is answered over TLS only'],
  ],
  ['a name that is called as an option is', web(), web().replace(':80', ':80 name ssl id accept-proxy'), []],
  [
    'an address in the heading, as 1.5 was the last to take it',
    cfg('listen web 10.0.0.200:80', 'mode http', server, 'listen old 10.0.0.201:80', server),
    web(),
    ['VIP router38 10.0.0.201:80 is answered no more'],
  ],
  [
    'no TLS',
    web().replace(':80', ':80 ssl crt /x'),
    web(),
    ['VIP router37 10.0.0.200:80 is answered without TLS'],
  ],
  [
    'PROXY',
    web(),
    web().replace(':80', ':80 accept-proxy'),
    ['VIP router37 10.0.0.200:80 is answered to who sends the PROXY protocol only'],
  ],
  [
    'another mode',
    web(),
    web().replace('mode http', 'mode tcp'),
    ['VIP router37 10.0.0.200:80 is answered in mode tcp instead of http'],
  ],
  [
    'the mode, by its defaults',
    web().replace('mode http', ''),
    cfg('defaults', 'mode http', web().replace('mode http', '')),
    ['VIP router37 10.0.0.200:80 is answered in mode http instead of tcp'],
  ],
  [
    'an allow-list',
    web(),
    allowed('10.0.0.0/8'),
    ['VIP router37 10.0.0.200:80 refuses clients by a rule that is new'],
  ],
  [
    'a password',
    web(),
    web('http-request auth realm Ours unless { http_auth(staff) }'),
    ['VIP router37 10.0.0.200:80 is answered to who has a password only'],
  ],
  [
    'less on it',
    allowed('10.0.0.0/8', '192.0.2.0/24'),
    allowed('10.0.0.0/8'),
    ['VIP router37 10.0.0.200:80 lets 192.0.2.0/24 in no more'],
  ],
  ['more on it', allowed('10.0.0.0/8'), allowed('10.0.0.0/8', '192.0.2.0/24'), []],
  ['no list any more', allowed('10.0.0.0/8'), web(), []],
  [
    'a redirect',
    web(),
    web('http-request redirect scheme https code 301'),
    ['VIP router37 10.0.0.200:80 is redirected by a rule that is new'],
  ],
  [
    'the last server',
    web(),
    web().replace(server, ''),
    ['VIP router37 10.0.0.200:80 has no server any more'],
  ],
  [
    'servers that an answer takes the place of',
    web(),
    web('http-request return status 404').replace(server, ''),
    [],
  ],
  ['one server of two', web('server ethyl 10.0.0.2:8080'), web(), []],
  [
    'the statistics',
    `${web()}\nlisten stats\nbind 10.0.0.200:8989\nstats enable`,
    web(),
    ['VIP router37 10.0.0.200:8989 is answered no more'],
  ],
  [
    'a route, by whatever name of its conditions',
    web(
      'acl one hdr(host) -i a.example',
      'acl one hdr(host) -i b.example',
      'acl two path_beg /api',
      'use_backend api if one two',
      'use_backend files if { path_beg /static } or !one',
      'use_backend gone unless one',
    ),
    web(
      'acl uno hdr(host) -i a.example',
      'acl uno hdr(host) -i b.example',
      'acl due path_beg /api',
      'use_backend more if { path_beg /more }',
      'use_backend api if uno due',
      'use_backend elsewhere if { path_beg /static } or !uno',
    ),
    [
      'VIP router37 10.0.0.200:80 sends path_beg /static or not (hdr(host) -i a.example or hdr(host) -i b.example) to elsewhere instead of files',
      'VIP router37 10.0.0.200:80 sends all but (hdr(host) -i a.example or hdr(host) -i b.example) to gone no more',
    ],
  ],
])('what ends: %s', (_, from, to, expected) => expect(answeredNoMore(from, to, vips)).toEqual(expected));

test.each<[string, string, string, string[]]>([
  ['nothing', conf(), conf({ priority: 9 }), []],
  [
    'an instance',
    conf() + instance({ name: 'old', vips: ['10.0.0.9/24 dev eth0', 'fe80::1'] }),
    conf(),
    ['VIP old 10.0.0.9 is held by nobody any more'],
  ],
  [
    'an address',
    conf(),
    conf({ vips: ['10.0.0.7'] }),
    ['VIP router37 10.0.0.200 is held by nobody any more'],
  ],
  ['not one that another instance has', conf(), conf({ name: 'other' }), []],
])('what is held no more: %s', (_, from, to, expected) => expect(heldNoMore(from, to)).toEqual(expected));
