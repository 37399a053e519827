import type * as z from 'zod';
import { choice, hostAddress, integer, name, object, port, record, text } from '../../document/fields';
import { command, userName } from './command';

const server = object({
  address: hostAddress().optional().describe('Otherwise that of the host of this name.'),
  port: port().optional().describe('Otherwise that of the backends.'),
  weight: integer(0, 65_535).optional(),
});

/** What the kernel itself hands on (LVS), without HAProxy. keepalived's words. */
export const virtualServer = object({
  vip: name().describe('Where clients reach it.'),
  port: port(),
  protocol: choice(['tcp', 'udp']).default('tcp'),
  scheduler: choice(['rr', 'wrr', 'lc', 'wlc', 'sh', 'dh', 'lblc', 'lblcr', 'sed', 'nq'])
    .default('wrr')
    .describe('Which server is next.'),
  kind: choice(['NAT', 'DR', 'TUN']).describe(
    'NAT: the answers come back through the balancer. DR, TUN: the servers have the VIP themselves and answer directly.',
  ),
  persistence: integer(1, 2_678_400, 'a whole number of seconds')
    .optional()
    .describe('So long a client stays with its server.'),
  backends: object({
    port: port().optional().describe('Otherwise that of the clients; with DR and TUN no other is possible.'),
    group: name().optional().describe('The hosts that serve it: all, where there are no servers either.'),
    servers: record(name(), server, 'an object of server name: { … }').optional(),
  }),
  check: object({
    type: choice(['tcp', 'http', 'udp', 'command', 'none'])
      .optional()
      .describe('How keepalived asks a server: tcp, or none where the protocol is udp, unless it is said.'),
    port: port().optional().describe('Otherwise that of the server.'),
    path: text(
      'a path that starts with "/", of letters, digits and . _ ~ / + : = , % ? & -, at most 500 long',
      /^\/[A-Za-z0-9._~/+:=,%?&-]{0,499}$/,
    ).default('/'),
    status: integer(100, 599, 'an HTTP status').default(200),
    command: command().optional().describe('The server’s address and port come behind it.'),
    user: userName().optional().describe('Who runs the command; otherwise nobody.'),
    interval: integer(1, 3600, 'a whole number of seconds').default(5),
    timeout: integer(1, 60, 'a whole number of seconds').default(3),
  }).prefault({}),
});

export type VirtualServerSettings = z.output<typeof virtualServer>;
