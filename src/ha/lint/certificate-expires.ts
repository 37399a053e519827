import { X509Certificate } from 'node:crypto';
import type { Found, Rule } from './subject';

/** So many days before the end of a certificate it is time to act. */
const soon = 30;
const day = 24 * 3600 * 1000;

/** A certificate of a service, or of its chain, that is not valid, or not much longer. */
export const certificateExpires: Rule = {
  name: 'certificate-expires',
  check: ({ inventory, now }) =>
    inventory.services.flatMap(({ name, tls }) =>
      certificatesIn(tls?.certificate ?? '').flatMap((certificate): Found[] => {
        const judged = judge(certificate, now);
        if (!judged) return [];
        const at = { path: ['services', name, 'tls', 'certificate'] };
        const fix = 'have a new certificate made, and apply again';
        return [{ ...judged, at, fix }];
      }),
    ),
};

/** The certificate and its chain. What cannot be read is an error of the inventory. */
function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

function judge(
  { subject, validFrom, validTo }: X509Certificate,
  now: Date,
): Pick<Found, 'severity' | 'message' | 'why'> | undefined {
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  const who = (subject ?? '').split('\n').at(-1) || 'without a name';
  const days = Math.floor((to.getTime() - now.getTime()) / day);
  const why = 'clients refuse a certificate outside its dates';
  if (to <= now) return { severity: 'error', message: `the certificate ${who} expired on ${date(to)}`, why };
  if (from > now)
    return { severity: 'error', message: `the certificate ${who} is not valid before ${date(from)}`, why };
  if (days >= soon) return undefined;
  const left = `in ${days} ${days === 1 ? 'day' : 'days'}`;
  return {
    severity: 'warning',
    message: `the certificate ${who} expires on ${date(to)}, ${left}`,
    why: `${why}, from that moment on and all at once`,
  };
}

const date = (when: Date) => when.toISOString().slice(0, 10);
