import { call, compose } from '../shell/library';
import { readDiagnostics } from './diagnostics';
import { keepalivedOf } from './keepalived-log';
import { keepalivedScripts } from './keepalived-scripts';

/** A read-only script that prints what keepalived has said since it last read its configuration. */
export const leftOutScript = compose(call('hear_keepalived'));

/** The scripts that keepalived leaves out, a sentence each with what is lost: `keepalived -t` passes over them in silence. */
export function leftOutIn(output: string): { text: string; remedy?: string }[] {
  const { keepalived, scripts = [] } = readDiagnostics(output);
  return keepalivedScripts(keepalivedOf(keepalived, '').disabled, scripts).map(
    ({ use, name, user, remedy }) => {
      const why = user === undefined ? '' : ` (uid ${user}, as which it runs scripts, may not)`;
      const lost =
        use === 'notify'
          ? 'what it does when the state changes is not done; the VIP moves all the same'
          : use === 'check'
            ? 'it runs without that check'
            : 'where it is a check, nothing is checked';
      return { text: `keepalived leaves out ${name}${why}: ${lost}`, ...(remedy ? { remedy } : {}) };
    },
  );
}
