import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request may get: the page, the event stream of updates, what Prometheus scrapes, the list of runs, or one run. */
export type Wanted = { kind: 'page' | 'live' | 'metrics' | 'runs' } | { kind: 'run'; run: string };

/**
 * What the request may get; undefined where it is refused. It must be GET or HEAD, begin its path with the token, and
 * name loopback as its Host: a foreign page whose DNS name points to 127.0.0.1 (DNS rebinding) sends its own name. For
 * `/metrics` the token may also be that of `Authorization: Bearer`, which no page can send from elsewhere.
 */
export function admit(request: IncomingMessage, token: string, port: number): Wanted | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  if (!hostsOf(port).includes(request.headers.host ?? '')) return undefined;
  const bearer = /^Bearer ([\w-]+)$/.exec(request.headers.authorization ?? '')?.[1];
  const url = request.url === '/metrics' && bearer !== undefined ? `/${bearer}/metrics` : request.url;
  const [before, given = '', rest, ...more] = (url ?? '').split('/');
  if (before !== '' || !isSame(given, token)) return undefined;
  const [run] = more;
  if (rest === 'runs' && run !== undefined && more.length === 1)
    return /^[\w-]+$/.test(run) ? { kind: 'run', run } : undefined;
  if (more.length > 0) return undefined;
  if (rest === '') return { kind: 'page' };
  return rest === 'live' || rest === 'metrics' || rest === 'runs' ? { kind: rest } : undefined;
}

function hostsOf(port: number): string[] {
  const names = ['127.0.0.1', 'localhost'];
  // Browsers leave port 80 out of the Host header.
  return port === 80 ? names : names.map((name) => `${name}:${port}`);
}

/** Compares in constant time. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/**
 * The headers of every response: browsers may not cache, sniff or frame it, load anything from elsewhere, or use a style
 * or script other than those of `allowed` (given by their text).
 */
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
