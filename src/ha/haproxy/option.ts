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

/** What takes a value on a `bind` line, in some version from 1.5 to 3.4. */
export const bindValues =
  /^(?:accept-netscaler-cip|alpn|backlog|ca-ignore-err|ca-sign-pass|cc|ciphers|ciphersuites|client-sigalgs|crt|crt-ignore-err|curves|default-crt|ecdhe|ech|expose-fd|gid|group|guid-prefix|id|idle-ping|interface|ktls|label|level|maxconn|mode|mss|name|namespace|nbconn|nice|npn|process|proto|quic-cc-algo|quic-socket|severity-output|shards|sigalgs|ssl-(?:min|max)-ver|tcp-md5sig|tcp-ss|tcp-ut|thread|tls-ticket-keys|uid|user|verify|.*-(?:file|list))$/;

/** What takes a value on a `server` line, in some version from 1.5 to 3.4. */
export const serverValues =
  /^(?:addr|agent-(?:addr|inter|port|send)|alpn|ca-file|cc|check-(?:alpn|pool-conn-name|proto|sni)|ciphers|ciphersuites|client-sigalgs|cookie|crl-file|crt|curves|downinter|error-limit|fall|fastinter|from|guid|hash-key|healthcheck|id|idle-ping|init-addr|init-state|inter|interface|ktls|log-bufsize|log-proto|max-reuse|maxconn|maxqueue|minconn|name|namespace|npn|observe|on-error|on-marked-(?:down|up)|pool-(?:conn-name|low-conn|max-conn|purge-delay)|port|proto|proxy-v2-options|quic-cc-algo|redir|resolve-(?:net|opts|prefer)|resolvers|rise|set-proxy-v2-tlv-fmt.*|shard|sigalgs|slowstart|sni|socks4|source|ssl-(?:min|max)-ver|tcp-md5sig|tcp-ut|track|usesrc|verify|verifyhost|weight|ws)$/;

/** The options of a line from word `start` on; unknown ones are taken for such as have no value. */
export function optionsOf({ words, columns }: Directive, start: number, values: RegExp): Option[] {
  const options: Option[] = [];
  for (let index = start; index < words.length; index += 1) {
    const name = words[index] ?? '';
    const hasValue = values.test(name) && index + 1 < words.length;
    if (hasValue) index += 1;
    options.push({ name, column: columns[index] ?? 1, ...(hasValue ? { value: words[index] ?? '' } : {}) });
  }
  return options;
}

export const byName = (options: readonly Option[]): Options => new Map(options.map((one) => [one.name, one]));
