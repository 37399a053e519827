import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScenarioName } from '../../src/drill/drill-report';
import { askHttps, askTcp } from './clients';
import { environment } from './inventories';
import { fetchUrl, lab, network, on, vip } from './lab';

/** The set-ups of test/setups that run on the real pair: what is behind them, what their clients ask, and what happens to them. */

/** Where they and their certificates lie. */
export const folder = mkdtempSync(join(tmpdir(), 'haprov-setups-'));
const tls = 'test/inventories/tls/only-for-tests';
const ca = readFileSync(`${tls}.crt`);
const secret = environment.HAPROV_TEST_SECRET ?? '';

// biome-ignore lint/suspicious/noExplicitAny: what a set-up has is known to the one who edits it.
export type Raw = any;

/** Key and certificate for names, signed by the authority that the set-ups trust. */
function signed(...names: string[]): Buffer {
  const own = (end: string) => join(folder, `signed.${end}`);
  writeFileSync(own('ext'), `subjectAltName=${names.map((name) => `DNS:${name}`).join()}\n`);
  const commands = [
    `req -newkey rsa:2048 -nodes -keyout ${own('key')} -out ${own('csr')} -subj /CN=${names[0]}`,
    `x509 -req -in ${own('csr')} -CA ${tls}.crt -CAkey ${tls}.key -CAserial ${own('srl')} -CAcreateserial -days 90 -extfile ${own('ext')} -out ${own('crt')}`,
  ];
  for (const command of commands) {
    const { status, stderr } = spawnSync('openssl', command.split(' '), { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${command}: ${stderr}`);
  }
  return Buffer.concat(['crt', 'key'].map((end) => readFileSync(own(end))));
}

/** Kind and name as in setup-servers.py, the last number of the address, and the ports before and after the move. */
type Server = [kind: string, name: string, address: number, ...ports: number[]];
export type Ask = [about: string, ask: () => Promise<string>, right: RegExp];

export interface SetUp {
  name: string;
  about: string;
  /** On lucy. */
  servers: Server[];
  /** What must be another way on the lab, beside its network. */
  differs?(raw: Raw): void;
  /** What must be on the two hosts beforehand, which still have what the set-up before this one left. */
  prepare?(): void;
  /** What clients ask, and the answers that are right. */
  asks: Ask[];
  /** How many of them, the first ones, are asked all the while by turns (all, if not said), and how often a second. */
  steadily?: number;
  perSecond: number;
  scenario: ScenarioName;
  /** The host that takes over; lb2, if not said. */
  takesOver?: string;
  /** The move of a port, and what is asked afterwards. */
  move(raw: Raw): void;
  moved: Ask[];
}

const https = (name: string, path: string, port = 443, headers: Record<string, string> = {}) =>
  askHttps({ address: vip, port, name, path, headers, ca });
const kubernetes = () => https('kubernetes.test.example', '/api', 6443);
const postgres = (port: number) => () => askTcp(vip, port, 'who\n');
const search = (user: string) => () =>
  https('www.test.example', '/_search', 9200, {
    authorization: `Basic ${Buffer.from(user).toString('base64')}`,
  });
const smtp = (port: number) => () => askTcp(vip, port, 'QUIT\r\n');
const imaps = () => askTcp(vip, 993, 'a LOGOUT\r\n', { ca, servername: 'www.test.example' });
const http = (url: string) => async () => {
  const { status, body } = (await fetchUrl(url, {}, 5000)) ?? fail(`nobody answers at ${url}`);
  return `${status} ${body}`;
};
const fail = (why: string): never => {
  throw new Error(why);
};
const overSix = async () => on('lucy', `curl -sS -m 5 -w ' %{http_code}' 'http://[2001:db8::200]/'`);
const client = `${network}.1`.replaceAll('.', '\\.');

/** Starts servers on a host, in place of those that it has. */
export function serve(host: string, ...servers: Server[]): void {
  const words = servers.flatMap(([kind, server, address, ...ports]) =>
    ports.map((port) => [kind, server, `${network}.${address}`, port].join()),
  );
  on(host, 'cat >/root/servers.py', readFileSync('test/support/setup-servers.py'));
  on(host, 'echo pg1 >/run/primary; cat >/root/server.pem', signed('kubernetes.test.example'));
  on(
    host,
    `systemctl stop servers 2>/dev/null; systemd-run -q --unit=servers python3 /root/servers.py ${words.join(' ')}`,
  );
}

/** httpd, a mail server as a unit named postfix, and the command that looks at an application, as the hosts' owner put them there. */
const ownServices = (name: string) => `
  yum -y -q install httpd >/dev/null && echo ${name} >/var/www/html/index.html &&
  printf 'Listen 443\nListen 8080\n' >/etc/httpd/conf.d/more.conf && systemctl -q enable --now httpd || exit
  mkdir -p /usr/local/libexec && printf '#!/bin/sh\n' >/usr/local/libexec/check-app && chmod 755 /usr/local/libexec/check-app
  printf '[Service]\nExecStart=/usr/bin/python3 /root/servers.py smtp,${name},0.0.0.0,25\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/postfix.service
  systemctl daemon-reload && systemctl -q enable --now postfix`;
const mailVip = `${network}.220`;

/** Bare hosts in place of the two that the set-ups before have used. */
const anew = () => lab('reset', 'fred', 'ethyl');

export const setUps: SetUp[] = [
  {
    name: '01-kubernetes',
    about: 'TLS that goes through, checks over TLS',
    servers: [1, 2, 3].map((n) => ['https', `control${n}`, 210 + n, 6443, 7443]),
    asks: [['the API', kubernetes, /^200 control[123]:\d+ \/api /]],
    perSecond: 20,
    scenario: 'keepalived-stops',
    move: (raw) => {
      raw.services.api.backends.port = 7443;
    },
    moved: [['the API', kubernetes, /^200 control[123]:7443 /]],
  },
  {
    name: '02-patroni',
    about: 'a primary and its replicas, told apart by a check of another port',
    servers: [1, 2, 3].flatMap((n) => [
      ['line', `pg${n}`, 210 + n, 5432, 5433],
      ['http', `pg${n}`, 210 + n, 8008],
    ]),
    asks: [
      ['the primary', postgres(5000), /^pg1:\d+ who/],
      ['a replica', postgres(5001), /^pg[23]:\d+ who/],
    ],
    perSecond: 20,
    scenario: 'haproxy-dies',
    move: (raw) => {
      for (const service of ['primary', 'replicas']) raw.services[service].backends.port = 5433;
    },
    moved: [
      ['the primary', postgres(5000), /^pg1:5433 who/],
      ['a replica', postgres(5001), /^pg[23]:5433 who/],
    ],
  },
  {
    name: '12-elasticsearch',
    about: 'passwords and a rate',
    servers: [1, 2, 3].map((n) => ['http', `es${n}`, 210 + n, 9200, 9201]),
    asks: [
      ['who has the password', search(`kibana:${secret}`), /^200 es[123]:\d+ \/_search authorization=$/],
      ['who has not', search('kibana:another'), /^401 /],
    ],
    // All clients are one here, and haprov's own probe is the same one.
    differs: (raw) => {
      raw.services.search.limits.rate.requests = 60_000;
    },
    perSecond: 20,
    scenario: 'keepalived-killed',
    move: (raw) => {
      raw.services.search.backends.port = 9201;
    },
    moved: [['who has the password', search(`kibana:${secret}`), /^200 es[123]:9201 /]],
  },
  {
    name: '14-many-names',
    about: 'many names and paths on one 443, certificates in a folder',
    servers: [
      ...[1, 2].map((n): Server => ['http', `files${n}`, 210 + n, 8081]),
      ...[1, 2].map((n): Server => ['http', `www${n}`, 212 + n, 8082, 8092]),
      ...[1, 2].map((n): Server => ['http', `shop${n}`, 214 + n, 8083]),
      ...[1, 2].map((n): Server => ['http', `socket${n}`, 214 + n, 8084]),
      ...[1, 2].map((n): Server => ['http', `tenant${n}`, 216 + n, 8085]),
    ],
    prepare: () => {
      const [www, shop] = [
        signed('www.test.example', 'test.example'),
        signed('shop.test.example', '*.tenants.test.example'),
      ];
      for (const host of ['fred', 'ethyl']) {
        on(host, 'mkdir -p /etc/haproxy/certificates.d && cat >/etc/haproxy/certificates.d/www.pem', www);
        on(host, 'cat >/etc/haproxy/certificates.d/shop.pem', shop);
      }
    },
    asks: [
      ['www', () => https('www.test.example', '/'), /^200 www[12]:\d+ \/ /],
      ['files of it', () => https('test.example', '/static/a'), /^200 files[12]:8081 \/static\/a /],
      ['the shop', () => https('shop.test.example', '/'), /^200 shop[12]:8083 /],
      ['its socket', () => https('shop.test.example', '/socket'), /^200 socket[12]:8084 /],
      // It listens only while certificates are renewed.
      ['who renews certificates', http(`http://${vip}/.well-known/acme-challenge/a`), /^503 /],
      ['a tenant', () => https('a.tenants.test.example', '/'), /^200 tenant[12]:8085 /],
    ],
    perSecond: 20,
    scenario: 'haproxy-hangs',
    move: (raw) => {
      raw.services.www.backends.port = 8092;
    },
    moved: [
      ['www', () => https('www.test.example', '/'), /^200 www[12]:8092 /],
      ['the shop', () => https('shop.test.example', '/'), /^200 shop[12]:8083 /],
    ],
  },
  {
    name: '10-mail',
    about: 'checks that speak the protocol, PROXY, TLS in front',
    servers: [1, 2].flatMap((n) => [
      ['smtp-proxied', `mail${n}`, 210 + n, 10025],
      ['smtp-proxied', `mail${n}`, 210 + n, 10587],
      ['imap-proxied', `mail${n}`, 210 + n, 10143, 10144],
    ]),
    steadily: 2,
    asks: [
      ['IMAP', imaps, RegExp(`^\\* OK mail[12]:\\d+ for ${client}\r\n\\* BYE\r\n$`)],
      ['SMTP', smtp(25), RegExp(`^220 mail[12]:10025 for ${client}\r\n221 `)],
      ['submission', smtp(587), RegExp(`^220 mail[12]:10587 for ${client}\r\n221 `)],
    ],
    perSecond: 20,
    scenario: 'haproxy-dies',
    move: (raw) => {
      raw.services.imaps.backends.port = 10144;
      raw.services.submission.port = 588;
    },
    moved: [
      ['IMAP', imaps, /^\* OK mail[12]:10144 /],
      ['submission', smtp(588), /^220 mail[12]:10587 /],
      ['submission, where it was', () => smtp(587)().catch((error) => error.code), /^ECONNREFUSED$/],
    ],
  },
  {
    name: '20-dual-stack',
    about: 'one VRID for IPv4 and IPv6',
    servers: [],
    prepare: () => {
      anew();
      for (const [index, host] of ['fred', 'ethyl', 'lucy'].entries())
        on(
          host,
          `sysctl -qw net.ipv6.conf.lo.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0 && ip -6 addr add 2001:db8::${201 + index}/64 dev eth0 nodad`,
        );
      serve('fred', ['http', 'a', 201, 8080, 8081]);
      serve('ethyl', ['http', 'b', 202, 8080, 8081]);
    },
    asks: [
      ['over IPv4', http(`http://${vip}/`), /^200 [ab]:\d+ /],
      ['over IPv6', overSix, /^[ab]:\d+ .* 200$/],
    ],
    steadily: 1,
    perSecond: 20,
    scenario: 'keepalived-stops',
    takesOver: 'b',
    move: (raw) => {
      raw.services.web.backends.port = 8081;
    },
    moved: [
      ['over IPv4', http(`http://${vip}/`), /^200 [ab]:8081 /],
      ['over IPv6', overSix, /^[ab]:8081 .* 200$/],
    ],
  },
  {
    name: '22-own-service',
    about: 'VIPs for services of the hosts’ own, without HAProxy',
    servers: [],
    prepare: () => {
      anew();
      for (const [host, web] of [
        ['fred', 'web1'],
        ['ethyl', 'web2'],
      ] as const) {
        serve(host);
        on(host, ownServices(web));
      }
    },
    asks: [
      ['SMTP', () => askTcp(mailVip, 25, 'QUIT\r\n'), /^220 web[12]:25 /],
      ['the web', http(`http://${vip}/`), /^200 web[12]\n$/],
    ],
    perSecond: 20,
    scenario: 'keepalived-stops',
    takesOver: 'web2',
    move: (raw) => {
      raw.vips.web.ports = [8080, 443];
      raw.vips.web.check.port = 8080;
    },
    moved: [['the web', http(`http://${vip}:8080/`), /^200 web[12]\n$/]],
  },
];
