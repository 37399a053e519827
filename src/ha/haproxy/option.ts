import { listed, type Words } from './keywords';
import type { Directive } from './section';

/** One of the options at the end of a `bind` or `server` line. */
export interface Option {
  name: string;
  /** Where it takes one. */
  value?: string;
  /** 1-based, of what holds the value. */
  column: number;
}

/** By names; of those that are said more than once the last one. */
export type Options = ReadonlyMap<string, Option>;

/*
 * The options that the source of 1.5 to 3.4 knows, each with the version that has it first where that is after 1.5;
 * those with "=" take a value.
 */

const ofBind = `
  accept-netscaler-cip=:1.7 accept-proxy allow-0rtt:1.8 alpn= backlog= ca-file= ca-ignore-err=
  ca-sign-file=:1.6 ca-sign-pass=:1.6 ca-verify-file=:2.2 cc=:3.3 ciphers= ciphersuites=:1.8
  client-sigalgs=:2.8 crl-file= crt= crt-ignore-err= crt-list= curves=:1.8 default-crt=:3.0 defer-accept
  ecdhe= ech=:3.3 expose-fd=:1.8 force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13:1.8
  generate-certificates:1.6 gid= group= guid-prefix=:3.0 id= idle-ping=:3.2 interface= ktls=:3.3 label=:3.2
  level= maxconn= mode= mss= name= namespace=:1.6 nbconn=:2.9 nice= no-alpn:2.8 no-ca-names:1.8 no-sslv3
  no-strict-sni:3.2 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13:1.8 npn=
  prefer-client-ciphers:1.8 process= proto=:1.9 quic-cc-algo=:2.7 quic-force-retry:2.6 quic-socket=:2.9
  severity-output=:1.8 shards=:2.5 sigalgs=:2.8 ssl ssl-max-ver=:1.8 ssl-min-ver=:1.8 strict-sni
  tcp-md5sig=:3.3 tcp-ss=:3.4 tcp-ut=:1.6 tfo thread=:2.5 tls-ticket-keys=:1.6 tls-tickets:3.2 transparent
  uid= user= v4v6 v6only verify=`;

const ofServer = `
  addr= agent-addr=:1.8 agent-check agent-inter= agent-port= agent-send=:1.7 allow-0rtt:1.8 alpn=:1.9 backup
  ca-file= cc=:3.3 check check-alpn=:2.0 check-pool-conn-name=:3.2 check-proto=:2.2 check-reuse-pool:3.2
  check-send-proxy check-sni=:1.8 check-sni-auto:3.3 check-ssl check-via-socks4:2.0 ciphers=
  ciphersuites=:1.8 client-sigalgs=:2.9 cookie= crl-file= crt= curves=:2.9 disabled downinter= enabled:1.8
  error-limit= fall= fastinter= force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13:1.8
  guid=:3.0 hash-key=:3.0 healthcheck=:3.4 id= idle-ping=:3.2 init-addr=:1.7 init-state=:3.1 inter=
  interface= ktls=:3.3 log-bufsize=:2.9 log-proto=:2.4 max-reuse=:2.0 maxconn= maxqueue= minconn=
  namespace=:1.6 no-agent-check:1.8 no-backup:1.8 no-check:1.8 no-check-reuse-pool:3.2
  no-check-send-proxy:1.8 no-check-sni-auto:3.3 no-check-ssl:1.8 no-renegotiate:3.3 no-send-proxy:1.8
  no-send-proxy-v2:1.8 no-send-proxy-v2-ssl:1.8 no-send-proxy-v2-ssl-cn:1.8 no-sni-auto:3.3 no-ssl:1.8
  no-ssl-reuse:1.6 no-sslv3 no-tfo:2.1 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13:1.8 non-stick
  npn=:1.9 observe= on-error= on-marked-down= on-marked-up= pool-conn-name=:3.0 pool-low-conn=:2.2
  pool-max-conn=:1.9 pool-purge-delay=:1.9 port= proto=:1.9 proxy-v2-options=:1.9 quic-cc-algo=:3.4 redir=
  renegotiate:3.3 resolve-net=:1.7 resolve-opts=:2.4 resolve-prefer=:1.6 resolvers=:1.6 rise= send-proxy
  send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn set-proxy-v2-tlv-fmt=:2.9 shard=:2.7 sigalgs=:2.9
  slowstart= sni=:1.6 sni-auto:3.3 socks4=:2.0 source= ssl ssl-max-ver=:1.8 ssl-min-ver=:1.8 ssl-reuse:1.8
  stick:1.8 strict-maxconn:3.2 tcp-md5sig=:3.3 tcp-ut=:1.6 tfo:2.0 tls-tickets:1.8 track= usesrc= verify=
  verifyhost= weight= ws=:2.4`;

/** Which options a line may have, and which of them take a value. */
export interface KnownOptions {
  words: Words;
  hasValue(name: string): boolean;
}

function known(text: string): KnownOptions {
  const all = [...listed(text)];
  const valued = new Set(all.flatMap(([name]) => (name.endsWith('=') ? [name.slice(0, -1)] : [])));
  return {
    words: new Map(all.map(([name, since]) => [name.replace('=', ''), since])),
    hasValue: (name) => valued.has(plainName(name)),
  };
}

export const bindOptions = known(ofBind);
export const serverOptions = known(ofServer);

/** Without what stands in parentheses: `set-proxy-v2-tlv-fmt(0xE1)`. */
export const plainName = (name: string) => name.replace(/\(.*$/, '');

/** The options of a line from word `start` on; unknown ones are taken for such as have no value. */
export function optionsOf(
  { words, columns }: Directive,
  start: number,
  { hasValue: takesValue }: Pick<KnownOptions, 'hasValue'>,
): Option[] {
  const options: Option[] = [];
  for (let index = start; index < words.length; index += 1) {
    const name = words[index] ?? '';
    const hasValue = takesValue(name) && index + 1 < words.length;
    if (hasValue) index += 1;
    options.push({ name, column: columns[index] ?? 1, ...(hasValue ? { value: words[index] ?? '' } : {}) });
  }
  return options;
}

export const byName = (options: readonly Option[]): Options => new Map(options.map((one) => [one.name, one]));
