import { ExitCode } from '../errors';
import { facts as factsOf, type KnownHost } from '../library/facts';
import type { CommonOptions, Context } from '../planning/context';
import { renderFacts } from '../report/facts-text';

/** What `haprov facts --json` prints. */
export interface FactsDocument {
  version: 1;
  hosts: KnownHost[];
}

/** `haprov facts`: what haprov knows of hosts. */
export async function facts(options: CommonOptions, context: Context): Promise<ExitCode> {
  const { hosts, failure } = await factsOf(options, context);
  const document: FactsDocument = { version: 1, hosts };
  const { color, columns } = context;
  if (options.json) await context.printJson(document, 2);
  else if (hosts.length > 0) await context.printRendered(renderFacts(hosts, { color, columns }, new Date()));
  if (failure) throw failure;
  return ExitCode.done;
}
