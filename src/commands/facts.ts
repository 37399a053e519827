import { ExitCode } from '../errors';
import { facts as factsOf, type KnownHost } from '../library/facts';
import type { CommonOptions, Context } from '../planning/context';
import { renderFacts } from '../report/facts-text';

export interface FactsOptions extends CommonOptions {
  /** Hosts and groups, with commas between them; all where nothing is said. */
  hosts?: string;
}

/** What `haprov facts --json` prints. */
export interface FactsDocument {
  version: 1;
  hosts: KnownHost[];
}

/** `haprov facts`: what haprov knows of hosts. */
export async function facts({ hosts: words, ...options }: FactsOptions, context: Context): Promise<ExitCode> {
  const limit = [...(options.limit ?? []), ...(words === undefined ? [] : [words])];
  const { hosts, failure } = await factsOf({ ...options, limit }, context);
  const document: FactsDocument = { version: 1, hosts };
  const { color, columns } = context;
  if (options.json) await context.printJson(document, 2);
  else if (hosts.length > 0) await context.printRendered(renderFacts(hosts, { color, columns }, new Date()));
  if (failure) throw failure;
  return ExitCode.done;
}
