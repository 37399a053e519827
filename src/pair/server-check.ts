import type { ServerState } from './haproxy-statistics';

/** HAProxy's codes for the result of a check (Management Guide, 9.1, "check_status"), in words. */
const meanings: Record<string, string> = {
  INI: 'none has ended yet',
  L4CON: 'the connection is refused',
  L4TOUT: 'nobody answers its connections',
  L6TOUT: 'it does not finish the TLS handshake',
  L6RSP: 'the TLS handshake with it fails',
  L7TOUT: 'it takes the connection and does not answer',
  L7RSP: 'its answer cannot be read',
  L7STS: 'it answers with an error',
  SOCKERR: 'HAProxy has no socket for its check',
};

/** The result of a server's last check, in words: `it answers with an error (403)`. */
export function meaningOf({ check, code }: Pick<ServerState, 'check' | 'code'>): string {
  const [word = ''] = check.split(/[\s/]/);
  const meaning = meanings[word] ?? (check ? `its check ended with ${check}` : 'its check fails');
  return code === undefined ? meaning : `${meaning} (${code})`;
}
