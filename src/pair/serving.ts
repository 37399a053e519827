import type { Listener } from '../ha/listener';
import { unitName } from '../resources/unit';
import { call } from '../shell/library';

/** Asks a host which of its units listen on which ports; a part of the probe. */
export const listenersScript: string = call('who_listens');

/** Who listens, by what a host answered; undefined where it cannot tell. */
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

/** The system's unit that a control group belongs to; not one of a user's own, nor a container's. */
function unitOf(group: string): string | undefined {
  if (/\/user@\d|\.scope(\/|$)/.test(group)) return undefined;
  const [, unit] = /^.*\/([^/]+\.service)(?:\/|$)/.exec(group) ?? [];
  return unit === undefined ? undefined : unitName(unit);
}

const aliases = (names: readonly string[][], unit: string) =>
  names.find((all) => all.includes(unit)) ?? [unit];

/** systemd listens for a unit that it starts: its socket, and what comes of it. */
function socketUnits(sockets: readonly string[][], port: string): string[] {
  return sockets
    .filter(([address = '']) => address.endsWith(`:${port}`))
    .flatMap(([, ...units]) => units.map(unitName));
}
