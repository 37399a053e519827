import { createHmac } from 'node:crypto';
import { within } from '../pair/timeout';

interface Request {
  url: string;
  /** The same for each try. */
  id: string;
  body: string;
  /** `whsec_` and the key in base64. */
  secret?: string;
  /** Ends it. */
  signal: AbortSignal;
  /** How many milliseconds one try may take; 5 seconds. */
  limitMs?: number;
  now?: Date;
}

/** Why a hook did not take an event, and whether it may take it, or another, later. */
export interface Refusal {
  fault: string;
  mayRetry: boolean;
}

/** The headers of Standard Webhooks (standardwebhooks.com): who has the secret can tell that we sent it, and when. */
export function webhookHeaders({ id, body, secret, now = new Date() }: Omit<Request, 'url' | 'signal'>) {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const key = Buffer.from((secret ?? '').replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(secret === undefined ? {} : { 'webhook-signature': `v1,${signature}` }),
  };
}

/**
 * Sends an event once. A redirect is not followed: the signature is for this address.
 * @returns nothing where it was taken
 */
export async function postEvent(event: Request): Promise<Refusal | undefined> {
  const { url, body, signal, limitMs = 5000 } = event;
  const request = new AbortController();
  try {
    const response = await within(
      limitMs,
      fetch(url, {
        method: 'POST',
        headers: webhookHeaders(event),
        body,
        redirect: 'manual',
        signal: request.signal,
      }),
      signal,
    );
    if (!response) return { fault: 'it does not answer in time', mayRetry: true };
    if (response.ok) return undefined;
    const { status } = response;
    return {
      fault: `it answers HTTP ${status}`,
      mayRetry: status >= 500 || status === 429 || status === 408,
    };
  } catch (error) {
    return { fault: whyOf(error), mayRetry: true };
  } finally {
    // Nobody reads what it says.
    request.abort();
  }
}

/** Node says what happened in the cause, and the address, which may be secret, in some messages. */
function whyOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } };
  return `it cannot be reached${cause?.code ? ` (${cause.code})` : ''}`;
}
