import { statsSocketsOf } from '../ha/haproxy/stats-socket';
import { type HostFiles, placeOfWord } from './host-files';
import type { Found, Rule } from './subject';

/** Two stats sockets of HAProxy with one path. */
export const socketUsedTwice: Rule = {
  name: 'socket-used-twice',
  checkFiles: (hosts) => hosts.flatMap(onHost),
};

function onHost(files: HostFiles): Found[] {
  const sockets = statsSocketsOf(files.haproxy.sections).flatMap(({ directive, address }) =>
    address.kind === 'unix' && directive.conditions.length === 0 ? [{ directive, path: address.value }] : [],
  );
  return sockets.flatMap(({ directive, path }, index): Found[] => {
    const twin = sockets.slice(0, index).find((other) => other.path === path)?.directive;
    if (!twin) return [];
    const place = twin.file === undefined || twin.file === directive.file ? 'line ' : `${twin.file}:`;
    return [
      {
        severity: 'warning',
        at: placeOfWord(files, directive, 2),
        message: `stats socket ${path} is at ${place}${twin.line} already`,
        why: 'HAProxy says nothing: callers meet one of the two, with its level and mode, and after a reload without the other line nobody may listen there',
        fix: 'make one line of both',
      },
    ];
  });
}
