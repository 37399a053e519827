import type { Loss } from '../../src/ha/loss';
import { heldNoMore } from '../../src/ha/lost-addresses';
import { listedNoMore } from '../../src/ha/lost-certificates';
import { answeredNoMore } from '../../src/ha/lost-endpoints';
import { mappedNoMore } from '../../src/ha/lost-map-entries';
import { conf, instance } from './conf';

const vips = [
  { name: 'router37', address: '10.0.0.200' },
  { name: 'router38', address: '10.0.0.201' },
];
/** What leaves somebody unserved who comes as always, and with `some:` what is otherwise for some. */
const shown = (losses: readonly Loss[]) =>
  losses.map(({ says, isGone }) => (isGone ? says : `some: ${says}`));
const cfg = (...rows: string[]) => rows.join('\n');
const server = 'server fred 10.0.0.1:8080';
const web = (...rows: string[]) => cfg('listen web', 'bind 10.0.0.200:80', 'mode http', server, ...rows);
const front = (...rows: string[]) => cfg('frontend www', 'bind 10.0.0.200:80', ...rows);
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
    ['VIP router38 10.0.0.201:80 is answered no more'],
  ],
  [
    'its VIPs instead of every address',
    web().replace('10.0.0.200:80', '*:80'),
    web('bind 10.0.0.201:80'),
    ['some: *:80 is answered at VIP router37, router38 only'],
  ],
  ['a service by another name', web(), web().replace('listen web', 'listen www'), []],
  [
    'a port of a range',
    web().replace(':80', ':80-82'),
    web().replace(':80', ':80-81'),
    ['VIP router37 10.0.0.200:82 is answered no more'],
  ],
  ['a range in two halves', web().replace(':80', ':80-85'), web('bind 10.0.0.200:81-85'), []],
  ['both families, a line each', web('bind :::81 v4v6'), web('bind *:81', 'bind :::81 v6only'), []],
  ['IPv6, of both families', web('bind :::81 v4v6'), web('bind *:81'), ['[::]:81 is answered no more']],
  [
    'a section that is switched off',
    web(),
    web('disabled'),
    ['VIP router37 10.0.0.200:80 is answered no more'],
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
    ['VIP router37 10.0.0.200:80 is answered only to clients that send the PROXY protocol'],
  ],
  [
    'PROXY, no more',
    web().replace(':80', ':80 accept-proxy'),
    web(),
    ['VIP router37 10.0.0.200:80 takes the PROXY protocol no more'],
  ],
  [
    'one certificate of two',
    web().replace(':80', ':80 ssl crt /a.pem crt /b.pem'),
    web().replace(':80', ':80 ssl crt /a.pem'),
    ['VIP router37 10.0.0.200:80 shows the certificate /b.pem no more'],
  ],
  [
    'a certificate by another name',
    web().replace(':80', ':80 ssl crt /a.pem crt /b.pem'),
    web().replace(':80', ':80 ssl crt /a.pem crt /new.pem'),
    [],
  ],
  [
    'certificates that a folder takes the place of',
    web().replace(':80', ':80 ssl crt /a.pem crt /b.pem'),
    web().replace(':80', ':80 ssl crt /certs'),
    [],
  ],
  [
    'everybody',
    web(),
    web('http-request deny'),
    ['VIP router37 10.0.0.200:80 refuses everybody by a rule that is new'],
  ],
  [
    'another mode',
    web(),
    web().replace('mode http', 'mode tcp'),
    ['some: VIP router37 10.0.0.200:80 is answered in mode tcp instead of http'],
  ],
  [
    'the mode, by its defaults',
    web().replace('mode http', ''),
    cfg('defaults', 'mode http', web().replace('mode http', '')),
    ['some: VIP router37 10.0.0.200:80 is answered in mode http instead of tcp'],
  ],
  [
    'an allow-list',
    web(),
    allowed('10.0.0.0/8'),
    ['some: VIP router37 10.0.0.200:80 refuses clients by a rule that is new'],
  ],
  [
    'a password',
    web(),
    web('http-request auth realm Ours unless { http_auth(staff) }'),
    ['some: VIP router37 10.0.0.200:80 is answered only to clients that have a password'],
  ],
  [
    'less on it',
    allowed('10.0.0.0/8', '192.0.2.0/24'),
    allowed('10.0.0.0/8'),
    ['some: VIP router37 10.0.0.200:80 lets 192.0.2.0/24 in no more'],
  ],
  ['more on it', allowed('10.0.0.0/8'), allowed('10.0.0.0/8', '192.0.2.0/24'), []],
  ['no list any more', allowed('10.0.0.0/8'), web(), []],
  [
    'a redirect',
    web(),
    web('http-request redirect scheme https code 301'),
    ['some: VIP router37 10.0.0.200:80 is redirected by a rule that is new'],
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
  [
    'a server that its line takes out',
    web(),
    web().replace(server, `${server} disabled`),
    ['VIP router37 10.0.0.200:80 has no server any more'],
  ],
  [
    'the last server of a backend',
    front('default_backend a', 'backend a', server),
    front('default_backend a', 'backend a', '# server'),
    ['backend a has no server any more'],
  ],
  ['a backend that nothing leads to', front('backend a', server), front('backend a'), []],
  [
    'a backend that a request may name',
    front('use_backend %[req.hdr(host),map(/m)]', 'backend a', server),
    front('use_backend %[req.hdr(host),map(/m)]'),
    ['backend a is there no more'],
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
      'some: VIP router37 10.0.0.200:80 sends path_beg /static or not (hdr(host) -i a.example or hdr(host) -i b.example) to elsewhere instead of files',
      'VIP router37 10.0.0.200:80 sends all but (hdr(host) -i a.example or hdr(host) -i b.example) to gone no more',
    ],
  ],
  [
    'a path of several',
    front('use_backend api if { path_beg /api /v1 }'),
    front('use_backend api if { path_beg /api }'),
    ['VIP router37 10.0.0.200:80 sends only path_beg /api to api, and path_beg /api /v1 no more'],
  ],
  [
    'none of the paths, which are more',
    front('use_backend api if { path_beg /api }'),
    front('use_backend api if { path_beg /api /v1 }'),
    ['some: VIP router37 10.0.0.200:80 sends path_beg /api /v1 to api instead of path_beg /api'],
  ],
  [
    'none of the paths, for whom less is asked',
    front('use_backend api if { path_beg /api } { src 10.0.0.0/8 }'),
    front('use_backend api if { path_beg /api }'),
    [
      'some: VIP router37 10.0.0.200:80 sends path_beg /api to api instead of path_beg /api and src 10.0.0.0/8',
    ],
  ],
  [
    'a route that all take',
    front('use_backend a if { path /x }', 'default_backend a'),
    front('default_backend a'),
    [],
  ],
  [
    'where all else goes',
    front('default_backend a'),
    front('use_backend b if { path /x }'),
    ['VIP router37 10.0.0.200:80 sends all else to a no more'],
  ],
  [
    'the backend of all else, by another one',
    front('default_backend a'),
    front('default_backend b'),
    ['some: VIP router37 10.0.0.200:80 sends all else to b instead of a'],
  ],
  ['what HAProxy will refuse: it is not said', web(), cfg('bind 10.0.0.200:80', 'listen web', '"'), []],
])('what ends: %s', (_, from, to, expected) =>
  expect(shown(answeredNoMore(from, to, vips))).toEqual(expected),
);

const virtual = (where: string, ...rows: string[]) => `virtual_server ${where} {\n${rows.join('\n')}\n}\n`;

test.each<[string, string, string, string[], string[]?]>([
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
  ['not one that another host goes on having', conf(), conf({ vips: ['10.0.0.7'] }), [], ['10.0.0.200']],
  ['what cannot be read: it is not said', conf(), conf().replace(/\}\s*$/, ''), []],
  [
    'what has words that are replaced: nobody knows',
    `$NET=10.0.0\n${conf({ vips: ['$NET.9'] })}`,
    conf(),
    [],
  ],
  [
    'a virtual server, and the last real server of one',
    `${virtual('10.0.0.200 53', 'real_server 10.0.0.1 53 {', '}')}${virtual('group dns', 'real_server 10.0.0.1 53 {', '}')}
    virtual_server_group dns {\n 10.0.0.201 53\n}\n`,
    virtual('10.0.0.200 53'),
    ['virtual server 10.0.0.200 53 has no server any more', 'virtual server 10.0.0.201 53 is there no more'],
  ],
])('what is held no more: %s', (_, from, to, expected, kept = []) =>
  expect(shown(heldNoMore(from, to, new Set(kept)))).toEqual(expected),
);

test('what a map sends to a service no more, and what else it has no more', () => {
  const map = '# names\na.example web\nb.example web\nc.example /old\nd.example files\ne.example web\n';
  const now = 'a.example web\nd.example web\ne.example wbe\n';
  const services = [{ name: 'web' }, { name: 'files' }];
  expect(shown(mappedNoMore('/m.map', map, now, services))).toEqual([
    '/m.map sends b.example to web no more',
    'some: /m.map has c.example no more',
    '/m.map sends e.example to wbe, which is no service, instead of web',
    'some: /m.map has web for d.example instead of files',
  ]);
});

const list = '# ours\na.pem [alpn h2] a.example *.a.example !b.a.example\nb.pem b.example\nc.pem\n';

test.each([
  ['a certificate', list, list.replace('b.pem b.example\n', ''), ['/l has the certificate b.pem no more']],
  ['the last one of all', list, '# none\n', ['/l has the certificate a.pem, b.pem, c.pem no more']],
  ['not one that another takes the place of', list, list.replace('b.pem', 'new.pem'), []],
  [
    'not the order, options or comments',
    list,
    'c.pem # c\nb.pem b.example\na.pem a.example *.a.example\n',
    [],
  ],
  [
    'a name',
    'a.pem a.example\nb.pem b.example c.example\n',
    'a.pem a.example\nb.pem [verify none] b.example\n',
    ['/l has a certificate for c.example no more'],
  ],
  ['not a name that a certificate may have by itself', list, list.replace(' b.example', ''), []],
  ['not a name that a wildcard covers', 'a.pem www.a.example\n', 'a.pem *.A.example\n', []],
  ['not what a certificate for more names takes over', 'a.pem a\nb.pem b\n', 'all.pem A b\n', []],
  ['no other file', 'lua one\n', 'lua two\n', []],
])('what a crt-list shows no more: %s', (_, from, to, expected) =>
  expect(shown(listedNoMore('/l', from, to))).toEqual(expected),
);
