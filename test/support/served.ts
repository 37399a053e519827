import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { labName, vip } from './lab';
import { runLoad } from './load';

const run = promisify(execFile);

/** What clients of the VIP had, and who had the VIP. */
export interface Served {
  sent: number;
  failures: { at: string; reason: string }[];
  /** How often two hosts had it, look after look. */
  twice: number;
}

/** Clients ask the VIP, each on a connection of its own, and its hosts are looked at, until it is told to stop. */
export function serving(): { stop(): Promise<Served> } {
  const stop = new AbortController();
  const load = runLoad({
    url: `http://${vip}/`,
    keepAlive: false,
    requests: 6000,
    concurrency: 4,
    minMs: 240_000,
    signal: stop.signal,
  });
  const watch = watchVip(stop.signal);
  return {
    async stop() {
      stop.abort();
      const { sent, failures } = await load;
      return { sent, failures, twice: await watch };
    },
  };
}

/** Only what is on its way through the address while that moves can be cut; nothing is answered wrongly or not at all. */
export function expectNoneLost({ failures }: Pick<Served, 'failures'>): void {
  expect(failures.filter(({ reason }) => reason !== 'ECONNRESET')).toEqual([]);
  expect(failures.length).toBeLessThanOrEqual(1);
}

/** Looks again and again who has the VIP. */
async function watchVip(stop: AbortSignal): Promise<number> {
  const has = async (host: string) => {
    const words = ['exec', `${labName}-${host}`, 'ip', '-o', 'addr', 'show', 'eth0'];
    const asked = await run('docker', words).catch(() => ({ stdout: '' }));
    return asked.stdout.includes(` ${vip}/`);
  };
  let twice = 0;
  let before = false;
  while (!stop.aborted) {
    const all = (await Promise.all(['fred', 'ethyl'].map(has))).every(Boolean);
    // The new master has it for some milliseconds before the old one hears of that.
    if (all && before) twice += 1;
    before = all;
    await new Promise((done) => setTimeout(done, 300));
  }
  return twice;
}
