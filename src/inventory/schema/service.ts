import * as z from 'zod';
import {
  choice,
  domain,
  flag,
  hostAddress,
  integer,
  list,
  name,
  object,
  port,
  ports,
  record,
  text,
} from '../../document/fields';
import { milliseconds, prefixed } from './address';
import { answer } from './answer';
import { check } from './check';
import { headers } from './headers';
import { limits } from './limits';
import { haproxyLine } from './lines';
import { stick } from './stick';
import { serverTls, tls } from './tls';
import { auth } from './users';
import { pathStart } from './words';

const balances = ['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'uri'] as const;

const server = object({
  address: hostAddress().optional().describe('Otherwise that of the host of this name.'),
  port: port().optional().describe('Otherwise that of the backends.'),
  weight: integer(0, 256)
    .optional()
    .describe('Its share of the requests beside the others’; HAProxy’s default is 1, and 0 gets none.'),
  backup: flag().default(false).describe('Serves only while no other does.'),
  mayBeDown: flag()
    .optional()
    .describe(
      'Comes and goes, as what listens only while certificates are renewed: no run waits for it, and status is well without it.',
    ),
  maxconn: integer(1, 1_000_000).optional().describe('How many connections it gets at once; more wait.'),
});

const backends = object({
  port: port()
    .optional()
    .describe('Otherwise the port that the client came to; needed unless that is a range.'),
  group: name().optional().describe('The hosts that serve it: all, where there are no servers either.'),
  servers: record(name(), server, 'an object of server name: { … }')
    .optional()
    .describe('Single hosts, addresses that haprov does not manage, and what is special of one server.'),
  tls: serverTls.optional().describe('HAProxy speaks TLS with the servers.'),
  resolvers: name()
    .optional()
    .describe(
      'Of haproxy.resolvers: who says where servers are, time and again. Otherwise they are asked for when HAProxy starts.',
    ),
});

const url = () => text('a URL without blanks, at most 500 long', /^[!-~]{1,500}$/);
const redirect = object({
  path: pathStart()
    .optional()
    .describe('Only where the path begins so; what follows a "?" is not looked at.'),
  host: hostAddress().optional().describe('Only for this Host.'),
  scheme: choice(['https', 'http']).optional().describe('The same address by that scheme.'),
  prefix: url().optional().describe('This, with the path that was asked for.'),
  location: url().optional().describe('Exactly this.'),
  code: z
    .literal([301, 302, 303, 307, 308], { error: 'one of: 301, 302, 303, 307, 308' })
    .default(302)
    .describe('The HTTP status of the redirect.'),
}).refine((one) => [one.scheme, one.prefix, one.location].filter((to) => to !== undefined).length === 1, {
  error: 'exactly one of scheme, prefix, location',
});

const oneOrMore = <T extends z.ZodType>(item: T, one: string, several: string) =>
  z.union([item, list(item, `a list of ${several}`, 1)], { error: `${one}, or a list of ${several}` });

const route = object({
  host: oneOrMore(domain(), 'a host name', 'host names')
    .optional()
    .describe('The name that the client asks for; "*.example.com" is every one that ends so (http only).'),
  path: oneOrMore(pathStart(), 'a path', 'paths')
    .optional()
    .describe('What the path begins with (http only).'),
  sni: oneOrMore(domain(), 'a host name', 'host names')
    .optional()
    .describe(
      'The name that the client’s TLS asks for: where TLS ends here, or goes through as it is (tcp).',
    ),
  service: name().describe('The service that answers.'),
});

export const service = object({
  mode: choice(['http', 'tcp'])
    .default('http')
    .describe('http: HAProxy reads requests; tcp: it hands bytes on as they are.'),
  port: ports()
    .optional()
    .describe('Where clients reach the service; not needed where routes of others lead to it.'),
  vips: list(name(), 'a list of VIP names', 1)
    .optional()
    .describe('Otherwise every address of the balancers.'),
  backends: backends
    .optional()
    .describe('Where HAProxy finds the service; not needed where all is redirected, routed or answered.'),
  answer: answer.optional().describe('HAProxy answers by itself, and asks no server (http only).'),
  balance: choice(balances)
    .default('roundrobin')
    .describe(
      'Which server is next: each in turn, the one with the fewest connections, by the client’s address, …',
    ),
  cookie: text('a cookie name', /^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Keeps a client on its server (http only).'),
  forwardFor: flag().default(true).describe('Adds X-Forwarded-For (http only).'),
  connection: choice(['close', 'server-close', 'keep-alive'])
    .default('close')
    .describe('What becomes of a connection after an answer (http only).'),
  stick: stick.optional().describe('Keeps a client on its server, by a table of the balancers.'),
  check: check.prefault({}).describe('How HAProxy asks whether a server is well.'),
  onDown: choice(['shutdown-sessions'])
    .optional()
    .describe('A server whose check fails loses the connections that it has.'),
  onBack: choice(['shutdown-backup-sessions'])
    .optional()
    .describe('When a server is back, backup servers lose the connections that they have.'),
  tcpKeepAlive: flag()
    .default(false)
    .describe('The kernel asks on idle connections whether the other side is there.'),
  timeouts: object({
    connect: milliseconds().optional().describe('Milliseconds until a server has taken the connection.'),
    client: milliseconds().optional().describe('Milliseconds that a client may be silent.'),
    server: milliseconds().optional().describe('Milliseconds that a server may be silent.'),
    tunnel: milliseconds()
      .optional()
      .describe('Milliseconds that both sides of a tunnel, such as a WebSocket, may be silent.'),
  })
    .optional()
    .describe('Where they differ from haproxy.timeouts.'),
  tls: tls.optional().describe('TLS for the clients.'),
  routes: list(route, 'a list of routes')
    .default([])
    .describe('What goes to another service: the first that fits. What fits none goes to the backends.'),
  redirects: list(redirect, 'a list of redirects').default([]).describe('The first that fits (http only).'),
  headers: headers.optional().describe('Headers that HAProxy sets, adds and removes (http only).'),
  auth: auth.optional().describe('Clients say a user and a password, HTTP’s basic way (http only).'),
  limits: limits.optional().describe('What one client address may take (HAProxy 1.8).'),
  allow: list(prefixed, 'a list of addresses and networks', 1).optional().describe('Nobody else is served.'),
  proxyProtocol: object({
    accept: flag().default(false).describe('Clients come through a proxy that says who they are.'),
    send: choice(['v1', 'v2']).optional().describe('The servers are told who the client is.'),
  })
    .prefault({})
    .describe('Who the client is, said at the begin of a connection.'),
  extra: list(haproxyLine(), 'a list of lines')
    .default([])
    .describe('Lines of haproxy.cfg, as they are, in this service’s section.'),
});

export type ServiceSettings = z.output<typeof service>;
export type ServerSettings = z.output<typeof server>;
