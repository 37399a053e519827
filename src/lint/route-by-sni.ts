import type { Rule } from './subject';

/** A request that is routed by the name of the TLS handshake, which a browser need not make anew for another name. */
export const routeBySni: Rule = {
  name: 'route-by-sni',
  check: ({ inventory: { services } }) =>
    services
      // HAProxy since 2.8 offers HTTP/2 unasked.
      .filter(({ mode, tls }) => mode === 'http' && tls && (tls.alpn?.includes('h2') ?? true))
      .flatMap(({ name, routes }) =>
        routes.flatMap(({ sni, hosts }, index) =>
          sni.length > 0 && hosts.length === 0
            ? [
                {
                  severity: 'warning' as const,
                  at: { path: ['services', name, 'routes', index, 'sni'] },
                  message: `requests for ${sni.join(', ')} are told by the name of the TLS handshake`,
                  why: 'with HTTP/2 a browser sends requests for every name of a certificate over the connection that it has: they go to the service of another name',
                  fix: 'route by host instead: it is said with each request',
                },
              ]
            : [],
        ),
      ),
};
