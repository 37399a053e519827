import { z } from 'zod';
import {
  choice,
  flag,
  hostAddress,
  integer,
  list,
  name,
  networkInterface,
  object,
  port,
  record,
  sysctlKey,
  sysctlValue,
  text,
} from '../document/fields';

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
  auth: text('1 to 8 characters without white space, quotes or braces', /^[^\s"'{}#!$\\]{1,8}$/)
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
});

const balances = ['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'uri'] as const;

const check = object({
  type: choice(['tcp', 'http']).default('tcp'),
  path: text('a path that starts with "/", without white space, quotes, \\ and #', /^\/[^\s"'\\#]*$/).default(
    '/',
  ),
  host: hostAddress().optional().describe('The Host header of the check.'),
  status: integer(100, 599, 'an HTTP status').optional().describe('Otherwise any 2xx or 3xx.'),
  interval: integer(100, 600_000, 'milliseconds').default(2000),
  fall: integer(1, 100).default(3),
  rise: integer(1, 100).default(2),
});

const service = object({
  mode: choice(['http', 'tcp']).default('http'),
  port: port().describe('Where clients reach the service.'),
  vips: list(name(), 'a list of VIP names', 1)
    .optional()
    .describe('Otherwise every address of the balancers.'),
  backends: object({
    group: name().default('all').describe('The hosts that serve it.'),
    port: port(),
  }).describe('Where HAProxy finds the service.'),
  balance: choice(balances).default('roundrobin'),
  cookie: text('a cookie name', /^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Keeps a client on its server (http only).'),
  forwardFor: flag().default(true).describe('Adds X-Forwarded-For (http only).'),
  connection: choice(['close', 'server-close', 'keep-alive']).default('close'),
  check: check.prefault({}),
});

const stats = object({
  port: port().default(8989),
  vip: name().optional().describe('Otherwise the first VIP.'),
  uri: text('a path that starts with "/"', /^\/[A-Za-z0-9_./;-]*$/).default('/stats'),
  realm: text('a title without control characters').default('HAProxy Statistics'),
  user: text('a user name without ":"', /^[^:\u0000-\u001f\u007f]+$/).default('admin'),
  password: password(),
  allowDefaultCredentials: flag().default(false).describe('Insists on a password that everybody knows.'),
});

const milliseconds = () => integer(1, 86_400_000, 'milliseconds');
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
export type VipSettings = z.output<typeof vip>;
export type StatsSettings = z.output<typeof stats>;
export type HaproxySettings = z.output<typeof haproxy>;
