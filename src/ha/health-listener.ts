import { bindsOf } from './haproxy/bind';
import { directives, type Section } from './haproxy/section';

/** What haprov's own listener on loopback would give, of what these configuration files say. */
interface HealthListener {
  /** keepalived's check, which asks "/", is told that HAProxy answers. */
  answers: boolean;
  /** "/stats;csv" tells how the servers are. */
  statistics: boolean;
}

/** @param sections of haproxy.cfg and what is read with it */
export function healthListenerIn(sections: readonly Section[], port: number): HealthListener {
  const own = sections.filter((section) => listensOn(section, port));
  const uris = (section: Section, keyword: string) => directives(section, keyword).map(({ words }) => words);
  const stats = own.flatMap((section) => uris(section, 'stats'));
  const guarded = stats.some(([, what]) => what === 'auth' || what === 'http-request');
  const at = (uri: string) => stats.some(([, what, value]) => what === 'uri' && value === uri);
  return {
    answers:
      own.some((section) => uris(section, 'monitor-uri').some(([, uri]) => uri === '/')) ||
      (at('/') && !guarded),
    statistics: at('/stats') && !guarded,
  };
}

/** On loopback, or on every address. */
function listensOn(section: Section, port: number): boolean {
  return bindsOf(section)
    .flatMap(({ sockets }) => sockets)
    .some(
      ({ address, families, from, to }) =>
        from <= port &&
        port <= to &&
        families.includes(4) &&
        (address === undefined || address === '127.0.0.1'),
    );
}
