import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DrillReport } from '../../src/drill/drill-report';
import { environment } from '../support/inventories';
import { describeLab, haprov, isWell, lab, network, ofThisLab, on } from '../support/lab';
import { type Ask, folder, type Raw, type SetUp, serve, setUps } from '../support/live-setups';
import { askSteadily, type LoadReport } from '../support/load';

/**
 * What people really run, on the real pair: asked as its clients ask, with a host that fails and a port that moves under
 * their load. The servers behind the pair are lucy's, at the addresses that the set-ups give them.
 */

const fileOf = (name: string) => join(folder, 'setups', `${name}.json`);

/** The set-up as it lies in test/setups, but for what the lab has other than its writer: the network, and who logs in. */
function onLab({ name, differs }: SetUp, edit: (raw: Raw) => void = () => {}): string {
  const raw = JSON.parse(ofThisLab(readFileSync(`test/setups/${name}.json`, 'utf8')));
  raw.ssh = { user: 'root' };
  differs?.(raw);
  edit(raw);
  writeFileSync(fileOf(name), JSON.stringify(raw, null, 2));
  return fileOf(name);
}

/** Asks all, and gives what was answered beside what is right. */
async function answersTo(asks: Ask[]) {
  const all = await Promise.all(asks.map(async ([about, ask]) => `${about}: ${await ask().catch(String)}`));
  return {
    all,
    right: asks.map(([about, , { source }]) =>
      expect.stringMatching(RegExp(`^${about}: ${source.replace(/^\^/, '')}`)),
    ),
  };
}

/** What `during` gives, and how the clients of the set-up fared meanwhile. */
async function underLoad<T>(
  { asks, steadily = asks.length, perSecond }: SetUp,
  during: () => Promise<T>,
): Promise<[T, LoadReport]> {
  const end = new AbortController();
  const pace = { requests: 240 * perSecond, concurrency: 12 * perSecond, minMs: 240_000, signal: end.signal };
  let turn = 0;
  const load = askSteadily(pace, async () => {
    const [about, ask, right] = asks[turn++ % steadily] as Ask;
    const answer = await ask();
    if (!right.test(answer)) throw new Error(`${about}: answered ${JSON.stringify(answer)}`);
  });
  try {
    const result = await during();
    end.abort();
    return [result, await load];
  } finally {
    end.abort();
  }
}

describeLab('what people really run, on the pair', () => {
  beforeAll(() => {
    Object.assign(process.env, environment);
    lab('reset', '--alone', 'fred', 'ethyl', 'lucy');
    mkdirSync(join(folder, 'setups'));
    cpSync('test/inventories/tls', join(folder, 'inventories', 'tls'), { recursive: true });
    on('lucy', `for n in 1 2 3 4 5 6 7 8; do ip addr add ${network}.21$n/24 dev eth0 || exit; done`);
  });

  describe.each(setUps)('$name: $about', (setUp) => {
    const { name, servers, asks, moved, move, scenario, prepare, takesOver = 'lb2' } = setUp;

    test('clients get what they ask for', async () => {
      serve('lucy', ...servers);
      prepare?.();
      // What the set-up before it served goes.
      expect(await haprov('apply', onLab(setUp), '--yes', '--allow-outage')).toMatchObject({ code: 0 });
      await isWell(fileOf(name));
      const { all, right } = await answersTo(asks);
      expect(all).toEqual(right);
    });

    test(`${scenario}: the other host serves them, within the time that is promised`, async () => {
      const [drill, clients] = await underLoad(setUp, () =>
        haprov('drill', fileOf(name), '--yes', '--json', '--scenario', scenario),
      );
      const { passed, restored, results } = JSON.parse(drill.stdout) as DrillReport;
      const [result] = results;
      expect({ passed, restored, reason: result?.reason }).toEqual({ passed: true, restored: true });
      expect(result?.newHolder).toBe(takesOver);
      // A gap is seen from answer to answer: the next one may be asked for that much later, and a busy machine takes its time.
      const seenWithin = 1000 / setUp.perSecond + clients.maxMs;
      expect(clients.longestGapMs).toBeLessThanOrEqual((result?.limitMs ?? 0) + seenWithin);
      expect(clients.sent).toBeGreaterThan(20);
      const { all, right } = await answersTo(asks);
      expect(all).toEqual(right);
    });

    test('a port moves, and no client notices', async () => {
      const inventory = onLab(setUp, move);
      const [{ code, stdout, stderr }, clients] = await underLoad(setUp, () =>
        // The port of a service that moves is answered no more, and that is meant.
        haprov('apply', inventory, '--yes', '--allow-outage'),
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toContain('only their checks tell which servers');
      expect(stdout).toMatch(/^Disruption(?: of all else)?: rolling, 0 s expected/m);
      expect(clients.failures).toEqual([]);
      expect(clients.sent).toBeGreaterThan(20);
      const { all, right } = await answersTo(moved);
      expect(all).toEqual(right);
      expect((await haprov('plan', inventory, '--exit-code')).code).toBe(0);
    });
  });
});
