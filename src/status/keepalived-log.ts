/** What keepalived's log says of one VIP, by its last word on each. */
export interface VrrpState {
  state?: 'MASTER' | 'BACKUP' | 'FAULT';
  /** The effective priority, where a check has changed it since the start. */
  priority?: number;
  /** Checks that failed last, by name. */
  failing: string[];
  /** Lines about scripts that it does not run, since it last read its configuration. */
  disabled: string[];
}

/**
 * Reads log lines, oldest first, of keepalived 1.2 (`VRRP_Instance(x) Entering MASTER STATE`) to 2.3 (`(x) Entering …`).
 * What was said before the last start counts no more. The first child may speak before its parent tells of it.
 */
export function keepalivedOf(lines: readonly string[], vip: string): VrrpState {
  const whole = lines.findLastIndex((line) => /Starting Keepalived v/.test(line));
  const child = lines.findLastIndex((line) => /Starting VRRP child/.test(line));
  const first = lines.findIndex((line, index) => index > whole && /Starting VRRP child/.test(line));
  const start = whole >= 0 && child === first ? whole : child;
  const said: VrrpState = { failing: [], disabled: [] };
  const failing = new Set<string>();
  for (const line of lines.slice(Math.max(start, 0))) {
    const [, name] = /^(?:VRRP_Instance)?\(([^)]*)\)/.exec(line) ?? [];
    const [, state] = /(?:Entering|Transition to) (MASTER|BACKUP|FAULT) STATE/.exec(line) ?? [];
    const [, priority] = /effective priority from \d+ to (\d+)/.exec(line) ?? [];
    const [, check = '', verdict] =
      /VRRP_Script\(([^)]*)\) (succeeded|considered successful|failed|timed out)/i.exec(line) ?? [];
    if (name === vip && state) said.state = state as VrrpState['state'];
    if (name === vip && priority) said.priority = Number(priority);
    if (/^(?:succeeded|considered)/i.test(verdict ?? '')) failing.delete(check);
    else if (verdict) failing.add(check);
    // It says both anew where they are still so: by a file that may have another priority.
    if (/^reloading|SIGHUP|reloading conf/i.test(line)) {
      said.disabled = [];
      delete said.priority;
    }
    if (isLeftOut(line)) said.disabled.push(line);
  }
  said.failing = [...failing];
  return said;
}

/** Unsafe ones are left out only where script security is on: then it says that it disables them. */
const isLeftOut = (line: string) =>
  /script/i.test(line) && /disabling|disabled|not executable for uid|cannot be accessed/i.test(line);
