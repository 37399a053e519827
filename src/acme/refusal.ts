import { ExitCode, HaprovError } from '../errors';

/** What an authority says of an error (RFC 7807, RFC 8555 6.7). */
export interface Problem {
  type?: string;
  detail?: string;
  status?: number;
  subproblems?: { detail?: string; identifier?: { value?: string } }[];
  /** Its own Retry-After: seconds, or a date. */
  retryAfter?: string;
}

const prefix = 'urn:ietf:params:acme:error:';

/** Kind of error → what that is for people, and what to do. */
const kinds: Record<string, [what: string, todo: string]> = {
  rateLimited: [
    'has made as many certificates, or refused as many orders, as it does for now',
    'wait until then; --staging tries all of it at an authority that has no such limit',
  ],
  unauthorized: [
    'got another answer to its challenge than ours',
    'the name must lead to the VIP, and port 80 there to this HAProxy: look at the DNS, also for an AAAA record, and at what stands before the VIP',
  ],
  incorrectResponse: [
    'got another answer to its challenge than ours',
    'the name must lead to the VIP, and port 80 there to this HAProxy; for dns-01 the hook must end only when DNS shows the record',
  ],
  connection: [
    'did not reach us for its challenge',
    'port 80 of the VIP must be reached from where the authority is: look at firewalls, NAT and the DNS',
  ],
  dns: [
    'found no address, or no record, in the DNS',
    'look at the DNS of the names, and at what the hook has set',
  ],
  caa: [
    'may not make certificates for the name: a CAA record says so',
    'put the authority into the CAA record, or ask another',
  ],
  rejectedIdentifier: ['makes no certificate for such a name', 'ask for public names that it may know'],
  unsupportedIdentifier: ['makes no certificate for such a name', 'ask for public names that it may know'],
  invalidContact: ['does not take the address of e-mail', 'give another in acme.email'],
  unsupportedContact: ['does not take the address of e-mail', 'give another in acme.email'],
  externalAccountRequired: [
    'wants an account of its own web site first (external account binding), which haprov does not have',
    'ask an authority that takes everybody, such as Let’s Encrypt',
  ],
  userActionRequired: ['wants you to do something by hand first', 'do what it says, then again'],
  accountDoesNotExist: [
    'does not know the account',
    'have a new key made: remove the one that acme.key names',
  ],
  badCSR: ['does not take the request', 'look at tls.acme.names'],
  serverInternal: ['has an error of its own', 'try again later'],
};

/**
 * What it means that an authority refused, with its own words.
 * @param names of the order
 * @param said what the library says, where the authority gave no problem
 */
export function refusal(
  directory: string,
  names: readonly string[],
  problem: Problem | undefined,
  said: string,
): HaprovError {
  const who = new URL(directory).host;
  const kind = problem?.type?.startsWith(prefix) ? problem.type.slice(prefix.length) : '';
  const [what, todo] = kinds[kind] ?? ['refuses', 'see what it says; --staging tries again without counting'];
  const subs = (problem?.subproblems ?? []).map(
    ({ identifier, detail }) => `${identifier?.value ?? 'a name'}: ${detail ?? 'refused'}`,
  );
  const detail = [problem?.detail ?? said, ...subs].join('; ');
  const until = problem?.retryAfter === undefined ? '' : ` (not before ${untilText(problem.retryAfter)})`;
  return new HaprovError(
    ExitCode.failed,
    `the authority ${who} ${what}${until}, so there is no certificate for ${names.join(', ')}: ${detail}`,
    todo,
  );
}

/** `2026-11-26 20:15 UTC`. */
function untilText(retryAfter: string): string {
  const seconds = Number(retryAfter);
  const date = Number.isNaN(seconds) ? new Date(retryAfter) : new Date(Date.now() + seconds * 1000);
  return Number.isNaN(date.getTime())
    ? retryAfter
    : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
