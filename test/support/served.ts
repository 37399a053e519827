import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { labName, vip } from './lab';
import { type LoadReport, runLoad } from './load';

const run = promisify(execFile);

/** What clients of the VIP had, and who had the VIP. */
export interface Served {
  sent: number;
  failures: LoadReport['failures'];
  /** How often two hosts had it, look after look. */
  twice: number;
  /** When it was seen to have moved, in milliseconds: between two looks. */
  moves: { from: number; to: number }[];
}

const concurrency = 4;

/** Clients ask the VIP, each on a connection of its own, and its hosts are looked at, until it is told to stop. */
export function serving(): { stop(): Promise<Served> } {
  const stop = new AbortController();
  const load = runLoad({
    url: `http://${vip}/`,
    keepAlive: false,
    requests: 6000,
    concurrency,
    minMs: 240_000,
    signal: stop.signal,
  });
  const watch = watchVip(stop.signal);
  return {
    async stop() {
      stop.abort();
      const { sent, failures } = await load;
      return { sent, failures, ...(await watch) };
    },
  };
}

/**
 * Only what is on its way through the address while that moves can be lost: the new holder resets what the client still
 * sends, and an answer that the old one has ready never leaves it. Nothing is answered wrongly.
 */
export function expectNoneLost({ failures, moves }: Pick<Served, 'failures' | 'moves'>): void {
  const isCut = ({ at, ms, reason }: Served['failures'][number]) => {
    const begun = Date.parse(at);
    const isOnItsWay = (from: number, to: number) =>
      begun >= from - settlesMs && begun <= to + settlesMs && begun + ms >= from;
    return lostWays.includes(reason) && moves.some(({ from, to }) => isOnItsWay(from, to));
  };
  expect({ moves, lost: failures.filter((one) => !isCut(one)) }).toEqual({ moves, lost: [] });
  expect(failures.length).toBeLessThanOrEqual(moves.length * concurrency);
}

const lostWays = ['ECONNRESET', 'no answer within 10 s'];

/** So long before it was seen to have moved a request may have begun, and so long after it still with the host that had it. */
const settlesMs = 1000;

/** Looks again and again who has the VIP. */
async function watchVip(stop: AbortSignal): Promise<Pick<Served, 'twice' | 'moves'>> {
  const has = async (host: string) => {
    const words = ['exec', `${labName}-${host}`, 'ip', '-o', 'addr', 'show', 'eth0'];
    const asked = await run('docker', words).catch(() => ({ stdout: '' }));
    return asked.stdout.includes(` ${vip}/`);
  };
  const hosts = ['fred', 'ethyl'];
  const moves: Served['moves'] = [];
  let twice = 0;
  let before: { holders: string; at: number } | undefined;
  while (!stop.aborted) {
    const at = Date.now();
    const had = await Promise.all(hosts.map(has));
    const holders = hosts.filter((_, index) => had[index]).join();
    // The new master has it for some milliseconds before the old one hears of that.
    if (had.every(Boolean) && holders === before?.holders) twice += 1;
    if (before && holders !== before.holders) moves.push({ from: before.at, to: Date.now() });
    before = { holders, at };
    await new Promise((done) => setTimeout(done, 300));
  }
  return { twice, moves };
}
