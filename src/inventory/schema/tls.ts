import { isIP } from 'node:net';
import type * as z from 'zod';
import { choice, hostAddress, list, multiline, name, object, text } from '../../document/fields';

const pem = 'PEM; from { "file": PATH } or { "env": NAME }.';
const certificate = () => multiline('a certificate in PEM, and its chain').describe(pem);
const key = () => multiline('a private key in PEM').describe(pem);

const folder = () =>
  text(
    'an absolute path of letters, digits and . _ -, without "..", "//" or a trailing slash, at most 200 long',
    /^(?=.{2,200}$)(?!.*\/\.{1,2}(?:\/|$))(?:\/[A-Za-z0-9._-]+)+$/,
  );

/** A name of RFC 7301's registry: h2, http/1.1, imap, … */
const protocols = () =>
  list(
    text('a protocol such as "h2" or "http/1.1"', /^[A-Za-z0-9][A-Za-z0-9._/+-]{0,31}$/),
    'a list of protocols',
    1,
  );

/** TLS that clients speak with HAProxy. */
export const tls = object({
  certificate: certificate().optional(),
  key: key().optional(),
  certificates: list(object({ certificate: certificate(), key: key() }), 'a list of certificates', 1)
    .max(15, { error: 'at most 15; more belong into a folder' })
    .optional()
    .describe(
      'More of them, or all: each client gets the one whose name it asks for, and the first where none fits.',
    ),
  folder: folder()
    .optional()
    .describe(
      'A folder on the balancers that has more certificates, each with its key in one file; it must be there.',
    ),
  minVersion: choice(['1.2', '1.3'])
    .default('1.2')
    .describe('Clients that speak only an older TLS are refused.'),
  alpn: protocols()
    .optional()
    .describe(
      'What is offered to clients, the best first: ["h2", "http/1.1"]. HAProxy before 2.8 speaks HTTP/1.1 only without it.',
    ),
  vips: list(name(), 'a list of VIP names', 1)
    .optional()
    .describe('Only there; on the service’s other VIPs clients come without TLS.'),
});

/** TLS that HAProxy speaks with a server. */
export const peerTls = object({
  verify: choice(['required', 'none'])
    .default('required')
    .describe('required: a server whose certificate is not of the CA is not spoken to.'),
  ca: multiline('a certificate in PEM')
    .optional()
    .describe(
      `Who must have signed the servers’ certificates; otherwise one of those that the host trusts. ${pem}`,
    ),
  name: hostAddress()
    .optional()
    .describe('The name that the servers’ certificates must have; otherwise that of sni.'),
  sni: hostAddress()
    .refine((found) => isIP(found) === 0, { error: 'a host name, and no IP address' })
    .optional()
    .describe('The name that the servers are asked for.'),
});

export const serverTls = peerTls.extend({
  alpn: protocols()
    .optional()
    .describe(
      'What is offered to the servers, the best first: ["h2", "http/1.1"]. Without it they are spoken to in HTTP/1.1.',
    ),
});

export type TlsSettings = z.output<typeof tls>;
