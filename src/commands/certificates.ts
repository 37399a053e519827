import { ExitCode } from '../errors';
import { type CertificatesOptions, certificates as listAll } from '../library/certificates';
import { type RenewOptions, renew as renewAll } from '../library/renew';
import type { Context } from '../planning/context';
import { renderCertificates } from '../report/certificates-text';

export type { CertificatesOptions };

export interface RenewWords extends Omit<RenewOptions, 'name'> {
  /** The name of the certificate. */
  which?: string;
}

/** `haprov certificates`: lists what is wanted, what lies on the hosts and what is shown; exit code 1 with any finding. */
export async function certificates(options: CertificatesOptions, context: Context): Promise<ExitCode> {
  const { report, failure } = await listAll(options, context);
  if (options.json) await context.printJson(report, 2);
  else await context.printRendered(renderCertificates(report, context));
  if (failure) throw failure;
  return report.findings.length === 0 ? ExitCode.done : ExitCode.failed;
}

/** `haprov certificates renew`: has new certificates made or takes them, and rolls them out. */
export async function renew({ which, ...options }: RenewWords, context: Context): Promise<ExitCode> {
  await renewAll({ ...options, ...(which === undefined ? {} : { name: which }) }, context);
  return ExitCode.done;
}
