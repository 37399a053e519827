import { certificateProblems, certificatesIn, subjectOf } from '../../lint/certificate-expires';
import type { FindingRule } from '../snapshot';

/** Certificates that are not valid, or not much longer: by the inventory, so on the first balancer, be it reached or not. */
export const certificates: FindingRule = ({ hosts, inventory, now }) =>
  hosts
    .filter(({ readiness }) => readiness.balances)
    .slice(0, 1)
    .flatMap(({ host }) =>
      inventory.services.flatMap(({ name, tls }) =>
        (tls?.certificates ?? [])
          .flatMap(({ certificate }) => certificatesIn(certificate))
          .flatMap((one) =>
            certificateProblems(one.toString(), now).map((problem) => ({
              ...problem,
              certificate: subjectOf(one),
            })),
          )
          .map(({ severity, message, why, certificate }) => ({
            rule: 'certificate-expires',
            level: severity === 'error' ? ('broken' as const) : ('warning' as const),
            component: 'certificate' as const,
            host: host.name,
            hosts: [host.name],
            service: name,
            certificate,
            brief: severity === 'error' ? 'not valid' : 'expires soon',
            message: `certificate of ${name} on ${host.name}: ${message}`,
            evidence: why ? [why] : [],
            next: 'have a new certificate made, put it where the inventory names it, and haprov apply',
          })),
      ),
    );
