import { readConfig, type Statement } from './keepalived-config';

const byDefault = 'keepalived_script, or root where there is no such user';

/**
 * Says by whom keepalived's scripts are run after a change of keepalived.conf, where it was somebody else before: a
 * script that needs root does nothing as nobody. Undefined where nobody else runs them, or there are none.
 */
export function whoRunsScripts(from: string, to: string): string | undefined {
  const [before, after] = [readConfig(from).statements, readConfig(to).statements];
  const scripts = [...new Set(after.flatMap(scriptsOf))];
  const [then, now] = [userOf(before), userOf(after)];
  if (then === now || scripts.length === 0) return undefined;
  const known = scripts.filter((script) => /^[\w./-]+$/.test(script));
  const which = known.length > 0 ? ` (${known.join(', ')})` : '';
  return `keepalived runs its check and notify scripts${which} as ${now}, and ran them as ${then} before: see that ${now === byDefault ? 'that user' : now} may do what they do`;
}

function userOf(statements: readonly Statement[]): string {
  const globals = statements
    .filter(({ keyword }) => keyword === 'global_defs')
    .flatMap((one) => one.children ?? []);
  const user = globals.findLast(({ keyword }) => keyword === 'script_user')?.args[0];
  return user !== undefined && /^[\w.-]+$/.test(user) ? user : byDefault;
}

/** The programs that checks and notifications start, without their arguments. */
function scriptsOf({ keyword, args, children = [] }: Statement): string[] {
  const isScript = keyword === 'script' || /^notify(_|$)/.test(keyword);
  const [path] = (args[0] ?? '').split(/\s/);
  const own = isScript && path?.startsWith('/') ? [path] : [];
  return [...own, ...children.flatMap(scriptsOf)];
}
