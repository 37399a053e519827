import type * as z from 'zod';
import { flag, integer, list, name, object, port, text } from '../../document/fields';
import { milliseconds } from './address';
import { haproxyLine, haproxySections as sections } from './lines';
import { ownFiles, packages } from './own-files';
import { resolvers } from './resolvers';
import { users } from './users';
import { brief } from './words';

export const stats = object({
  port: port().default(8989),
  vip: name().optional().describe('Otherwise the first VIP.'),
  uri: text('a path that starts with "/", at most 200 long', /^\/[A-Za-z0-9_./;-]{0,199}$/).default('/stats'),
  realm: brief('a title without control characters').default('HAProxy Statistics'),
  user: text(
    'a user name without ":", at most 200 long',
    /^[^:\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,200}$/,
  ).default('admin'),
  password: brief('a password without control characters'),
  allowDefaultCredentials: flag().default(false).describe('Insists on a password that everybody knows.'),
});

export const haproxy = object({
  config: ownFiles('/etc/haproxy/haproxy.cfg'),
  packages: packages('haproxy'),
  maxconn: integer(1, 1_000_000).default(4096),
  proxyMaxconn: integer(1, 1_000_000).default(2000).describe('The limit of each frontend.'),
  retries: integer(0, 100).default(3),
  healthPort: port().default(10001).describe('Loopback only: where keepalived asks whether HAProxy answers.'),
  peerPort: port()
    .default(10002)
    .describe('Where balancers tell each other what stick tables remember; the firewall lets only them in.'),
  resolvers: resolvers
    .default({})
    .describe('Name servers, by the name that backends.resolvers says (HAProxy 1.8).'),
  users: users.default({}).describe('Who may come in by a password, by the name that a service’s auth says.'),
  timeouts: object({
    connect: milliseconds().default(5000),
    client: milliseconds().default(50_000),
    server: milliseconds().default(50_000),
  }).prefault({}),
  extra: object({
    global: list(haproxyLine(), 'a list of lines').default([]),
    defaults: list(haproxyLine(), 'a list of lines').default([]),
  })
    .prefault({})
    .describe('Lines of haproxy.cfg, as they are, in these sections.'),
  sections: list(sections(), 'a list of sections of haproxy.cfg')
    .default([])
    .describe(
      'Whole sections of haproxy.cfg, as they are, behind those that haprov writes; each a text of one or more.',
    ),
});

export type StatsSettings = z.output<typeof stats>;
export type HaproxySettings = z.output<typeof haproxy>;
