import type { StatisticsPage } from '../../inventory/inventory';
import { bindsOf } from '../haproxy/bind';
import { directives, type Section } from '../haproxy/section';
import { statsSocketsOf } from '../haproxy/stats-socket';

/** A page of HAProxy's own statistics that loopback can ask for. */
interface OwnPage extends StatisticsPage {
  port: number;
}

/** What haprov can ask HAProxy by, as its configuration has it. */
interface Eyes {
  /** The most that a stats socket lets a caller do; absent where there is none. */
  socket?: 'user' | 'operator' | 'admin';
  page?: OwnPage;
}

export function eyesOf(sections: readonly Section[]): Eyes {
  const levels = statsSocketsOf(sections).map(({ level }) => level);
  const socket = (['admin', 'operator', 'user'] as const).find((one) => levels.includes(one));
  const page = sections.flatMap(pageOf)[0];
  return { ...(socket ? { socket } : {}), ...(page ? { page } : {}) };
}

/** The page of a section that takes connections on loopback without TLS, and asks for a password at most. */
function pageOf(section: Section): OwnPage[] {
  if (section.kind !== 'listen' && section.kind !== 'frontend') return [];
  const said = directives(section, 'stats').map(({ words }) => words.slice(1));
  const of = (keyword: string) => said.filter(([first]) => first === keyword).map(([, value = '']) => value);
  if (said.length === 0 || said.some(([first]) => first === 'http-request')) return [];
  const path = of('uri').at(-1) ?? '/haproxy?stats';
  const [login] = of('auth');
  const isReachable = (address: string | undefined) => address === undefined || address === '127.0.0.1';
  return bindsOf(section)
    .filter(({ options }) => !options.has('ssl') && !options.has('accept-proxy'))
    .flatMap(({ sockets }) => sockets)
    .filter(({ address, families }) => families.includes(4) && isReachable(address))
    .slice(0, path.startsWith('/') ? 1 : 0)
    .map(({ from }) => ({
      port: from,
      path,
      ...(login === undefined ? {} : { login: Buffer.from(login).toString('base64') }),
    }));
}
