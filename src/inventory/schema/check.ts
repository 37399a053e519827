import * as z from 'zod';
import { choice, flag, hostAddress, integer, list, object, port, text } from '../../document/fields';
import { command } from './command';
import { peerTls } from './tls';
import { urlPath } from './words';

/** What goes over the wire as it is: a line's end is said, as \r\n; HAProxy has no word with a NUL in it. */
const bytes = () => text('a text of at most 400 characters', /^[^\u0000\u007f-\u009f\u2028\u2029]{1,400}$/);

const step = z.union(
  [
    object({
      send: z
        .union(
          [
            bytes(),
            list(bytes(), 'a list of texts', 1).refine((texts) => texts.join('').length <= 400, {
              error: 'texts of at most 400 characters together',
            }),
          ],
          { error: 'a text, or a list of texts' },
        )
        .describe(
          'Exactly this, a line’s end too: "PING\\r\\n". A list is sent as one text: ["AUTH ", { "env": "PASSWORD" }, "\\r\\n"].',
        ),
    }),
    object({ expect: bytes().describe('What must be in the answer.') }),
  ],
  { error: '{ "send": TEXT } or { "expect": TEXT }' },
);

const checkTypes = ['tcp', 'http', 'command', 'mysql', 'pgsql', 'redis', 'ldap', 'smtp'] as const;
export const check = object({
  type: choice(checkTypes)
    .default('tcp')
    .describe(
      'tcp: a connection, or the steps; mysql, pgsql, redis, ldap and smtp: a greeting in that language; command: keepalived runs it, and a balancer where it fails gives the service’s VIPs up.',
    ),
  command: command()
    .optional()
    .describe('Of a command check: a path and plain words; it ends with 0 while the service is well.'),
  port: port()
    .optional()
    .describe('Where the servers are asked whether they are well; otherwise their own port.'),
  method: text('an HTTP method such as OPTIONS', /^[A-Z]{1,32}$/)
    .optional()
    .describe('Of an http check; otherwise GET.'),
  path: urlPath().default('/').describe('Of an http check: what is asked for.'),
  host: hostAddress()
    .optional()
    .describe('The Host header of an http check; of an smtp check, who says EHLO.'),
  status: integer(100, 599, 'an HTTP status').optional().describe('Otherwise any 2xx or 3xx.'),
  user: text(
    'a user name of letters, digits and _ . @ -, at most 63 long',
    /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,62}$/,
  )
    .optional()
    .describe('Who a mysql or pgsql check logs in as, without a password.'),
  steps: list(step, 'a list of steps', 1)
    .optional()
    .describe('What a tcp check says and must hear, one after the other.'),
  tls: z
    .union([flag(), peerTls], { error: 'true, false, or { "verify": … }' })
    .default(false)
    .describe(
      'The check speaks TLS; true: any certificate is accepted. To the servers’ own port it does so without this where backends.tls is said.',
    ),
  sendProxy: flag()
    .default(false)
    .describe(
      'The check begins with the PROXY protocol, as it does by itself where the servers’ own port is told so.',
    ),
  interval: integer(100, 600_000, 'milliseconds')
    .default(2000)
    .describe('Milliseconds from one check to the next.'),
  fall: integer(1, 100).default(3).describe('Checks in turn that must fail before the server is down.'),
  rise: integer(1, 100).default(2).describe('Checks in turn that must succeed before it is up again.'),
});
