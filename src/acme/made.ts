import { createPrivateKey, X509Certificate } from 'node:crypto';
import { ExitCode, HaprovError } from '../errors';

/**
 * What an authority has made, its own certificate first: it is of the key that it was asked for.
 * @param who the authority's name
 * @throws HaprovError (exit 1) where its answer is anything else: nothing of it is kept, and what there was stays
 */
export function requireMade(who: string, answer: string, key: string): string {
  const certificate = answer.trim();
  const not = (what: string) =>
    new HaprovError(
      ExitCode.failed,
      `the authority ${who} says that it has made a certificate, and what it gives is ${what}`,
      'nothing was changed: try again later, and ask those who run it',
    );
  let own: X509Certificate;
  try {
    own = new X509Certificate(certificate);
  } catch {
    throw not('none that can be read');
  }
  if (!own.checkPrivateKey(createPrivateKey(key))) throw not('of another key than was sent');
  return certificate;
}
