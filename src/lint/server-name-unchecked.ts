import type { Path } from '../document/document';
import type { Found, Rule } from './subject';

/** TLS to servers that takes any certificate of the CA, whatever name is in it. */
export const serverNameUnchecked: Rule = {
  name: 'server-name-unchecked',
  check: ({ inventory }) =>
    inventory.services.flatMap(({ name: service, backends, check }): Found[] => {
      const at: Path = ['services', service];
      const said = [
        { tls: backends.tls, path: [...at, 'backends', 'tls'] },
        { tls: typeof check.tls === 'object' ? check.tls : undefined, path: [...at, 'check', 'tls'] },
      ];
      return said.flatMap(({ tls, path }): Found[] =>
        tls?.verify === 'required' && tls.name === undefined && tls.sni === undefined
          ? [
              {
                severity: 'warning',
                at: { path },
                message: `any certificate of ${tls.ca === undefined ? 'any CA that the host trusts' : 'the CA'} is believed, whatever name is in it`,
                why: 'anybody with a certificate of it, for whatever name, can stand between HAProxy and the servers',
                fix: 'say the name that the servers’ certificates have: name, or sni where HAProxy should ask them for it',
              },
            ]
          : [],
      );
    }),
};
