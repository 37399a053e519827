import { packageName } from '../document/fields';
import { UsageError } from '../errors';
import type { RunEnd } from '../events/events';
import { executeRoll } from '../patch/execute-roll';
import { packageWork, wishAsOptions } from '../patch/package-work';
import type { RollOptions } from '../patch/roll-options';
import type { Context } from '../planning/context';

export interface PatchOptions extends Omit<RollOptions, 'boot' | 'wish'> {
  /** Names of packages; empty for all that are installed. */
  packages: readonly string[];
  /** Only what advisories call security updates. */
  security: boolean;
  /** Whether hosts are booted afterwards. */
  reboot: RollOptions['boot'];
}

/** @throws UsageError where one is no name of a package: it would be an option of dnf; where words name none */
function namesIn(words: readonly string[]): string[] {
  const names = words.flatMap((word) => word.split(',')).filter(Boolean);
  const wrong = names.filter((name) => !packageName().safeParse(name).success);
  if (wrong.length > 0)
    throw new UsageError(`--packages: ${wrong.join(', ')} is no name of a package`, 'as rpm -q knows them');
  if (words.length > 0 && names.length === 0)
    throw new UsageError(
      '--packages names nothing',
      'leave --packages out for all of them; was a shell variable empty?',
    );
  return names;
}

/** Makes packages newer on hosts one after the other, while the others serve; goes on where an earlier one was left. */
export async function patch(options: PatchOptions, context: Context): Promise<RunEnd> {
  const { security, reboot: boot } = options;
  const packages = namesIn(options.packages);
  const tell = (text: string) => context.emit({ type: 'message', level: 'info', text });
  const workOn = packageWork({ packages, isSecurity: security }, boot, tell);
  const said = wishAsOptions({ packages, isSecurity: security }, boot);
  return executeRoll('patch', { ...options, boot, wish: said }, context, workOn);
}
