/** A script as keepalived.conf has it: of a `vrrp_script` by its name, or of a `notify…` line. */
export interface ScriptState {
  keyword: string;
  /** The name of its vrrp_script; empty for a notification. */
  name: string;
  command: string;
}

/** A script that keepalived leaves out, as it says in a line of its log. */
interface LeftOut {
  use: 'check' | 'notify' | 'unknown';
  /** The name of the check, or the path of the script. */
  name: string;
  /** The uid that may not execute it. */
  user?: string;
  /** What to do about it, where the line says why. */
  remedy?: string;
  line: string;
}

/** What the lines say is left out, by what the configuration uses it for. */
export function keepalivedScripts(lines: readonly string[], configured: readonly ScriptState[]): LeftOut[] {
  return lines.map((line) => {
    const path = /['`]?(\/[^\s'`]+)['`]?/.exec(line)?.[1];
    const words = line.split(/[\s'`]+/);
    const own = configured.filter(
      ({ name, command }) =>
        (path !== undefined && command.split(/[\s"']+/).includes(path)) ||
        (name !== '' && words.includes(name)),
    );
    const check = own.find(({ keyword }) => keyword === 'script');
    const use = check
      ? 'check'
      : own.length > 0 || /notify script/i.test(line)
        ? 'notify'
        : /track(?:ing)? script/i.test(line)
          ? 'check'
          : 'unknown';
    const user = /not executable for uid:gid (\d+):/.exec(line)?.[1];
    const script = path ?? own[0]?.command ?? 'script';
    return {
      use,
      name: check?.name || path || words.at(3) || script,
      ...(user ? { user } : {}),
      ...remedyOf(line, script, user),
      line,
    };
  });
}

function remedyOf(line: string, script: string, user: string | undefined): { remedy?: string } {
  if (user !== undefined)
    return {
      remedy: `have ${script} and its folders executable for uid ${user} (chmod 755), or name in global_defs a script_user that may`,
    };
  if (/not found|cannot be accessed|access script/i.test(line))
    return { remedy: `put ${script} where keepalived.conf has it, for its script_user to read and execute` };
  if (/insecure|unsafe/i.test(line))
    return { remedy: `have ${script} and every folder above it writable for root alone` };
  return {};
}
