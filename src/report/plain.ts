import type { Event, Reporter } from '../events/events';
import { isFine, LineWriter } from './event-lines';
import type { Output } from './output';

const HEARTBEAT_MS = 10_000;

type Running = Extract<Event, { type: 'phase-start' | 'step-start' }>;

/**
 * Writes one line an event, for logs and CI: progress to stdout; warnings, errors and failures to stderr. Repeats that a
 * long step is still running, because CI systems end jobs without output.
 */
export function createPlainReporter(options: { color: boolean; stdout: Output; stderr: Output }): Reporter {
  const lines = new LineWriter(options.color);
  const running = new Map<string, { event: Running; since: number; saidAt: number }>();
  const heartbeat = setInterval(sayStillRunning, 1000);
  heartbeat.unref();

  const out = (text: string): void => void options.stdout.write(`${text}\n`);
  const err = (text: string): void => void options.stderr.write(`${text}\n`);

  let isPaused = false;
  function sayStillRunning(): void {
    if (isPaused) return;
    const now = Date.now();
    for (const entry of running.values()) {
      if (now - entry.saidAt < Math.max(HEARTBEAT_MS, (entry.saidAt - entry.since) * 2)) continue;
      entry.saidAt = now;
      out(lines.stillRunning(entry.event, now - entry.since));
    }
  }

  return {
    pause() {
      isPaused = true;
    },
    handle(event) {
      isPaused = false;
      switch (event.type) {
        case 'run-start':
          return out(lines.runStart(event));
        case 'phase-start':
        case 'step-start':
          running.set(event.host, { event, since: Date.now(), saidAt: Date.now() });
          return;
        case 'phase-end':
          running.delete(event.host);
          return event.ok ? out(lines.phaseEnd(event)) : err(lines.phaseEnd(event));
        case 'step-end':
          running.delete(event.host);
          out(lines.stepEnd(event));
          if (event.failure) err(lines.failure({ ...event, failure: event.failure }));
          return;
        case 'command':
          return out(lines.command(event));
        case 'message':
          return event.level === 'info' ? out(lines.message(event)) : err(lines.message(event));
        case 'run-end':
          return isFine(event.exitCode) ? out(lines.runEnd(event)) : err(lines.runEnd(event));
      }
    },
    close() {
      clearInterval(heartbeat);
      running.clear();
    },
  };
}
