import type { Setting } from '../ha/keepalived/settings';
import { type HostFiles, placeIn } from './host-files';
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
      ...withoutBlock(files.keepalived?.settings ?? [], files),
    ]),
};

/** What is nothing without a block. */
const blocks =
  /^(?:global_defs|vrrp_(?:instance|sync_group|script|track_process)|virtual_ipaddress(?:_excluded)?|virtual_(?:routes|rules)|authentication|track_(?:script|interface|process)|unicast_peer|virtual_server(?:_group)?|real_server|static_(?:ipaddress|routes|rules))$/;

/** Whether it is nothing by itself: what follows is read as its lines, or as somebody else's. */
export const lacksBlock = ({ keyword, block }: Setting) => !block && blocks.test(keyword);

function withoutBlock(settings: readonly Setting[], files: HostFiles): Found[] {
  return settings.flatMap((setting): Found[] => {
    const { keyword, block, at } = setting;
    if (block) return withoutBlock(block, files);
    if (!lacksBlock(setting)) return [];
    return [
      {
        severity: 'error',
        at: placeIn(files, at),
        message: `keepalived reads this otherwise than it is written: ${keyword} has no "{" behind it`,
        why: 'it takes the lines that follow for something else, and the next "}" ends what is around it',
        fix: 'mend the line',
      },
    ];
  });
}

const fatal = [
  'open-quote',
  'stray-open',
  'stray-close',
  'too-deep',
  'not-closed',
  'endless',
  'bad-sequence',
];
