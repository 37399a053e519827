import { readConfig, type Statement } from './keepalived-config';

const byDefault = 'keepalived_script, or root where there is no such user';

/**
 * Says by whom keepalived's scripts are run after a change of keepalived.conf, where it was somebody else before: a
 * script that needs root does nothing as nobody. Undefined where nobody else runs them, or there are none.
 */
export function whoRunsScripts(from: string, to: string): string | undefined {
  const [before, after] = [readConfig(from).statements, readConfig(to).statements];
  const [earlier, later] = [userOf(before), userOf(after)];
  const known = new Map<string, Set<string>>();
  for (const { path, user = earlier } of before.flatMap((one) => scriptsOf(one)))
    known.set(path, (known.get(path) ?? new Set()).add(user));
  const changed = new Map<string, string[]>();
  for (const { path, user: now = later } of after.flatMap((one) => scriptsOf(one))) {
    // Nobody ran a new one before, and more than one user may run the same.
    const then = known.get(path);
    if (!then || then.has(now)) continue;
    const how = `as ${now}, and ran them as ${[...then].join(' and ')} before: see that ${now === byDefault ? 'that user' : now} may do what they do`;
    changed.set(how, [...(changed.get(how) ?? []), ...(/^[\w./-]+$/.test(path) ? [path] : [])]);
  }
  const sentences = [...changed].map(([how, paths]) => {
    const which = paths.length > 0 ? ` (${[...new Set(paths)].join(', ')})` : '';
    return `keepalived runs its check and notify scripts${which} ${how}`;
  });
  return sentences.length > 0 ? sentences.join('; ') : undefined;
}

function userOf(statements: readonly Statement[]): string {
  const globals = statements
    .filter(({ keyword }) => keyword === 'global_defs')
    .flatMap((one) => one.children ?? []);
  const user = globals.findLast(({ keyword }) => keyword === 'script_user')?.args[0];
  return user !== undefined && /^[\w.-]+$/.test(user) ? user : byDefault;
}

/** A program that a check or a notification starts, without its arguments, and who runs it where that is said with it. */
interface Started {
  path: string;
  user?: string;
}

function scriptsOf({ keyword, args, children = [] }: Statement, block: readonly Statement[] = []): Started[] {
  const isNotify = /^notify(_|$)/.test(keyword);
  const [path] = (args[0] ?? '').split(/\s/);
  const said = isNotify ? args[1] : block.findLast((one) => one.keyword === 'user')?.args[0];
  const user = said !== undefined && /^[\w.-]+$/.test(said) ? { user: said } : {};
  const own = (isNotify || keyword === 'script') && path?.startsWith('/') ? [{ path, ...user }] : [];
  return [...own, ...children.flatMap((one) => scriptsOf(one, children))];
}
