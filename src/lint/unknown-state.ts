import { last } from '../ha/keepalived/settings';
import { placeOfValue } from './host-files';
import type { Found, Rule } from './subject';

/** A `state` that is neither MASTER nor BACKUP. */
export const unknownState: Rule = {
  name: 'unknown-state',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      (files.keepalived?.instances ?? []).flatMap(({ name, settings }): Found[] => {
        const state = last(settings, 'state');
        const [said] = state?.words ?? [];
        if (!state || said === undefined || /^(?:MASTER|BACKUP)$/.test(said)) return [];
        return [
          {
            severity: 'warning',
            at: placeOfValue(files, state),
            message: `${name} begins in a state ${said}, which keepalived does not know: it takes BACKUP`,
            why: 'if you meant another one, you do not get it; keepalived -t, where it is known, calls it an error',
            fix: 'write BACKUP, or MASTER',
          },
        ];
      }),
    ),
};
