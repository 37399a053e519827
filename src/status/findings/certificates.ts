import { certificateProblems, certificatesIn, subjectOf } from '../../lint/certificate-expires';
import { type FindingRule, foundOn } from '../snapshot';

/** Certificates that are not valid, or not much longer: by the inventory, so on every balancer, be it reached or not. */
export const certificates: FindingRule = ({ hosts, inventory, now }) =>
  inventory.services.flatMap(({ name, tls }) =>
    (tls?.certificates ?? []).flatMap(({ certificate }, index) => {
      const renewed = index === 0 ? name : `${name}/${index + 1}`;
      return certificatesIn(certificate).flatMap((one) =>
        certificateProblems(one.toString(), now).flatMap(({ severity, message, why }) =>
          hosts
            .filter(({ readiness }) => readiness.balances)
            .map(({ host }) =>
              foundOn(host.name, {
                rule: 'certificate-expires',
                level: severity === 'error' ? 'broken' : 'warning',
                component: 'certificate',
                service: name,
                certificate: subjectOf(one),
                brief: severity === 'error' ? 'not valid' : 'expires soon',
                message: (on) => `certificate of ${name} on ${on}: ${message}`,
                evidence: why ? [why] : [],
                next: () =>
                  `haprov certificates renew INVENTORY ${renewed} rolls out a new one: of an authority where the inventory has one for it, else what --certificate and --key name`,
              }),
            ),
        ),
      );
    }),
  );
