import { createPrivateKey, createPublicKey, hash } from 'node:crypto';
import type { Inventory, Service } from '../../inventory/inventory';
import { notMade } from '../../inventory/made-by-authority';
import type { Writing } from './writing';

/** The path under which an authority asks for the answer to a challenge (RFC 8555, 8.3). */
export const challengePath = '/.well-known/acme-challenge/';

/**
 * What shows an authority whose a name is: any token that it asks for, with the thumbprint of our account's key behind it. No state is
 * in it, so the VIP's holder answers, before and after a reload. Stands before all that refuses or redirects.
 */
export function challengeLines(
  { name, mode, endpoints }: Service,
  { acme, services }: Pick<Inventory, 'acme' | 'services'>,
  { need }: Writing,
): string[] {
  const plain = mode === 'http' ? endpoints.filter(({ port, tls }) => port === 80 && !tls) : [];
  const asked = services.filter(({ tls }) => tls?.acme?.challenge === 'http-01');
  const isMet = plain.some(({ address }) =>
    asked.some((one) =>
      one.endpoints.some((other) => [address, other.address].includes('*') || other.address === address),
    ),
  );
  if (!acme || acme.key === notMade || !isMet) return [];
  need('2.2', {
    key: `services.${asked[0]?.name}.tls.acme.challenge`,
    does: `http-01 has ${name} answer the authority`,
    instead: '"dns-01"',
  });
  const isToken = `{ path_reg ^${challengePath.replaceAll('.', '[.]')}[A-Za-z0-9_-]{1,200}$ }`;
  const answer = `%[path,field(4,/)].${thumbprintOf(acme.key)}`;
  return [`http-request return status 200 content-type text/plain lf-string ${answer} if ${isToken}`];
}

/** The thumbprint of an account's key (RFC 7638). @param pem its private key */
export function thumbprintOf(pem: string): string {
  const { e, n, crv, x, y, kty } = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' });
  // Members in the order of the alphabet, without blanks.
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return hash('sha256', JSON.stringify(members), 'base64url');
}
