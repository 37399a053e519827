import type { Connection } from '../host/connection';
import { within } from '../pair/timeout';
import { call, compose } from '../shell/library';
import { rowReader } from '../shell/rows';

/** A host got an address (`has`) or lost it; `at` in milliseconds since the epoch, by the laptop's clock. */
export interface Movement {
  host: string;
  address: string;
  at: number;
  has: boolean;
}

/** A running watch of a host's addresses. */
interface AddressWatch {
  /** Whether the host reports its addresses. */
  ready: Promise<boolean>;
  /** Ends the watch; returns the movements, first the addresses that the host had at the beginning. Never rejects. */
  stop(): Promise<Movement[]>;
}

const pauseSeconds = '0.03';
const mostSeconds = 600;
const startsWithinMs = 10_000;
/** TCP resends the rows of a host whose link was cut within this time. */
const endsWithinMs = 8000;

/** Makes a host report when it gets and loses addresses, over one exec that ends by itself when the connection is lost. */
export function watchAddresses(connection: Connection, addresses: readonly string[]): AddressWatch {
  const { host } = connection;
  const moved: Movement[] = [];
  let pid: string | undefined;
  let bootedAt = 0;
  let begin: (isReady: boolean) => void = () => undefined;
  const begun = new Promise<boolean>((resolve) => {
    begin = resolve;
  });
  const take = (row: string): void => {
    const [kind, first = '', second] = row.split(' ');
    if (kind === 'ready') {
      pid = first;
      bootedAt = performance.timeOrigin + performance.now() - Number(second) * 1000;
    } else if (kind === 'has' || kind === 'lost') {
      moved.push({ host, address: first, at: bootedAt + Number(second) * 1000, has: kind === 'has' });
      // The host reports the addresses that it has before its first beat.
    } else if (kind === 'beat') begin(true);
  };
  const ended = connection
    .runScript(compose(call('watch_addresses', pauseSeconds, mostSeconds, ...addresses)), {
      timeoutMs: mostSeconds * 1000,
      isLasting: true,
      onStdout: rowReader(take),
    })
    .then(
      () => begin(false),
      () => begin(false),
    );
  return {
    ready: within(startsWithinMs, begun).then((isReady) => isReady === true),
    async stop() {
      const alive = `tr '\\0' ' ' </proc/${pid}/cmdline | grep -q 'sh -s'`;
      if (pid)
        connection.runScript(`${alive} && kill ${pid}\n`, { timeoutMs: endsWithinMs }).catch(() => undefined);
      await within(endsWithinMs, ended);
      return moved;
    },
  };
}
