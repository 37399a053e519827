import { listed, type Words } from './keywords';

/*
 * What may stand behind the first word of a line of a proxy, by that word: what HAProxy 1.5 to 3.4 takes there, each with the
 * version that has it first where that is after 1.5.
 */
const closed: Record<string, string> = {
  balance: `
    first hash:2.6 hdr leastconn log-hash:2.9 random:1.9 rdp-cookie roundrobin source static-rr sticky:2.9 uri
    url_param`,
  capture: 'cookie request response',
  compression: `
    algo algo-req:2.8 algo-res:2.8 direction:2.8 minsize-req:3.2 minsize-res:3.2 offload type type-req:2.8
    type-res:2.8`,
  'email-alert': 'from level mailers myhostname to',
  'hash-type': 'avalanche consistent map-based',
  'http-check': `
    comment:2.2 connect:2.2 disable-on-404 expect send:1.8 send-state set-var:2.2 set-var-fmt:2.5 unset-var:2.2`,
  'http-reuse': 'aggressive always never safe',
  'load-server-state-from-file': 'global local none',
  mode: 'haterm:3.4 health http log:2.9 spop:3.1 tcp',
  option: `
    abortonclose accept-invalid-http-request accept-invalid-http-response
    accept-unsafe-violations-in-http-request:3.1 accept-unsafe-violations-in-http-response:3.1 allbackups
    checkcache clitcpka contstats disable-h2-upgrade:2.2 dontlog-normal dontlognull external-check:1.6
    forceclose forwarded:2.8 forwardfor h1-case-adjust-bogus-client:2.0 h1-case-adjust-bogus-server:2.0
    http-buffer-request:1.6 http-drop-request-trailers:3.2 http-drop-response-trailers:3.2 http-ignore-probes
    http-keep-alive http-no-delay http-pretend-keepalive http-restrict-req-hdr-names:2.0 http-server-close
    http-tunnel http-use-htx:1.9 http-use-proxy-header http_proxy httpchk httpclose httplog httpslog:2.5
    idle-close-on-response:2.0 independant-streams independent-streams ldap-check log-health-checks
    log-separate-errors logasap mysql-check nolinger originalto persist pgsql-check prefer-last-server
    redis-check redispatch smtpchk socket-stats splice-auto splice-request splice-response spop-check:1.7
    srvtcpka ssl-hello-chk tcp-check tcp-smart-accept tcp-smart-connect tcpka tcplog transparent
    use-small-buffers:3.4`,
  persist: 'rdp-cookie',
  'rate-limit': 'sessions',
  redirect: 'location prefix scheme',
  stats: `
    admin auth calculate-max-counters:3.4 enable hide-version http-request realm refresh scope show-desc
    show-legends show-modules:2.3 show-node show-version:3.4 uri`,
  stick: 'match on store-request store-response',
  'tcp-check': `
    comment:1.6 connect expect send send-binary send-binary-lf:2.2 send-lf:2.2 set-var:2.2 set-var-fmt:2.5
    unset-var:2.2`,
  'tcp-request': 'connection content inspect-delay session:1.7',
  'tcp-response': 'content inspect-delay',
  timeout: `
    check client client-fin client-hs:2.9 clitimeout connect contimeout http-keep-alive http-request queue server
    server-fin srvtimeout tarpit tunnel`,
};

const known: Record<string, Words> = Object.fromEntries(
  Object.entries(closed).map(([keyword, text]) => [keyword, listed(text)]),
);

/** What may stand behind a word; nothing where that is not one of a few, or nobody knows. */
export const secondWordsOf = (keyword: string): Words | undefined =>
  Object.hasOwn(known, keyword) ? known[keyword] : undefined;

/** What rules do in some version from 1.5 to 3.4. Lua and additions to HAProxy bring others. */
export const actions = listed(`
  accept add-acl add-header add-headers-bin allow attach-srv auth cache-store cache-use capture close del-acl
  del-header del-headers-bin del-map deny dgram-drop disable-l7-retry do-log do-resolve early-hint
  expect-netscaler-cip expect-proxy normalize-uri pause redirect reject replace-header replace-path replace-pathq
  replace-uri replace-value return sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-retry
  send-spoe-group set-bandwidth-limit set-bc-mark set-bc-tos set-dst set-dst-port set-fc-mark set-fc-tos set-header
  set-headers-bin set-log-level set-map set-mark set-method set-nice set-path set-pathq set-priority-class
  set-priority-offset set-query set-retries set-src set-src-port set-status set-timeout set-tos set-uri set-var
  set-var-fmt silent-drop strict-mode switch-mode tarpit track-sc track-sc0 track-sc1 track-sc2 unset-var
  use-service wait-for-body wait-for-handshake`);
