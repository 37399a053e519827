import type { CallOptions } from '../library/caller';
import type { Renewed } from '../library/certificate-rollout';
import { type CertificatesReport, certificates as certificatesFor } from '../library/certificates';
import { IncompleteError } from '../library/failures';
import { renew } from '../library/renew';
import { usualRollout } from '../ranges';
import { type ChangeOptions, call, type InventorySource, reach, requireConfirm, rollout } from './call';
import { flag, ranged, text } from './takes';

/**
 * The certificates of the pair: as wanted, as on each host, as shown to clients. `within` (30): days before its end from which a
 * certificate is a finding.
 * @throws IncompleteError with what the others have, where a host could not be asked
 */
export function certificates(
  inventory: InventorySource,
  options: CallOptions & { within?: number } = {},
): Promise<CertificatesReport> {
  return call(inventory, options, { ...reach, within: ranged('within') }, async (said, context) => {
    const { report, failure } = await certificatesFor(said, context);
    if (failure) throw new IncompleteError(failure, report);
    return report;
  });
}

/**
 * Rolls new certificates out, once `confirm` has agreed: from files that are named, from an authority (tls.acme), or as the inventory
 * has them now. Without `name`, all of an authority's that are due; `within`: days before the end, a third of the lifetime without it.
 * @param options `certificate`, `key`: paths; `force`: although it is for fewer names, ends earlier or is not due; `staging`: only try
 * @throws UsageError where it may not take the old one's place; HaprovError where the authority refuses, or a host
 */
export async function renewCertificates(
  inventory: InventorySource,
  options: ChangeOptions & {
    name?: string;
    certificate?: string;
    key?: string;
    force?: boolean;
    within?: number;
    staging?: boolean;
  },
): Promise<Renewed[]> {
  requireConfirm(options);
  const takes = {
    ...rollout,
    ...{ name: text, certificate: text, key: text, force: flag, within: ranged('within'), staging: flag },
  };
  return call(inventory, options, takes, (said, context) =>
    renew({ ...usualRollout, force: false, staging: false, ...said }, context),
  );
}
