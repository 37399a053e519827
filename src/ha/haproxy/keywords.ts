import { haproxySections } from '../../inventory/haproxy-sections';

/**
 * What begins a line of a proxy, each with the version that has it first where that is after 1.5: what the source of 1.5
 * to 3.4 compares such words with. Some are known only to be refused by a reason of their own.
 */
const proxy = `
  acl appsession backlog balance bind bind-process block capture cliexp clitcpka-cnt:2.3 clitcpka-idle:2.3
  clitcpka-intvl:2.3 clitimeout compression contimeout cookie declare:1.6 default-server default_backend
  description disabled dispatch dynamic-cookie-key:1.8 email-alert:1.6 enabled error-log-format:2.5 errorfile
  errorfiles:2.2 errorloc errorloc302 errorloc303 external-check:1.6 filter:1.7 filter-sequence:3.4
  force-be-switch:3.4 force-persist fullconn grace guid:3.0 hash-balance-factor:1.7 hash-preserve-affinity:3.2
  hash-type http-after-response:2.2 http-check http-error:2.2 http-request http-response http-reuse:1.6
  http-send-name-header id ignore-persist load-server-state-from-file:1.6 log log-balance:2.9 log-format
  log-format-sd:1.6 log-steps:3.1 log-tag:1.6 max-keep-alive-queue max-session-srv-conns:1.9 maxconn mode
  monitor monitor-net monitor-uri option persist quic-initial:3.1 rate-limit redirect redisp redispatch reqadd
  reqallow reqdel reqdeny reqiallow reqidel reqideny reqipass reqirep reqisetbe reqitarpit reqpass reqrep
  reqsetbe reqtarpit retries retry-on:2.0 rspadd rspdel rspdeny rspidel rspideny rspirep rsprep server
  server-state-file-name:1.6 server-template:1.8 source srvexp srvtcpka-cnt:2.3 srvtcpka-idle:2.3
  srvtcpka-intvl:2.3 srvtimeout ssl-f-use:3.2 stats stick stick-table tcp-check tcp-request tcp-response timeout
  transparent unique-id-format unique-id-header use-fcgi-app:2.1 use-server use_backend usesrc`;

/** What begins a line of the global section in some version from 1.5 to 3.4. Versions are left out: some come to older ones later. */
const global = `
  51degrees-cache-size 51degrees-data-file 51degrees-property-name-list 51degrees-property-separator
  acme.scheduler anonkey busy-polling ca-base chroot close-spread-time cluster-secret cpu-affinity cpu-map
  cpu-policy cpu-set crt-base daemon debug debug.counters default-path description deviceatlas-json-file
  deviceatlas-log-level deviceatlas-properties-cookie deviceatlas-property-separator dns-accept-family
  expose-deprecated-directives expose-experimental-directives external-check fd-hard-limit
  force-cfg-parser-pause gid grace group h1-accept-payload-with-any-method h1-case-adjust h1-case-adjust-file
  h1-do-not-close-on-insecure-transfer-encoding h2-workaround-bogus-websocket-clients hard-stop-after
  harden.reject-privileged-ports.quic harden.reject-privileged-ports.tcp http-err-codes http-fail-codes
  httpclient.resolvers.disabled httpclient.resolvers.id httpclient.resolvers.prefer httpclient.retries
  httpclient.ssl.ca-file httpclient.ssl.verify httpclient.timeout.connect insecure-fork-wanted
  insecure-setuid-wanted issuers-chain-path jwt.decrypt_alg_list jwt.decrypt_enc_list key-base limited-quic
  localpeer log log-send-hostname log-tag lua-load lua-load-per-thread lua-prepend-path master-worker
  max-spread-checks max-threads-per-group maxcompcpuusage maxcomprate maxconn maxconnrate maxpipes maxsessrate
  maxsslconn maxsslrate maxzlibmem mworker-max-reloads nbproc nbthread no-memory-trimming no-quic node noepoll
  noevports nogetaddrinfo nokqueue noktls nopoll noreuseport nosplice numa-cpu-mapping ocsp-update.disable
  ocsp-update.httpproxy ocsp-update.maxdelay ocsp-update.mindelay ocsp-update.mode pidfile pp2-never-send-local
  prealloc-fd presetenv profiling.memory profiling.tasks quick-exit quiet resetenv server-state-base
  server-state-file set-dumpable set-var set-var-fmt setcap setenv shm-stats-file shm-stats-file-max-objects
  spread-checks ssl-default-bind-ciphers ssl-default-bind-ciphersuites ssl-default-bind-client-sigalgs
  ssl-default-bind-curves ssl-default-bind-options ssl-default-bind-sigalgs ssl-default-server-ciphers
  ssl-default-server-ciphersuites ssl-default-server-client-sigalgs ssl-default-server-curves
  ssl-default-server-options ssl-default-server-sigalgs ssl-dh-param-file ssl-engine ssl-load-extra-del-ext
  ssl-load-extra-files ssl-mode-async ssl-passphrase-cmd ssl-propquery ssl-provider ssl-provider-path
  ssl-security-level ssl-server-verify ssl-skip-self-issued-ca stats stats-file stress-level strict-limits
  thread-group thread-groups thread-hard-limit trace tune.applet.zero-copy-forwarding tune.buffers.limit
  tune.buffers.reserve tune.bufsize tune.bufsize.large tune.bufsize.small tune.chksize tune.cli.max-payload-size
  tune.comp.maxlevel tune.defaults.purge tune.disable-fast-forward tune.disable-zero-copy-forwarding
  tune.epoll.mask-events tune.events.max-events-at-once tune.fail-alloc tune.fast-forward tune.fd.edge-triggered
  tune.glitches.kill.cpu-usage tune.h1.be.glitches-threshold tune.h1.fe.glitches-threshold
  tune.h1.zero-copy-fwd-recv tune.h1.zero-copy-fwd-send tune.h2.be.glitches-threshold
  tune.h2.be.initial-window-size tune.h2.be.max-concurrent-streams tune.h2.be.max-frames-at-once
  tune.h2.be.rxbuf tune.h2.fe.glitches-threshold tune.h2.fe.initial-window-size
  tune.h2.fe.max-concurrent-streams tune.h2.fe.max-frames-at-once tune.h2.fe.max-rst-at-once
  tune.h2.fe.max-total-streams tune.h2.fe.rxbuf tune.h2.header-table-size tune.h2.initial-window-size
  tune.h2.log-errors tune.h2.max-concurrent-streams tune.h2.max-frame-size tune.h2.zero-copy-fwd-send
  tune.http.cookielen tune.http.logurilen tune.http.maxhdr tune.idle-pool.shared tune.idletimer
  tune.listener.default-shards tune.listener.multi-queue tune.lua.bool-sample-conversion tune.lua.burst-timeout
  tune.lua.forced-yield tune.lua.log.loggers tune.lua.log.stderr tune.lua.maxmem tune.lua.openlibs
  tune.lua.service-timeout tune.lua.session-timeout tune.lua.task-timeout tune.max-checks-per-thread
  tune.max-rules-at-once tune.maxaccept tune.maxpollevents tune.maxrewrite tune.memory.hot-size
  tune.notsent-lowat.client tune.notsent-lowat.server tune.pattern.cache-size tune.peers.max-updates-at-once
  tune.pipesize tune.pool-high-fd-ratio tune.pool-low-fd-ratio tune.pt.zero-copy-forwarding
  tune.quic.be.cc.cubic-min-losses tune.quic.be.cc.hystart tune.quic.be.cc.max-frame-loss
  tune.quic.be.cc.max-win-size tune.quic.be.cc.reorder-ratio tune.quic.be.max-idle-timeout
  tune.quic.be.sec.glitches-threshold tune.quic.be.stream.data-ratio tune.quic.be.stream.max-concurrent
  tune.quic.be.stream.rxbuf tune.quic.be.tx.pacing tune.quic.be.tx.udp-gso tune.quic.cc-hystart
  tune.quic.cc.cubic.min-losses tune.quic.disable-tx-pacing tune.quic.disable-udp-gso
  tune.quic.fe.cc.cubic-min-losses tune.quic.fe.cc.hystart tune.quic.fe.cc.max-frame-loss
  tune.quic.fe.cc.max-win-size tune.quic.fe.cc.reorder-ratio tune.quic.fe.max-idle-timeout
  tune.quic.fe.sec.glitches-threshold tune.quic.fe.sec.retry-threshold tune.quic.fe.sock-per-conn
  tune.quic.fe.stream.data-ratio tune.quic.fe.stream.max-concurrent tune.quic.fe.stream.max-total
  tune.quic.fe.stream.rxbuf tune.quic.fe.tx.pacing tune.quic.fe.tx.udp-gso
  tune.quic.frontend.conn-tx-buffers.limit tune.quic.frontend.default-max-window-size
  tune.quic.frontend.glitches-threshold tune.quic.frontend.max-data-size tune.quic.frontend.max-idle-timeout
  tune.quic.frontend.max-streams-bidi tune.quic.frontend.max-tx-mem tune.quic.frontend.stream-data-ratio
  tune.quic.listen tune.quic.max-frame-loss tune.quic.mem.tx-max tune.quic.reorder-ratio
  tune.quic.retry-threshold tune.quic.socket-owner tune.quic.zero-copy-fwd-send tune.rcvbuf.backend
  tune.rcvbuf.client tune.rcvbuf.frontend tune.rcvbuf.server tune.recv_enough tune.renice.runtime
  tune.renice.startup tune.ring.queues tune.runqueue-depth tune.sched.low-latency tune.sndbuf.backend
  tune.sndbuf.client tune.sndbuf.frontend tune.sndbuf.server tune.ssl.cachesize tune.ssl.capture-buffer-size
  tune.ssl.capture-cipherlist-size tune.ssl.certificate-compression tune.ssl.default-dh-param
  tune.ssl.force-private-cache tune.ssl.hard-maxrecord tune.ssl.keylog tune.ssl.lifetime tune.ssl.maxrecord
  tune.ssl.ocsp-update.maxdelay tune.ssl.ocsp-update.mindelay tune.ssl.ssl-ctx-cache-size tune.stick-counters
  tune.streams-elasticity tune.takeover-other-tg-connections tune.vars.check-max-size tune.vars.global-max-size
  tune.vars.proc-max-size tune.vars.reqres-max-size tune.vars.sess-max-size tune.vars.txn-max-size
  tune.zlib.memlevel tune.zlib.windowsize uid ulimit-n unix-bind unsetenv user warn-blocked-traffic-after
  wurfl-cache-size wurfl-data-file wurfl-engine-mode wurfl-information-list wurfl-information-list-separator
  wurfl-patch-file wurfl-useragent-priority zero-warning`;

/** Words, each with the version that has it first where that is after 1.5. */
export type Words = ReadonlyMap<string, string | undefined>;

/** Reads `word word:1.8`. */
export const listed = (text: string): Words =>
  new Map(
    text
      .trim()
      .split(/\s+/)
      .map((word): [string, string | undefined] => {
        const [name = '', since] = word.split(':');
        return [name, since];
      }),
  );

const known: Record<string, Words> = { global: listed(global) };
for (const kind of ['defaults', 'frontend', 'backend', 'listen']) known[kind] = listed(proxy);

/** The words that a line of such a section may begin with, each with the version that has it first; nothing where nobody knows them. */
export const keywordsOf = (kind: string): Words | undefined =>
  Object.hasOwn(known, kind) ? known[kind] : undefined;

/** The words that begin a section. */
export const sectionWords: readonly string[] = haproxySections.split('|');
