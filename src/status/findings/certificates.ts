import { certificateProblems, certificatesIn, subjectOf } from '../../lint/certificate-expires';
import { type FindingRule, foundOn } from '../snapshot';

/** Certificates that an authority has not made yet: by the inventory, so on every balancer, be it reached or not. */
export const unmadeCertificates: FindingRule = ({ hosts, inventory: { unmade } }) => {
  const makers = new Map(unmade.flatMap(({ service, maker }) => (service ? [[service, maker]] : [])));
  return [...makers].flatMap(([service, maker]) =>
    hosts
      .filter(({ readiness }) => readiness.balances)
      .map(({ host }) =>
        foundOn(host.name, {
          rule: 'certificate-not-made',
          level: 'warning',
          component: 'certificate',
          service,
          brief: 'not made yet',
          message: (on) => `certificate of ${service} on ${on}: the authority has not made it yet`,
          evidence: [],
          next: () => `${maker} makes it, and rolls it out`,
        }),
      ),
  );
};

/** Certificates that are not valid, or not much longer: as above. */
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
