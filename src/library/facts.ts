import { factsQuestions, type KnownHost, knownHost, type Span } from '../ask/host-facts';
import type { HaprovError } from '../errors';
import { survey } from '../host/survey';
import { inventoryOf } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { listenerFor, notAsked, selectHosts, toTarget } from '../planning/hosts';
import { eachText } from '../text/each-text';

export type { KnownHost, ProgramFacts } from '../ask/host-facts';

/** What haprov knows of hosts; `failure` where not all of them could be asked. */
interface Facts {
  hosts: KnownHost[];
  failure?: HaprovError;
}

/** Asks each host once, in one exec, and changes nothing. @throws InputError, UsageError */
export async function facts(options: CommonOptions, context: Context): Promise<Facts> {
  const inventory = await inventoryOf(options, context);
  const meant = selectHosts(inventory, options.limit);
  const asked = new Map<string, Span>();
  const listener = listenerFor(context);
  const surveyed = await survey(
    meant.map((host) => ({ target: toTarget(host, options, context), questions: factsQuestions })),
    {
      ...listener,
      end(host, phase, ms, error) {
        asked.set(host, { from: Date.now() - ms, until: Date.now() });
        listener.end(host, phase, ms, error);
      },
    },
  );
  surveyed.close();
  const hosts = surveyed.hosts.flatMap((one) => {
    const host = meant.find(({ name }) => name === one.name);
    const span = asked.get(one.name) ?? { from: 0, until: Date.now() };
    return host ? [knownHost(one, { ...host, vips: inventory.vips }, span)] : [];
  });
  const failure = notAsked(surveyed.failures);
  return {
    hosts: eachText(hosts, (text) => inventory.secrets.mask(text)),
    ...(failure ? { failure } : {}),
  };
}
