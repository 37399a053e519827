import { ExitCode } from '../errors';
import type { RunEnd } from '../events/events';
import type { RolloutOptions } from '../execution/execute-plan';
import { requireMade } from '../inventory/made-by-authority';
import { agreeToKey } from '../maintenance/agree-to-key';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { hostNamed, toTarget } from '../planning/hosts';
import { planAndExecute } from './apply';
import { giveBackPlace } from './undrain';

export interface ReplaceOptions extends CommonOptions, RolloutOptions {
  host: string;
  /** The fingerprint that its new key is to have, where nobody is asked. */
  hostKey?: string | undefined;
}

/**
 * Makes a host of the inventory anew, on a bare machine at its address there: agrees to its host key, rolls out all that it is to have,
 * and what its peers are to know of it, and has the peers send it requests again.
 * @throws HostError, UsageError where its key is not agreed to; as apply
 */
export async function replace({ hostKey, ...options }: ReplaceOptions, context: Context): Promise<RunEnd> {
  const loaded = await inventoryOf(options, context);
  requireMade(loaded);
  const host = hostNamed(loaded, options.host);
  await agreeToKey(
    toTarget(host, options, context),
    { command: 'replace', yes: options.yes, hostKey },
    context,
  );
  const last = async ({ exitCode }: Pick<RunEnd, 'exitCode'>) => {
    if (exitCode === ExitCode.done) await giveBackPlace({ ...options, loaded }, context);
  };
  return planAndExecute('replace', { ...options, loaded, last }, context, {});
}
