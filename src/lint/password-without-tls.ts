import { entrancesOf } from '../inventory/endpoints';
import type { Found, Rule } from './subject';

/** Passwords that clients send over the wire as they are. */
export const passwordWithoutTls: Rule = {
  name: 'password-without-tls',
  check: ({ inventory: { services } }) =>
    services.flatMap((service): Found[] => {
      const isOpen = entrancesOf(service, services).some(({ tls }) => !tls);
      if (!service.auth || !isOpen) return [];
      return [
        {
          severity: 'warning',
          at: { path: ['services', service.name, 'auth'] },
          message: 'clients send the password without TLS',
          why: 'it goes with every request, in a form that anybody on the wire can read',
          fix: 'give the service where clients come in "tls", and redirect what comes without: "redirects": [{ "scheme": "https" }]',
        },
      ];
    }),
};
