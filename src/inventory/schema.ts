import * as z from 'zod';
import {
  choice,
  flag,
  hostAddress,
  integer,
  list,
  multiline,
  name,
  networkInterface,
  object,
  port,
  record,
  sysctlKey,
  sysctlValue,
  text,
} from '../document/fields';
import { haproxySections } from './haproxy-sections';

/** The one source of the inventory's validator, its types and `schema/inventory.schema.json`. */

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
const value: z.ZodType<Value> = z.json() as z.ZodType<Value>;
const vars = record(
  text('a name of letters, digits and "_"', /^[A-Za-z_][A-Za-z0-9_]*$/),
  value,
  'an object of variables',
).describe(
  'Variables that templates and playbooks see as vars.NAME. A host wins over its groups, they win over the inventory.',
);

const control = '\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f\\u2028\\u2029';
const haproxyLine = () =>
  text(
    'one line of haproxy.cfg that stays in its section, at most 1000 characters',
    new RegExp(
      `^(?=.{0,1000}$)[ \\t]*(?!(?:${haproxySections})(?:\\s|$))[a-z][a-z0-9._-]*(?:[ \\t][^${control}]*)?$`,
    ),
  );

/**
 * keepalived takes a brace for one wherever it stands, 1.3.5 also within quotes but not at the end of a word, and goes
 * on with character 1024 as with a new line (read_line in lib/parser.c).
 */
const keepalivedLine = () => {
  const word = '(?!include)[A-Za-z0-9:]';
  const plain = `${word}(?:[^"{}${control}]|"[^"{}${control}]*")*`;
  const opening = `${word}[^"{}#!\\\\${control}]*[ \\t]\\{`;
  return text(
    'one line of keepalived.conf that begins with a keyword, which is not "include", or an address; at most 1000 characters; a "{" ends its line and a "}" is one',
    new RegExp(`^(?=.{0,1000}$)(?!.*\\\\\\s*$)[ \\t]*(?:${plain}|${opening}|\\})[ \\t]*$`),
  );
};

const path = (what: string) => text(`the path of ${what}`);
const password = () => text('a password without control characters');

export const ssh = object({
  user: text('a user name', /^[A-Za-z_][A-Za-z0-9_.@\\-]*\$?$/)
    .optional()
    .describe('Who to log in as; otherwise what ~/.ssh/config says.'),
  port: port().optional(),
  identityFiles: list(path('a private key'), 'a list of paths').optional(),
  knownHostsFile: path('a known_hosts file').optional(),
  configFile: path('an OpenSSH client configuration').optional(),
  password: password().optional(),
  passphrase: password().optional().describe('Opens an encrypted key file.'),
  sudo: z
    .union([flag(), z.literal('auto')], { error: 'true, false or "auto"' })
    .optional()
    .describe('auto (the default): with sudo where the user is not root.'),
  sudoPassword: password().optional(),
  connectTimeout: integer(1, 600, 'a whole number of seconds').optional(),
});

const host = object({
  address: hostAddress().describe('Where SSH and HAProxy reach the host.'),
  priority: integer(1, 254, 'a VRRP priority').optional().describe('The highest of a pair holds the VIP.'),
  vars: vars.optional(),
  ssh: ssh.optional(),
});

const members = list(name(), 'a list of host names', 1);
const group = z.union([members, object({ hosts: members, vars: vars.optional(), ssh: ssh.optional() })], {
  error: 'a list of host names, or { "hosts": […], "vars": {…}, "ssh": {…} }',
});

const prefixed = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'an IP address, with or without /prefix',
});

const address = z.union([z.ipv4(), z.ipv6()], { error: 'an IP address' });

const vip = object({
  address: prefixed.describe('The shared address.'),
  virtualRouterId: integer(1, 255, 'a virtual router id').describe('VRRP VRID: its own on this network.'),
  group: name().default('all').describe('The hosts that may hold the address.'),
  interface: networkInterface()
    .optional()
    .describe("Otherwise the one whose subnet has the VIP, by each host's own addresses."),
  priorities: record(name(), integer(1, 254, 'a VRRP priority'), 'an object of host: priority')
    .optional()
    .describe("Where a host's priority differs for this VIP."),
  advertInterval: integer(1, 40, 'a whole number of seconds').default(1),
  preempt: flag().default(true).describe('false: an address that moved stays where it is.'),
  unicast: z
    .union([flag(), record(name(), address, 'an object of host: address')], {
      error: 'true, false, or an object of host: the address that it sends VRRP from',
    })
    .default(false)
    .describe('Adverts go to each host by itself, where the network carries no multicast.'),
  auth: text(
    '1 to 8 ASCII characters without white space, quotes, braces and # ! $ ~ @ \\',
    /^[%&(-?A-Z[\]^_`a-z|]{1,8}$/,
  )
    .optional()
    .describe('VRRPv2 authentication: keepalived uses 8 characters.'),
  check: object({
    interval: integer(1, 60, 'a whole number of seconds').default(1),
    fall: integer(1, 20).default(2),
    rise: integer(1, 20).default(2),
    weight: integer(0, 253)
      .default(0)
      .describe(
        '0: a host whose HAProxy does not answer leaves at once. Otherwise added to its priority while it answers.',
      ),
  })
    .default({ interval: 1, fall: 2, rise: 2, weight: 0 })
    .describe('The check that HAProxy on the host answers.'),
  extra: list(keepalivedLine(), 'a list of lines')
    .default([])
    .describe('Lines of keepalived.conf, as they are, in this VIP’s vrrp_instance.'),
});

const milliseconds = () => integer(1, 86_400_000, 'milliseconds');
const urlPath = () =>
  text(
    'a path that starts with "/", without white space, quotes, \\ and #, at most 500 long',
    /^\/[^\s\u0000-\u001f\u007f-\u009f"'\\#]{0,499}$/,
  );

const balances = ['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'uri'] as const;

const check = object({
  type: choice(['tcp', 'http', 'command'])
    .default('tcp')
    .describe('command: keepalived runs it; a balancer where it fails gives the service’s VIPs up.'),
  command: text(
    'an absolute path, then words of letters, digits and . _ / + : = , % -, at most 500 characters',
    /^(?=.{2,500}$)\/[A-Za-z0-9._/+-]+(?: [A-Za-z0-9._/+:=,%-]+)*$/,
  ).optional(),
  path: urlPath().default('/'),
  host: hostAddress().optional().describe('The Host header of the check.'),
  status: integer(100, 599, 'an HTTP status').optional().describe('Otherwise any 2xx or 3xx.'),
  interval: integer(100, 600_000, 'milliseconds').default(2000),
  fall: integer(1, 100).default(3),
  rise: integer(1, 100).default(2),
});

const server = object({
  address: hostAddress().optional().describe('Otherwise that of the host of this name.'),
  port: port().optional().describe('Otherwise that of the backends.'),
  weight: integer(0, 256).optional(),
  backup: flag().default(false).describe('Serves only while no other does.'),
  maxconn: integer(1, 1_000_000).optional(),
});

const backends = object({
  port: port(),
  group: name().optional().describe('The hosts that serve it: all, where there are no servers either.'),
  servers: record(name(), server, 'an object of server name: { … }')
    .optional()
    .describe('Single hosts, addresses that haprov does not manage, and what is special of one server.'),
});

const url = () => text('a URL without blanks, at most 500 long', /^[!-~]{1,500}$/);
const redirect = object({
  path: text(
    'a path that starts with "/", without white space, quotes, \\ # and ?, at most 500 long',
    /^\/[^\s\u0000-\u001f\u007f-\u009f"'\\#?]{0,499}$/,
  )
    .optional()
    .describe('Only where the path begins so; what follows a "?" is not looked at.'),
  host: hostAddress().optional().describe('Only for this Host.'),
  scheme: choice(['https', 'http']).optional().describe('The same address by that scheme.'),
  prefix: url().optional().describe('This, with the path that was asked for.'),
  location: url().optional().describe('Exactly this.'),
  code: z.literal([301, 302, 303, 307, 308], { error: 'one of: 301, 302, 303, 307, 308' }).default(302),
}).refine((one) => [one.scheme, one.prefix, one.location].filter((to) => to !== undefined).length === 1, {
  error: 'exactly one of scheme, prefix, location',
});

const tls = object({
  certificate: multiline('a certificate in PEM, and its chain').describe(
    'PEM; from { "file": PATH } or { "env": NAME }.',
  ),
  key: multiline('a private key in PEM').describe('PEM; from { "file": PATH } or { "env": NAME }.'),
  minVersion: choice(['1.2', '1.3']).default('1.2'),
});

const service = object({
  mode: choice(['http', 'tcp']).default('http'),
  port: port().describe('Where clients reach the service.'),
  vips: list(name(), 'a list of VIP names', 1)
    .optional()
    .describe('Otherwise every address of the balancers.'),
  backends: backends
    .optional()
    .describe('Where HAProxy finds the service; not needed where all is redirected.'),
  balance: choice(balances).default('roundrobin'),
  cookie: text('a cookie name', /^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Keeps a client on its server (http only).'),
  forwardFor: flag().default(true).describe('Adds X-Forwarded-For (http only).'),
  connection: choice(['close', 'server-close', 'keep-alive']).default('close'),
  check: check.prefault({}),
  timeouts: object({
    connect: milliseconds().optional(),
    client: milliseconds().optional(),
    server: milliseconds().optional(),
    tunnel: milliseconds().optional(),
  })
    .optional()
    .describe('Where they differ from haproxy.timeouts.'),
  tls: tls.optional().describe('TLS for the clients.'),
  redirects: list(redirect, 'a list of redirects').default([]).describe('The first that fits (http only).'),
  allow: list(prefixed, 'a list of addresses and networks', 1).optional().describe('Nobody else is served.'),
  proxyProtocol: object({
    accept: flag().default(false).describe('Clients come through a proxy that says who they are.'),
    send: choice(['v1', 'v2']).optional().describe('The servers are told who the client is.'),
  }).prefault({}),
  extra: list(haproxyLine(), 'a list of lines')
    .default([])
    .describe('Lines of haproxy.cfg, as they are, in this service’s section.'),
});

/** HAProxy to 1.8 reads no line of more than 2047 bytes, and a quoted character takes up to four. */
const brief = (what: string) =>
  text(`${what}, at most 200 long`, /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,200}$/);

const stats = object({
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

const haproxy = object({
  maxconn: integer(1, 1_000_000).default(4096),
  proxyMaxconn: integer(1, 1_000_000).default(2000).describe('The limit of each frontend.'),
  retries: integer(0, 100).default(3),
  healthPort: port().default(10001).describe('Loopback only: where keepalived asks whether HAProxy answers.'),
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
});

export const inventorySchema = object({
  $schema: z.string().optional(),
  name: name().optional().describe('What this pair is called in messages; otherwise the file’s name.'),
  ssh: ssh.optional(),
  vars: vars.optional(),
  hosts: record(name(), host, 'an object of host name: { "address": … }').refine(
    (hosts) => Object.keys(hosts).length > 0,
    { error: 'at least one host' },
  ),
  groups: record(name(), group, 'an object of group name: host names').default({}),
  sysctl: record(sysctlKey(), sysctlValue(), 'an object of key: value').default({}),
  vips: record(name(), vip, 'an object of VIP name: { "address": … }').default({}),
  services: record(name(), service, 'an object of service name: { "port": … }').default({}),
  stats: stats.optional(),
  haproxy: haproxy.prefault({}),
  playbooks: list(text('the name or path of a playbook'), 'a list of playbook names or paths', 1),
});

export type RawInventory = z.output<typeof inventorySchema>;
export type SshSettings = z.output<typeof ssh>;
export type ServiceSettings = z.output<typeof service>;
export type ServerSettings = z.output<typeof server>;
export type TlsSettings = z.output<typeof tls>;
export type VipSettings = z.output<typeof vip>;
export type StatsSettings = z.output<typeof stats>;
export type HaproxySettings = z.output<typeof haproxy>;
