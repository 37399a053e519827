import type { RunEnd } from '../events/events';
import { executeRoll } from '../patch/execute-roll';
import type { RollOptions } from '../patch/roll-options';
import { rebootWork } from '../patch/ssh-boot';
import type { Context } from '../planning/context';

export type RebootOptions = Omit<RollOptions, 'boot' | 'wish'>;

/** Boots hosts one after the other, while the others serve; goes on where an earlier one was left. */
export const reboot = (options: RebootOptions, context: Context): Promise<RunEnd> =>
  executeRoll('reboot', { ...options, boot: 'always', wish: [] }, context, rebootWork);
