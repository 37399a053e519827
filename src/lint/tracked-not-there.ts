import { didYouMean } from '../document/suggest';
import type { Configuration } from '../ha/keepalived/configuration';
import { last, type Setting } from '../ha/keepalived/settings';
import { type HostFiles, placeIn, placeOfValue } from './host-files';
import type { Found, Rule } from './subject';

/** What an instance or a sync group names, and no block is called. */
export const trackedNotThere: Rule = {
  name: 'tracked-not-there',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      // What nobody could read may have it.
      files.keepalived && files.keepalived.unknowns.length === 0 ? inFiles(files, files.keepalived) : [],
    ),
};

function inFiles(files: HostFiles, keepalived: Configuration): Found[] {
  const { instances, syncGroups, scripts, trackProcesses, trackFiles } = keepalived;
  const finding = (what: string, owner: string, name: string, known: readonly { name: string }[]) => ({
    severity: 'error' as const,
    message: `${owner} names the ${what} ${name}, which is not there${didYouMean(
      name,
      known.map((one) => one.name),
    )}`,
    fix: `correct the name, or add the ${what}`,
  });
  const tracked = [...instances, ...syncGroups].flatMap((owner): Found[] =>
    (
      [
        ['vrrp_script', owner.trackScripts, scripts],
        ['vrrp_track_process', owner.trackProcesses, trackProcesses],
        ['track_file', owner.trackFiles, trackFiles],
      ] as const
    ).flatMap(([what, names, known]) =>
      names
        .filter(({ name }) => !known.some((one) => one.name === name))
        .map(({ name, at }) => ({
          ...finding(what, owner.name, name, known),
          at: placeIn(files, at),
          why: 'keepalived leaves it out, and goes on: nothing is checked',
        })),
    ),
  );
  const members = syncGroups.flatMap((group): Found[] =>
    wordsIn(group.settings)
      .filter(({ name }) => !instances.some((one) => one.name === name))
      .map(({ name, line, index }) => ({
        ...finding('vrrp_instance', group.name, name, instances),
        at: placeOfValue(files, line, index),
        why: 'keepalived leaves it out: what should move together does not',
      })),
  );
  return [...tracked, ...members];
}

/** The names in a group's list, whatever their lines. @returns `index` -1 is a line's first */
const wordsIn = (settings: readonly Setting[]) =>
  (last(settings, 'group')?.block ?? []).flatMap((line) =>
    [line.keyword, ...line.words].map((name, index) => ({ name, line, index: index - 1 })),
  );
