import type { Event, Reporter } from '../events/events';
import { isFine } from './event-lines';
import { createJsonReporter } from './json';
import { canRedraw, type Environment, type Output } from './output';
import { createPlainReporter } from './plain';

export interface ReporterOptions {
  mode: 'auto' | 'json' | 'plain' | 'live';
  /** Report only warnings, errors and a failed end. */
  quiet: boolean;
  /** Report also every script that a host runs. */
  verbose: boolean;
  color: boolean;
  stdout: Output;
  stderr: Output;
  isTTY: boolean;
  env: Environment;
}

/** A reporter that can be kept from writing while a person types. */
interface QuietableReporter extends Reporter {
  /** Writes nothing from now on, until what this returns is called: then all that was missed. */
  silence(): Promise<() => void>;
}

/**
 * Makes a reporter: `auto` is live on a terminal, and plain in a pipe, in CI, and with `quiet` or `verbose`. `live` becomes
 * plain, too, without a terminal that can be redrawn.
 */
export function createReporter(options: ReporterOptions): QuietableReporter {
  const reporter = select(options);
  let held: Event[] | undefined;
  const handle = (event: Event) => {
    if (held) held.push(event);
    else if (isWanted(event, options)) reporter.handle(event);
  };
  return {
    handle,
    pause: () => reporter.pause?.(),
    async silence() {
      held = [];
      await reporter.pause?.();
      return () => {
        const missed = held ?? [];
        held = undefined;
        missed.forEach(handle);
      };
    },
    close: () => reporter.close(),
  };
}

function select(options: ReporterOptions): Reporter {
  if (options.mode === 'json') return createJsonReporter(options);
  const redraws = canRedraw(options.env, options.stdout, options.isTTY) && !options.quiet && !options.verbose;
  const live = redraws && (options.mode === 'live' || (options.mode === 'auto' && !isCI(options.env)));
  return live ? liveView().createLiveReporter(options) : createPlainReporter(options);
}

// Loaded only where there is a terminal to draw on.
const liveView = (): typeof import('./live') => require('./live');

/** Whether a machine runs it, by the variable that every CI service sets. */
export function isCI(env: Environment): boolean {
  return Boolean(env.CI) && env.CI !== 'false' && env.CI !== '0';
}

function isWanted(event: Event, { quiet, verbose }: ReporterOptions): boolean {
  if (event.type === 'command') return verbose && !quiet;
  return !quiet || isTrouble(event);
}

function isTrouble(event: Event): boolean {
  switch (event.type) {
    case 'message':
      return event.level !== 'info';
    case 'step-end':
      return event.status === 'failed';
    case 'phase-end':
      return !event.ok;
    case 'run-end':
      return !isFine(event.exitCode);
    default:
      return false;
  }
}
