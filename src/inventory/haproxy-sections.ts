/**
 * The words that begin a section of haproxy.cfg, for a pattern: those of the Configuration Manual (2.4 and 3 to 12), and
 * what did so in some version from 1.5 to 3.4 besides (cfg_register_section in its source).
 */
export const haproxySections =
  'global|defaults|frontend|backend|listen|userlist|peers|mailers|resolvers|program|cache|http-errors|ring|log-forward|log-profile|fcgi-app|crt-store|acme|traces|ruleset|namespace_list|healthcheck';
