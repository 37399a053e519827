import type { Service } from '../inventory/inventory';
import { keptDrained } from '../pair/drain-effects';
import { isDown, isTakenOut, type PairState } from '../pair/health';
import type { Pair } from '../pair/pair';
import { isServed, unservedServices, whoIsUnserved } from '../pair/unserved-services';

/** What a gate asks of a pair. */
type Looked = Pick<Pair, 'look' | 'faults' | 'strangersAt'>;

/** What is known before a host's gate. */
interface Known {
  host: string;
  services: readonly Service[];
  /** The pair before the run. */
  before: PairState;
  /** The servers (`service/server`) that the gate waits for by their names. */
  wanted: ReadonlySet<string>;
  /** The servers that move: they are away until their own host's turn. */
  moved: ReadonlySet<string>;
}

/**
 * A gate that also stays shut where the host's own HAProxy has no server any more for a service that it had one for before the
 * run, and where no server of that is waited for by its name: all have got new names, say, or are on its list of drained ones.
 */
export function withoutLoss(looked: Looked, { host, services, before, wanted, moved }: Known) {
  const own = (pairState: PairState): PairState => new Map([...pairState].filter(([name]) => name === host));
  const isOf = (service: Service) => (server: string) => server.startsWith(`${service.name}/`);
  const had = services.filter((one) => isServed(one.name, own(before)) && ![...moved].some(isOf(one)));
  const isAwaited = (service: Service, pairState: PairState) => {
    const kept = keptDrained(pairState);
    return serversOf(service, own(pairState)).some(({ server }) => {
      const name = `${service.name}/${server}`;
      return wanted.has(name) && !kept.has(name);
    });
  };
  let last: PairState = before;
  const unnamed = (pairState: PairState) => had.filter((one) => !isAwaited(one, pairState));
  const sentence = ({ service, why }: { service: string; why: string }) =>
    `${host}: service ${service}: ${why} (--allow-outage makes the change all the same)`;
  return {
    looked: {
      look: () => looked.look(),
      strangersAt: (vips) => looked.strangersAt(vips),
      faults(...about) {
        const found = looked.faults(...about);
        const [, , pairState] = about;
        last = pairState;
        // A server is down when as many checks have failed as its HAProxy waits for.
        const isLost = (service: Service) =>
          serversOf(service, own(pairState)).every(
            (one) => isTakenOut(one) || (isDown(one) && one.status.startsWith('DOWN')),
          );
        const lost = unservedServices(unnamed(pairState).filter(isLost), own(pairState)).unserved;
        if (lost.length === 0) return found;
        return { ...found, sentences: [...found.sentences, ...lost.map(sentence)], wrong: true, down: true };
      },
    } satisfies Looked as Looked,
    /** Waits for checks that have not ended, for ten seconds at most. */
    async lastly(stopping?: AbortSignal): Promise<string[]> {
      const look = async () => own(await looked.look());
      return (await whoIsUnserved(unnamed(last), look, stopping ? { stopping } : {})).map(sentence);
    },
  };
}

const serversOf = ({ name }: Service, pairState: PairState) =>
  [...pairState.values()].flatMap(({ servers = [] }) => servers.filter(({ service }) => service === name));
