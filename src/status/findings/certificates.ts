import { certificateProblems } from '../../lint/certificate-expires';
import { type FindingRule, reached } from '../snapshot';

/** Certificates that are not valid, or not much longer. */
export const certificates: FindingRule = (snapshot) =>
  reached(snapshot)
    .filter(({ readiness }) => readiness.balances)
    .slice(0, 1)
    .flatMap(({ host }) =>
      snapshot.inventory.services.flatMap(({ name, tls }) =>
        (tls?.certificates ?? [])
          .flatMap(({ certificate }) => certificateProblems(certificate, snapshot.now))
          .map(({ severity, message, why }) => ({
            rule: 'certificate-expires',
            level: severity === 'error' ? ('broken' as const) : ('warning' as const),
            component: 'certificate' as const,
            host: host.name,
            hosts: [host.name],
            brief: severity === 'error' ? 'not valid' : 'expires soon',
            message: `certificate of ${name} on ${host.name}: ${message}`,
            evidence: why ? [why] : [],
            next: 'have a new certificate made, put it where the inventory names it, and haprov apply',
          })),
      ),
    );
