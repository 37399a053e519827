import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request may ask for. */
export type Wanted = 'page' | 'live';

/**
 * What the request asks for, or nothing: a reading one, to this machine by a name of loopback (a page from elsewhere whose
 * name somebody turned to 127.0.0.1 gives its own name), with the token as its path's first part.
 */
export function admit(request: IncomingMessage, token: string, port: number): Wanted | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  if (!hostsOf(port).includes(request.headers.host ?? '')) return undefined;
  const [before, given = '', rest, ...more] = (request.url ?? '').split('/');
  if (before !== '' || !isSame(given, token) || more.length > 0) return undefined;
  if (rest === '') return 'page';
  return rest === 'live' ? 'live' : undefined;
}

function hostsOf(port: number): string[] {
  const names = ['127.0.0.1', 'localhost'];
  // Browsers leave out HTTP's own port.
  return port === 80 ? names : names.map((name) => `${name}:${port}`);
}

/** Takes as long for a wrong token as for the right one. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** Headers of every answer: nothing is kept, guessed, framed, loaded from elsewhere, or run but what `allowed` names. */
export function headersWith(allowed: { style: string; script: string }): Record<string, string> {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return {
    'content-security-policy': [
      "default-src 'none'",
      `style-src ${hash(allowed.style)}`,
      `script-src ${hash(allowed.script)}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
