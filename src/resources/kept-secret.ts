import { call } from '../shell/library';
import type { Step } from './resource';

/** How much of what a step keeps on the host is secret: all that is in its file, or a secret of the inventory somewhere. */
type Extent = 'whole' | 'part';

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
  return texts.some((one) => one && hasSecret?.(one)) ? 'part' : undefined;
}
