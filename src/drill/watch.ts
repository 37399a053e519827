import type { Connection } from '../host/connection';
import { within } from '../pair/within';
import { call, compose } from '../shell/library';
import { rowReader } from '../shell/rows';

/** An address that came to a host or left it; `at` in milliseconds since the epoch, by the laptop's clock. */
export interface Movement {
  host: string;
  address: string;
  at: number;
  has: boolean;
}

export interface AddressWatch {
  /** Whether the host says what it has. */
  ready: Promise<boolean>;
  /** Ends it and gives what moved; first what was there from the beginning. Never rejects. */
  stop(): Promise<Movement[]>;
}

const pauseSeconds = '0.03';
const mostSeconds = 600;
const startsWithinMs = 10_000;
/** A host whose link was cut has kept its rows; TCP sends them again within a few seconds. */
const endsWithinMs = 8000;

/** Has a host say when addresses come and go, over one exec that ends by itself when the connection is gone. */
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
      // What it has, it says before its first beat.
    } else if (kind === 'beat') begin(true);
  };
  const ended = connection
    .runScript(compose(call('watch_addresses', pauseSeconds, mostSeconds, ...addresses)), {
      timeoutMs: mostSeconds * 1000,
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
