import { isIP } from 'node:net';
import type * as z from 'zod';
import { choice, domain, hostAddress, list, multiline, name, object, text } from '../../document/fields';

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

/** How `haprov certificates renew` has an authority of ACME make the certificate. */
const ofAcme = object({
  names: list(domain(), 'a list of host names', 1)
    .max(100, { error: 'at most 100 names, as authorities take them' })
    .describe('For whom the certificate is, the first as its common name.'),
  challenge: choice(['http-01', 'dns-01'])
    .default('http-01')
    .describe(
      'How it is shown whose the names are: HAProxy answers at port 80 of the VIP (HAProxy 2.2), or acme.hook sets a record of the DNS.',
    ),
});

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
  acme: ofAcme
    .optional()
    .describe(
      'An authority makes certificate and key: haprov certificates renew asks it, and puts both where they are said to come from.',
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

/** The authority that makes certificates for tls.acme (RFC 8555), and the account there. */
export const acme = object({
  directory: text('the URL of an ACME directory', /^https:\/\/[!-~]{1,490}$/)
    .default('https://acme-v02.api.letsencrypt.org/directory')
    .describe('The authority, by the URL of its directory; Let’s Encrypt where it is not said.'),
  staging: text('the URL of an ACME directory', /^https:\/\/[!-~]{1,490}$/)
    .optional()
    .describe('Whom renew --staging asks instead; that of Let’s Encrypt where directory is not said.'),
  email: text('an address of e-mail', /^[^\s@\u0000-\u001f]{1,64}@[A-Za-z0-9.-]{1,253}$/)
    .optional()
    .describe('Where the authority writes to.'),
  key: multiline('a private key in PEM').describe(
    'The account’s, from { "secret": NAME } or { "file": PATH }: renew makes it where there is none.',
  ),
  hook: list(text('a word without control characters'), 'a command as a list of words', 1)
    .optional()
    .describe(
      'For dns-01: run here with set or remove, the name of a TXT record and its text; it must end only when DNS shows the record.',
    ),
  ca: multiline('a certificate in PEM')
    .optional()
    .describe(
      'Who has signed the certificate of the authority’s own server, where that is not known everywhere.',
    ),
});

export type AcmeSettings = z.output<typeof acme>;
export type TlsSettings = z.output<typeof tls>;
