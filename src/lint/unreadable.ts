import { placeIn } from './host-files';
import type { Found, Rule } from './subject';

/** What HAProxy or keepalived refuses, or reads otherwise than it is meant. */
export const unreadable: Rule = {
  name: 'unreadable',
  checkFiles: (hosts) =>
    hosts.flatMap((files): Found[] => [
      ...files.haproxy.problems.map(
        ({ message, since, ...at }): Found => ({
          severity: 'error',
          at: placeIn(files, at),
          message: `HAProxy refuses this: ${message}`,
          why: 'HAProxy does not start with such a configuration',
          fix: 'mend the line',
          ...(since === undefined ? {} : { only: { program: 'haproxy', since } }),
        }),
      ),
      ...(files.keepalived?.problems ?? []).map(
        ({ kind, message, ...at }): Found => ({
          severity: fatal.includes(kind) ? 'error' : 'warning',
          at: placeIn(files, at),
          message: `keepalived reads this otherwise than it is written: ${message}`,
          why: fatal.includes(kind)
            ? 'keepalived leaves out what it does not understand, and starts with the rest'
            : 'versions of keepalived differ in what they make of it',
          fix: 'mend the line',
        }),
      ),
    ]),
};

const fatal = [
  'open-quote',
  'stray-open',
  'stray-close',
  'too-deep',
  'not-closed',
  'endless',
  'bad-sequence',
];
