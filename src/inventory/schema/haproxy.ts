import type * as z from 'zod';
import { flag, integer, list, name, object, port, text } from '../../document/fields';
import { milliseconds } from './address';
import { haproxyLine, haproxySections as sections } from './lines';
import { ownFiles, packages } from './own-files';
import { resolvers } from './resolvers';
import { users } from './users';
import { brief } from './words';

export const stats = object({
  port: port().default(8989).describe('Where the page is.'),
  vip: name().optional().describe('Otherwise the first VIP.'),
  uri: text('a path that starts with "/", at most 200 long', /^\/[A-Za-z0-9_./;-]{0,199}$/)
    .default('/stats')
    .describe('The path of the page.'),
  realm: brief('a title without control characters')
    .default('HAProxy Statistics')
    .describe('What browsers ask for the password by.'),
  user: text(
    'a user name without ":", at most 200 long',
    /^[^:\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,200}$/,
  )
    .default('admin')
    .describe('Who may see the page.'),
  password: brief('a password without control characters').describe(
    'The user’s; from { "env": NAME } or the like.',
  ),
  allowDefaultCredentials: flag().default(false).describe('Insists on a password that everybody knows.'),
});

export const haproxy = object({
  config: ownFiles('/etc/haproxy/haproxy.cfg'),
  packages: packages('haproxy'),
  maxconn: integer(1, 1_000_000).default(4096).describe('How many connections HAProxy takes in all.'),
  proxyMaxconn: integer(1, 1_000_000).default(2000).describe('The limit of each frontend.'),
  retries: integer(0, 100).default(3).describe('How often HAProxy tries again to connect to a server.'),
  healthPort: port().default(10001).describe('Loopback only: where keepalived asks whether HAProxy answers.'),
  peerPort: port()
    .default(10002)
    .describe('Where balancers tell each other what stick tables remember; the firewall lets only them in.'),
  resolvers: resolvers
    .default({})
    .describe('Name servers, by the name that backends.resolvers says (HAProxy 1.8).'),
  users: users.default({}).describe('Who may come in by a password, by the name that a service’s auth says.'),
  timeouts: object({
    connect: milliseconds().default(5000).describe('Milliseconds until a server has taken the connection.'),
    client: milliseconds().default(50_000).describe('Milliseconds that a client may be silent.'),
    server: milliseconds().default(50_000).describe('Milliseconds that a server may be silent.'),
  })
    .prefault({})
    .describe('How long HAProxy waits, for all services.'),
  extra: object({
    global: list(haproxyLine(), 'a list of lines').default([]).describe('Lines of the section global.'),
    defaults: list(haproxyLine(), 'a list of lines').default([]).describe('Lines of the section defaults.'),
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
