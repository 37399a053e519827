import { call } from '../shell/library';
import type { Step } from './resource';

/** How much of what a step keeps on the host is secret: all that is in its file, or lines of it, which the host remembers. */
type Extent = 'whole' | 'lines';

/** The step; where it has a secret, the host knows that, and wipes what it keeps of it when the run is dropped. */
export const keptSecret = (step: Step, extent: Extent | undefined): Step =>
  extent ? { ...step, check: `${call('mark_secret', extent)}\n${step.check}` } : step;

/** The extent in a file that is, or was, of one of these texts. @param isSecret whether the playbook says that its content is */
export function extentOf(
  texts: readonly (string | null)[],
  isSecret: boolean,
  hasSecret: ((text: string) => boolean) | undefined,
): Extent | undefined {
  if (isSecret || texts.some((one) => one?.includes(' PRIVATE KEY-----'))) return 'whole';
  return texts.some((one) => one && hasSecret?.(one)) ? 'lines' : undefined;
}

/** The step, on whose host these rows are remembered from now on, whatever comes of it. */
export const remembering = (step: Step, rows: readonly string[]): Step =>
  rows.length === 0
    ? step
    : {
        ...step,
        check: `${call('remember_lines')} <<'.END.' || return\n${rows.join('\n')}\n.END.\n${step.check}`,
      };
