import { readWatched, type Watched, watchedScript } from '../pair/drain-flag';
import { call, compose } from '../shell/library';

/** What a host says of itself before a drill. */
export interface HostAnswers {
  /** By what its link can be cut. */
  link: 'nft' | 'iptables' | 'none';
  /** Unit → milliseconds after which it starts again by itself; absent where it does not. */
  restarts: Map<string, number>;
  /** TCP port → the unit that listens there. */
  listeners: Map<number, string>;
  /** What its keepalived is told. */
  watched?: Watched;
}

/** A read-only script. @param ports of the services that the host serves */
export function askScript(ports: readonly number[]): string {
  return compose(
    call('restart_of', 'haproxy'),
    call('tell_link'),
    watchedScript,
    ...ports.map((port) => call('unit_on', port)),
  );
}

export function readAnswers(output: string): HostAnswers {
  const answers: HostAnswers = { link: 'none', restarts: new Map(), listeners: new Map() };
  for (const row of output.split('\n')) {
    const [kind, first = '', second = '', ...rest] = row.split(' ');
    if (kind === 'link' && (first === 'nft' || first === 'iptables')) answers.link = first;
    // A kill is a signal, which "on-success" does not answer.
    if (kind === 'restart' && !['', 'no', 'on-success'].includes(second))
      answers.restarts.set(first, readSpan(rest.join(' ')));
    if (kind === 'listener') answers.listeners.set(Number(first), second);
  }
  const watched = readWatched(output);
  return watched ? { ...answers, watched } : answers;
}

const units: Record<string, number> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** A span as systemd writes it, `1min 30s`, in milliseconds. */
function readSpan(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)(us|ms|s|min|h)\b/g)];
  return parts.reduce((sum, [, value, unit = '']) => sum + Number(value) * (units[unit] ?? 0), 0);
}

/** When something was done in a drill's run, in milliseconds since the epoch by the laptop's clock. */
export interface Marks {
  made?: number;
  repaired?: number;
  /** The unit had come back by itself. */
  returned?: number;
}

export const marksScript = (run: string) => compose(call('marks_of', run));

/** @param heardAt when the answer came */
export function readMarks(output: string, heardAt: number): Marks {
  const rows = new Map(output.split('\n').map((row) => row.split(' ', 2) as [string, string]));
  const bootedAt = heardAt - Number(rows.get('now')) * 1000;
  const at = (mark: keyof Marks) =>
    rows.has(mark) ? { [mark]: bootedAt + Number(rows.get(mark)) * 1000 } : {};
  return Number.isFinite(bootedAt) ? { ...at('made'), ...at('repaired'), ...at('returned') } : {};
}
