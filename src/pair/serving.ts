import type { Listener } from '../ha/listener';
import type { Question } from '../host/probe';
import { unitName } from '../resources/unit';
import { call } from '../shell/library';

/** Which units listen on which ports; {@link listenersOf} reads the answer. */
export const listenersQuestion: Question = { id: 'listeners', script: call('who_listens'), inPlace: true };

/** The listeners in a host's answer; undefined where it cannot tell. */
export function listenersOf(output: string): Listener[] | undefined {
  const rows = output.split('\n').map((row) => row.trim().split(/\s+/));
  const kind = (word: string) => rows.filter(([first]) => first === word).map(([, ...rest]) => rest);
  const names = kind('names').map((all) => all.map(unitName));
  const sockets = kind('socket');
  const found = kind('listens').map(([port = '', , group = '']): Listener => {
    const unit = unitOf(group);
    const units = unit === undefined ? socketUnits(sockets, port) : aliases(names, unit);
    return { port: Number(port), units };
  });
  return found.length > 0 ? found : undefined;
}

/** The system unit of a control group; undefined for one of a user's session or a container. */
function unitOf(group: string): string | undefined {
  if (/\/user@\d|\.scope(\/|$)/.test(group)) return undefined;
  const [, unit] = /^.*\/([^/]+\.service)(?:\/|$)/.exec(group) ?? [];
  return unit === undefined ? undefined : unitName(unit);
}

const aliases = (names: readonly string[][], unit: string) =>
  names.find((all) => all.includes(unit)) ?? [unit];

/** The socket units through which systemd itself listens on a port, and the units that they start. */
function socketUnits(sockets: readonly string[][], port: string): string[] {
  return sockets
    .filter(([address = '']) => address.endsWith(`:${port}`))
    .flatMap(([, ...units]) => units.map(unitName));
}
