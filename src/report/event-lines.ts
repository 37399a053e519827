import pc from 'picocolors';
import { ExitCode } from '../errors';
import type { Event, Phase, StepFailure } from '../events/events';
import { formatElapsed, hang, visible, visibleLines } from '../text/format';

type Colors = ReturnType<typeof pc.createColors>;
type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

/** A step that failed, and where. */
/** From which time on a part of a run is told of. */
const WORTH_TELLING_MS = 1000;

type FailedStep = Pick<EventOf<'step-end'>, 'host' | 'phase' | 'index' | 'total' | 'title'> & {
  failure: StepFailure;
};

const STDERR_LINES = 20;

/** Turns events into lines of text. `hostWidth` is the width of the column of host names. */
export class LineWriter {
  readonly #colors: Colors;
  hostWidth = 0;

  constructor(color: boolean) {
    this.#colors = pc.createColors(color);
  }

  runStart(event: EventOf<'run-start'>): string {
    this.hostWidth = Math.max(0, ...event.hosts.map((host) => visible(host).length));
    const run = event.run ? `, run ${event.run}` : '';
    return visible(`${event.command} ${event.inventory} on ${event.hosts.join(', ')}${run}`);
  }

  phaseEnd(event: EventOf<'phase-end'>): string {
    const message = tellsWhy(event) ? `: ${hang(visibleLines(event.message ?? ''), '  ')}` : '';
    return `${this.#place(event)} ${this.#status(event.ok ? 'ok' : 'failed')} ${formatElapsed(event.ms)}${message}`;
  }

  stepEnd(event: EventOf<'step-end'>): string {
    return `${this.#place(event)} ${stepName(event)} … ${this.#status(event.status)} ${formatElapsed(event.ms)}`;
  }

  stillRunning(event: EventOf<'step-start'> | EventOf<'phase-start'>, ms: number): string {
    const step = event.type === 'step-start' ? ` ${stepName(event)} …` : '';
    return this.#colors.dim(`${this.#place(event)}${step} still running, ${formatElapsed(ms)}`);
  }

  command(event: EventOf<'command'>): string {
    const lines = visibleLines(event.script.replace(/\n+$/, '')).split('\n');
    return lines.map((line) => this.#colors.dim(`${visible(event.host)} | ${line}`)).join('\n');
  }

  message(event: EventOf<'message'>): string {
    const host = event.host ? `${visible(event.host)}: ` : '';
    const text = hang(visibleLines(event.text), '  ');
    if (event.level === 'info') return `${host}${text}`;
    const label = event.level === 'error' ? this.#colors.red('error:') : this.#colors.yellow('warning:');
    return `${label} ${host}${text}`;
  }

  /** All that is known about a failed step: the command, its output, and what to do. */
  failure(step: FailedStep): string {
    const { failure } = step;
    const head = `${step.host}: failed at step ${step.index}/${step.total} of ${step.phase}: ${step.title}`;
    const rows = [
      this.#colors.red(this.#colors.bold(visible(head))),
      ...(failure.command ? [`  command:    ${hang(visibleLines(failure.command), '              ')}`] : []),
      `  exit code:  ${failure.exitCode ?? 'none, the command did not end by itself'}`,
      ...this.#stderr(failure.stderr),
    ];
    if (failure.hint)
      rows.push(`  what to do: ${this.#colors.cyan(hang(visibleLines(failure.hint), '              '))}`);
    return rows.join('\n');
  }

  #stderr(stderr: string): string[] {
    const lines = visibleLines(stderr.replace(/\r\n/g, '\n').replace(/\n+$/, '')).split('\n');
    if (lines.length === 1 && lines[0] === '') return ['  stderr:     empty'];
    const left = Math.max(0, lines.length - STDERR_LINES);
    const note = left > 0 ? `, its last ${STDERR_LINES} lines (${left} before them left out)` : '';
    return [`  stderr${note}:`, ...lines.slice(left).map((line) => `    ${line}`.trimEnd())];
  }

  runEnd(event: EventOf<'run-end'>): string {
    const message = visibleLines(event.message) || `${event.changed} changed, ${event.failed} failed`;
    const parts = Object.entries(event.spent ?? {}).filter(([, ms]) => ms >= WORTH_TELLING_MS);
    const spent = parts.map(([what, ms]) => `${what} ${formatElapsed(ms)}`).join(', ');
    return `${this.#verdict(event.exitCode)} ${message} (${formatElapsed(event.ms)}${spent && `: ${spent}`})`;
  }

  #verdict(exitCode: ExitCode): string {
    const { green, red, yellow, bold, inverse } = this.#colors;
    switch (exitCode) {
      case ExitCode.done:
        return green('done:');
      case ExitCode.changesPending:
        return yellow('changes pending:');
      case ExitCode.badInput:
        return red('bad input:');
      case ExitCode.unreachable:
        return red('unreachable or locked:');
      case ExitCode.notRestored:
        return inverse(bold(red('NOT RESTORED, hands needed:')));
      default:
        return red('failed:');
    }
  }

  #place(event: { host: string; phase: Phase }): string {
    return `${this.#colors.bold(visible(event.host).padEnd(this.hostWidth))}  ${event.phase.padEnd(7)}`;
  }

  #status(status: EventOf<'step-end'>['status']): string {
    const { green, red, yellow, dim } = this.#colors;
    return { ok: green, failed: red, undone: yellow, skipped: dim }[status](status);
  }
}

/** Whether to print a phase's message; not that of a failed connect or probe, which the command prints at its end. */
export function tellsWhy({ phase, ok, message }: EventOf<'phase-end'>): boolean {
  return Boolean(message) && (ok || (phase !== 'connect' && phase !== 'probe'));
}

/** `3/12 write /etc/haproxy/haproxy.cfg` */
export function stepName(step: { index: number; total: number; title: string }): string {
  return `${step.index}/${step.total} ${visible(step.title)}`;
}

/** Whether a run with this exit code succeeded; its last line then goes to stdout. */
export function isFine(exitCode: ExitCode): boolean {
  return exitCode === ExitCode.done || exitCode === ExitCode.changesPending;
}
