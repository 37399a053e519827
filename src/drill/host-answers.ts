import { readWatched, type Watched, watchedScript } from '../pair/drain-flag';
import { call, compose } from '../shell/library';

/** What a host answers before a drill. */
export interface HostAnswers {
  /** The tool that can cut its link. */
  link: 'nft' | 'iptables' | 'none';
  /** Unit → milliseconds after which it starts again by itself; absent where it does not. */
  restarts: Map<string, number>;
  /** TCP port → the unit that listens there. */
  listeners: Map<number, string>;
  /** What its keepalived watches. */
  watched?: Watched;
}

/** A read-only script; {@link readAnswers} reads what it prints. @param ports the host's ports as a server */
export function askScript(ports: readonly number[]): string {
  return compose(
    call('restart_of', 'haproxy'),
    call('tell_link'),
    watchedScript,
    ...ports.map((port) => call('unit_on', port)),
  );
}

/** Reads what {@link askScript} printed. */
export function readAnswers(output: string): HostAnswers {
  const answers: HostAnswers = { link: 'none', restarts: new Map(), listeners: new Map() };
  for (const row of output.split('\n')) {
    const [kind, first = '', second = '', ...rest] = row.split(' ');
    if (kind === 'link' && (first === 'nft' || first === 'iptables')) answers.link = first;
    // Restart=on-success does not restart a unit that a signal has killed.
    if (kind === 'restart' && !['', 'no', 'on-success'].includes(second))
      answers.restarts.set(first, readSpan(rest.join(' ')));
    if (kind === 'listener') answers.listeners.set(Number(first), second);
  }
  const watched = readWatched(output);
  return watched ? { ...answers, watched } : answers;
}

const units: Record<string, number> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** Reads a time span as systemd writes it, `1min 30s`, into milliseconds. */
function readSpan(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)(us|ms|s|min|h)\b/g)];
  return parts.reduce((sum, [, value, unit = '']) => sum + Number(value) * (units[unit] ?? 0), 0);
}

/** When the fault was made and repaired, in milliseconds since the epoch by the laptop's clock. */
export interface Marks {
  made?: number;
  repaired?: number;
  /** When the unit had come back by itself. */
  returned?: number;
}

/** A read-only script; {@link readMarks} reads what it prints. */
export const marksScript = (run: string) => compose(call('marks_of', run));

/** @param heardAt when the answer came, in milliseconds since the epoch */
export function readMarks(output: string, heardAt: number): Marks {
  const rows = new Map(output.split('\n').map((row) => row.split(' ', 2) as [string, string]));
  const bootedAt = heardAt - Number(rows.get('now')) * 1000;
  const at = (mark: keyof Marks) =>
    rows.has(mark) ? { [mark]: bootedAt + Number(rows.get(mark)) * 1000 } : {};
  return Number.isFinite(bootedAt) ? { ...at('made'), ...at('repaired'), ...at('returned') } : {};
}
