/** The words that begin a section of haproxy.cfg (Configuration Manual, 2.4 and 3 to 12), for a pattern. */
export const haproxySections =
  'global|defaults|frontend|backend|listen|userlist|peers|mailers|resolvers|program|cache|http-errors|ring|log-forward|log-profile|fcgi-app|crt-store|acme|traces';
