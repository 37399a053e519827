import { behaviours, difference } from '../../../src/adopt/model/haproxy-behaviour';
import { readConfiguration } from '../../../src/ha/haproxy/section';

const of = (text: string, name = 'x') =>
  behaviours(readConfiguration([{ text }]).sections).get(`proxy ${name}`) ?? [];

/** Two texts of which HAProxy does the same. */
test.each([
  ['a frontend and a listen', 'frontend x\n bind :80\n', 'listen x\n bind *:80\n'],
  ['times', 'listen x\n timeout client 5s\n', 'listen x\n timeout client 5000\n'],
  ['what is inherited and what is said', 'defaults\n mode http\nlisten x\n', 'listen x\n mode http\n'],
  ['what is taken back', 'defaults\n option httplog\nlisten x\n no option httplog\n', 'listen x\n'],
  [
    'what is so anyway',
    'listen x\n balance roundrobin\n server a 10.0.0.1:80 check inter 2s\n',
    'listen x\n server a 10.0.0.1:80 check\n',
  ],
  [
    'default-server',
    'backend x\n default-server inter 1s fall 2\n server a 10.0.0.1:80 check\n',
    'backend x\n server a 10.0.0.1:80 check fall 2 inter 1000\n',
  ],
  [
    'the order of settings',
    'listen x\n mode http\n option httplog\n',
    'listen x\n option httplog\n mode http\n',
  ],
  ['an address in the heading', 'listen x 10.0.0.1:80\n', 'listen x\n bind 10.0.0.1:80\n'],
  ['what counts for fronts only', 'defaults\n timeout client 5s\nbackend x\n', 'backend x\n'],
])('the same: %s', (_, one, other) => {
  expect(difference(of(one), of(other))).toEqual({ lost: [], added: [] });
});

test.each([
  ['a check', ' server a 10.0.0.1:80 check\n', ' server a 10.0.0.1:80\n', 'server a 10.0.0.1:80 check'],
  [
    'an option of a bind',
    ' bind :443 ssl crt a.pem alpn h2\n',
    ' bind :443 ssl crt a.pem\n',
    'bind *:443 alpn h2 crt a.pem ssl',
  ],
  ['a rule', ' http-request deny if { src 10.0.0.1 }\n', '', 'http-request deny if { src 10.0.0.1 }'],
  ['who may see statistics', ' stats auth a:b\n', ' stats enable\n', 'stats auth a:b'],
  [
    'the order of rules',
    ' http-request deny if a\n http-request allow if b\n',
    ' http-request allow if b\n http-request deny if a\n',
    'this order: http-request deny if a; http-request allow if b',
  ],
])('lost: %s', (_, one, other, row) => {
  expect(difference(of(`listen x\n${one}`), of(`listen x\n${other}`)).lost).toEqual([row]);
});
