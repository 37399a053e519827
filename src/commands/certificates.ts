import { ExitCode } from '../errors';
import { type CertificatesOptions, certificates as listAll } from '../library/certificates';
import { type RenewOptions, renew as renewOne } from '../library/renew';
import type { Context } from '../planning/context';
import { renderCertificates } from '../report/certificates-text';

export type { CertificatesOptions, RenewOptions };

/** `haprov certificates`: lists what is wanted, what lies on the hosts and what is shown; exit code 1 with any finding. */
export async function certificates(options: CertificatesOptions, context: Context): Promise<ExitCode> {
  const { report, failure } = await listAll(options, context);
  if (options.json) await context.printJson(report, 2);
  else await context.printRendered(renderCertificates(report, context));
  if (failure) throw failure;
  return report.findings.length === 0 ? ExitCode.done : ExitCode.failed;
}

/** `haprov certificates renew`: rolls a new certificate out. */
export async function renew(options: RenewOptions, context: Context): Promise<ExitCode> {
  await renewOne(options, context);
  return ExitCode.done;
}
