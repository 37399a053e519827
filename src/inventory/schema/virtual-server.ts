import type * as z from 'zod';
import { choice, hostAddress, integer, name, object, port, record, text } from '../../document/fields';
import { command, userName } from './command';

const server = object({
  address: hostAddress().optional().describe('Otherwise that of the host of this name.'),
  port: port().optional().describe('Otherwise that of the backends.'),
  weight: integer(0, 65_535).optional().describe('Its share beside the others’; keepalived’s default is 1.'),
});

/** What the kernel itself hands on (LVS), without HAProxy. keepalived's words. */
export const virtualServer = object({
  vip: name().describe('Where clients reach it.'),
  port: port().describe('Where clients reach it, at its VIP.'),
  protocol: choice(['tcp', 'udp']).default('tcp').describe('What clients speak.'),
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
    servers: record(name(), server, 'an object of server name: { … }')
      .optional()
      .describe('Single hosts, and addresses that haprov does not manage.'),
  }).describe('The servers that it hands on to.'),
  check: object({
    type: choice(['tcp', 'http', 'udp', 'command', 'none'])
      .optional()
      .describe('How keepalived asks a server: tcp, or none where the protocol is udp, unless it is said.'),
    port: port().optional().describe('Otherwise that of the server.'),
    path: text(
      'a path that starts with "/", of letters, digits and . _ ~ / + : = , % ? & -, at most 500 long',
      /^\/[A-Za-z0-9._~/+:=,%?&-]{0,499}$/,
    )
      .default('/')
      .describe('Of an http check: what is asked for.'),
    status: integer(100, 599, 'an HTTP status')
      .default(200)
      .describe('Of an http check: what must be answered.'),
    command: command().optional().describe('The server’s address and port come behind it.'),
    user: userName().optional().describe('Who runs the command; otherwise nobody.'),
    interval: integer(1, 3600, 'a whole number of seconds')
      .default(5)
      .describe('Seconds from one check to the next.'),
    timeout: integer(1, 60, 'a whole number of seconds')
      .default(3)
      .describe('Seconds that an answer may take.'),
  })
    .prefault({})
    .describe('How keepalived asks whether a server is well.'),
});

export type VirtualServerSettings = z.output<typeof virtualServer>;
