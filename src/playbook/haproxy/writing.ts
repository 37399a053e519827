import type { Secrets } from '../../inventory/secrets';
import { escapeFor, haproxyBytes, keepingSecret } from '../escape';

/** A word of haproxy.cfg; `wire` is what a check sends or hears, byte for byte, made of parts that may be secret. */
export type Word = string | number | { wire: readonly string[] };

/** How lines of one host's haproxy.cfg are written. */
export interface Writing {
  /** One line: whatever a word holds, it stays one. */
  line(...words: Word[]): string;
  /** @throws Error where the host's HAProxy is older than `since`, such as "1.8". */
  need(since: string, demand: Demand): void;
  /** Of the host's HAProxy, as templates have it: 20400. */
  version: number;
}

/** What not every HAProxy can. */
interface Demand {
  /** The setting: `services.www.tls.alpn`. */
  key: string;
  /** What it does, as a verb with its object. */
  does: string;
  /** What else the user can write. */
  instead: string;
}

/** @param version the host's HAProxy's, as templates have it */
export function writingFor(host: string, version: number, secrets: Secrets): Writing {
  const word = keepingSecret(escapeFor('haproxy/'), secrets);
  const wire = keepingSecret(haproxyBytes, secrets);
  return {
    version,
    line: (...words) =>
      words
        .map((one) => (typeof one === 'object' ? one.wire.map((part) => wire(part)).join('') : word(one)))
        .join(' '),
    need: (since, { key, does, instead }) => {
      const [major = 0, minor = 0] = since.split('.').map(Number);
      if (version < major * 10_000 + minor * 100)
        throw new Error(
          `${key} ${does}, which HAProxy before ${since} cannot: ${instead}, or a newer EL on ${host}`,
        );
    },
  };
}
