import type { Event, Reporter } from '../events/events';
import { createJsonReporter } from './json';
import { isFine } from './lines';
import { canRedraw, type Environment, type Output } from './output';
import { createPlainReporter } from './plain';

export interface ReporterOptions {
  mode: 'auto' | 'json' | 'plain' | 'live';
  /** Nothing but warnings, errors and a failed end. */
  quiet: boolean;
  /** Also every command that goes to a host. */
  verbose: boolean;
  color: boolean;
  stdout: Output;
  stderr: Output;
  isTTY: boolean;
  env: Environment;
}

/**
 * The reporter that fits: `auto` is live on a terminal, plain in a pipe, in CI, and where `quiet` or `verbose` leave
 * nothing to redraw. `live` too turns plain where there is no terminal to redraw.
 */
export function createReporter(options: ReporterOptions): Reporter {
  const reporter = select(options);
  return {
    handle(event) {
      if (isWanted(event, options)) reporter.handle(event);
    },
    pause: () => reporter.pause?.(),
    close: () => reporter.close(),
  };
}

function select(options: ReporterOptions): Reporter {
  if (options.mode === 'json') return createJsonReporter(options);
  const redraws = canRedraw(options.env, options.stdout, options.isTTY) && !options.quiet && !options.verbose;
  const live = redraws && (options.mode === 'live' || (options.mode === 'auto' && !isCI(options.env)));
  return live ? liveView().createLiveReporter(options) : createPlainReporter(options);
}

// What draws is loaded only where there is something to draw on.
const liveView = (): typeof import('./live') => require('./live');

function isCI(env: Environment): boolean {
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
