import type { NotedExec } from '../ask/exec-notes';
import type { LoggedRun } from '../report/log-text';

/** What a command that a person has had hosts run is called among the runs. */
export const exec = 'exec';

/** The runs, and what people have had hosts run, newest first: that is no run, so it has its place by the laptops' clocks. */
export function withExecs(
  runs: readonly LoggedRun[],
  noted: readonly (readonly [host: string, execs: readonly NotedExec[]])[],
): LoggedRun[] {
  const found = new Map<string, LoggedRun>();
  for (const [host, execs] of noted)
    for (const { id, startedAt, owner, inventory, command, ended } of execs) {
      const logged = found.get(id) ?? { run: id, startedAt, owner, command: exec, inventory, hosts: [] };
      const { code, ms } = ended ?? { code: 0, ms: 0 };
      const failure = { part: 'run', code, command: '', output: '' };
      logged.hosts.push({
        host,
        result: ended ? 'finished' : 'unfinished',
        state: '',
        ms,
        changes: 0,
        steps: [
          {
            ...{ type: 'command', target: command, action: 'run', ms },
            status: !ended ? 'under way' : code === 0 ? 'done' : 'failed',
            ...(code === 0 ? {} : { failure }),
          },
        ],
      });
      found.set(id, logged);
    }
  const all = [...runs];
  for (const one of found.values()) {
    const at = all.findIndex(({ startedAt }) => startedAt < one.startedAt);
    all.splice(at < 0 ? all.length : at, 0, one);
  }
  return all;
}
