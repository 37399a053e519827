import { mkdtempSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillReport, ScenarioName, ScenarioResult } from '../../src/drill/drill-report';
import {
  addresses,
  describeLab,
  eventually,
  haprov,
  inventoryFile,
  lab,
  network,
  on,
  startHaprov,
} from '../support/lab';
import { expectPublished } from '../support/schemas';

const pair = ['lucy', 'ricky'];
const address = `${network}.214`;

const inventory = () =>
  inventoryFile((raw) => {
    raw.hosts = {
      lucy: { address: addresses.lucy, priority: 101 },
      ricky: { address: addresses.ricky, priority: 100 },
    };
    raw.groups = { balancers: pair, web: pair };
    raw.vips = { router114: { address, virtualRouterId: 114, group: 'balancers' } };
  });

/** A host as one who logs in sees it: all that a drill could leave behind. */
const stateOf = (host: string) =>
  on(
    host,
    `systemctl is-active httpd haproxy keepalived; systemctl show -p Result --value httpd haproxy keepalived
     ip -o addr show | awk '{ print $2, $4 }'
     { nft list ruleset; iptables -S; ip6tables -S; } 2>/dev/null | grep -v -e counter -e '^#' || :
     ls -A /var/lib/haprov
     { ps -C haproxy,keepalived,httpd -o stat= | grep T; pgrep -f 'haprov[-]drill|/var/lib/haprov/runs/.*/transactio[n]'; } || :`,
  );
/** As {@link stateOf}, where its link may be cut. */
const tryStateOf = (host: string) => {
  try {
    return stateOf(host);
  } catch {
    return undefined;
  }
};

const rhythmMs = 25;

interface Gap {
  ms: number;
  /** How long, in milliseconds, the client and haprov were ready to run at the gap's two ends, and had no processor. */
  waitedMs: number;
}

/**
 * A client of our own: it asks at each beat of its rhythm on a new connection, and knows nothing of haprov, but how long that has waited
 * for a processor. It gives up before TCP sends a lost SYN again. Its cookie asks for the server that is never cut off:
 * two clients would take the servers by turns.
 */
class Client {
  readonly #asked: { at: number; answered: boolean; waitedMs: number }[] = [];
  readonly #rhythm = setInterval(() => this.#ask(), rhythmMs);
  /** Beside its own: haprov's process. */
  watched?: number;

  #ask(): void {
    const waitedMs = waitedFor('self') + waitedFor(this.watched ?? 0);
    const one = { at: Date.now(), answered: false, waitedMs };
    this.#asked.push(one);
    const sent = request(
      { host: address, agent: false, headers: { cookie: 'SERVERNAME=ricky' } },
      (reply) => {
        reply.resume().on('end', () => {
          one.answered = (reply.statusCode ?? 500) < 500;
        });
      },
    );
    const patience = setTimeout(() => sent.destroy(), 700);
    sent.on('error', () => {}).on('close', () => clearTimeout(patience));
    sent.end();
  }

  /** The longest time between two requests that were answered, with one between them that was not. */
  longestGap(from: number, to: number): Gap {
    const asked = this.#asked.filter(({ at }) => at >= from && at <= to);
    let longest = { ms: 0, waitedMs: 0 };
    let last = from;
    let lost = false;
    for (const { at, answered } of asked) {
      if (!answered) {
        lost = true;
        continue;
      }
      if (lost && at - last > longest.ms)
        longest = { ms: at - last, waitedMs: this.#waitedAround(last) + this.#waitedAround(at) };
      last = at;
      lost = false;
    }
    // Who lost nothing may not have asked while it waited, or haprov did: nobody knows where.
    if (longest.ms === 0) longest.waitedMs = Math.max(0, ...asked.map(({ at }) => this.#waitedAround(at)));
    return longest;
  }

  #waitedAround(time: number): number {
    const near = this.#asked.filter(({ at }) => Math.abs(at - time) <= 250);
    return (near.at(-1)?.waitedMs ?? 0) - (near[0]?.waitedMs ?? 0);
  }

  stop(): void {
    clearInterval(this.#rhythm);
  }
}

describeLab('a drill breaks the pair, measures it, and leaves it as it was', () => {
  let file: string;
  let before: string[];
  const isAsBefore = () => pair.every((host, index) => tryStateOf(host) === before[index]);

  beforeAll(async () => {
    lab('reset', '--alone', ...pair);
    file = inventory();
    expect(await haprov('apply', file, '--yes')).toMatchObject({ code: 0 });
    await eventually('lucy holding the VIP', () => on('lucy', 'ip -o addr').includes(` ${address}/`));
    // The watcher of the apply sees only after a second that its run is over.
    await eventually('no process of the apply', () => pair.every((host) => !/\n\d+\n$/.test(stateOf(host))));
    before = pair.map(stateOf);
  });

  test('all scenarios: measured as an independent client does, expected by the formula, restored', async () => {
    const page = join(mkdtempSync(join(tmpdir(), 'haprov-drill-')), 'drill.html');
    const client = new Client();
    const { child, finished } = startHaprov(['drill', file, '--yes', '--json', '--html', page]);
    client.watched = child.pid;
    const run = await finished;
    client.stop();
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(run.stdout) as DrillReport;
    expectPublished('drill', report);
    expect(report).toMatchObject({ passed: true, restored: true, interrupted: false, hosts: pair });
    const seen = report.results.map((result) => {
      const from = Date.parse(result.startedAt);
      const gap = client.longestGap(from, from + result.durationMs);
      // Who has to wait for a processor measures that as well; and whose request is open when a VIP moves, there or back, is luck.
      const isOneCut = result.probes.every(({ lost }) => lost <= 2) && gap.ms <= result.longestGapMs;
      return {
        ...result,
        agrees: isOneCut || Math.abs(gap.ms - result.longestGapMs) <= 100 + gap.waitedMs,
        gap,
      };
    });
    const told = ({ scenario, status, agrees, gap, longestGapMs }: (typeof seen)[number]) =>
      agrees
        ? `${scenario} ${status}`
        : `${scenario} ${status}: ${longestGapMs} ms, and ${gap.ms} ms for the client (waited ${gap.waitedMs} ms)`;
    expect(seen.map(told)).toEqual([
      'haproxy-dies passed',
      'haproxy-hangs passed',
      'unit-stops skipped',
      'keepalived-stops passed',
      'keepalived-killed passed',
      'drain passed',
      'backend-dies passed',
      'link-cut passed',
    ]);
    const of = (name: ScenarioName) =>
      report.results.find(({ scenario }) => scenario === name) as ScenarioResult;
    for (const name of ['haproxy-dies', 'haproxy-hangs', 'keepalived-stops', 'link-cut'] as const) {
      expect(of(name).lost).toBeGreaterThan(0);
      expect(of(name).newHolder).toBe('ricky');
    }
    expect(of('drain')).toMatchObject({ newHolder: 'ricky' });
    // Each probe has one request open at a time: that one is cut if the VIP moves just then, there or back. On a machine that
    // is held up the move takes longer, for this client too.
    const heldUp = seen.find(({ scenario }) => scenario === 'drain')?.gap.waitedMs ?? 0;
    for (const { lost } of of('drain').probes) expect(lost).toBeLessThanOrEqual(2 + heldUp / rhythmMs);
    expect(of('backend-dies')).toMatchObject({ host: 'lucy', takeoverMs: null });
    // The killed keepalived left the address behind, and gave it up when it was started again.
    const left = of('keepalived-killed').holders.filter(({ host }) => host === 'lucy');
    expect(left).toHaveLength(2);
    expect(readFileSync(page, 'utf8')).toMatch(/<svg[\s\S]*haproxy-hangs/);
    await eventually('the pair as before', isAsBefore, 30, 100);
    expect(await haprov('status', file, '--exit-code')).toMatchObject({ code: 0 });
  });

  test('the log knows the drills, and rollback leaves them alone', async () => {
    const log = await haprov('log', file);
    expect(log.stdout).toMatch(
      / drill\n.*\n {2}lucy: restored, 1 change\n {4}↩ run drill link-cut\n {2}ricky: restored\n/,
    );
    const rollback = await haprov('rollback', file);
    expect(rollback.stdout).toContain('/etc/haproxy/haproxy.cfg');
    expect(rollback.stdout).not.toContain('drill');
  });

  const seeds = [1, 2, 3, 4];
  const scenarios: ScenarioName[] = ['haproxy-hangs', 'link-cut', 'keepalived-killed', 'backend-dies'];
  test.each(seeds)('killed with -9 at a random moment, seed %i: well again within a minute', async (seed) => {
    const scenario = scenarios[seed - 1] ?? 'drain';
    const { child, finished } = startHaprov(['drill', file, '--yes', '--scenario', scenario]);
    await new Promise<void>((begun) => {
      let said = '';
      child.stderr?.on('data', (chunk: string) => {
        said += chunk;
        if (said.includes(`1/1 ${scenario}`)) begun();
      });
      finished.then(() => begun());
    });
    await pause(500 + random(seed) * 6000);
    child.kill('SIGKILL');
    await finished;
    const killed = Date.now();
    await eventually(`the pair as before ${scenario}`, isAsBefore, 60, 1000);
    expect(Date.now() - killed).toBeLessThan(60_000);
    await eventually(
      'haprov finding it well',
      async () => (await haprov('status', file, '--exit-code')).code === 0,
      20,
      1000,
    );
  });

  test('Ctrl-C: what is under way is undone, the rest not begun', async () => {
    const { child, finished } = startHaprov([
      'drill',
      file,
      '--yes',
      '--scenario',
      'keepalived-killed,drain',
    ]);
    child.stderr?.on('data', (chunk: string) => {
      if (chunk.includes('was killed, so that')) child.kill('SIGINT');
    });
    const run = await finished;
    expect(run).toMatchObject({ code: 1 });
    expect(run.stdout).toMatch(
      /keepalived-killed failed: interrupted[\s\S]*drain skipped: not begun: interrupted/,
    );
    // A watcher looks once a second whether its run is over.
    await eventually('the pair as before', isAsBefore, 30, 100);
  });

  test('a pair that is not well is not touched', async () => {
    on('ricky', 'systemctl stop keepalived');
    try {
      const run = await haprov('drill', file, '--yes');
      expect(run).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/nothing was touched: .*keepalived.*ricky/),
      });
      expect(stateOf('lucy')).toBe(before[0]);
    } finally {
      on('ricky', 'systemctl start keepalived');
      await eventually('the pair as before', isAsBefore, 30, 500);
    }
  });

  test.each([
    [['--scenario', 'haproxy-dys'], 'there is no scenario "haproxy-dys"; did you mean "haproxy-dies"?'],
    [[], 'there is nobody to ask, as this is not a terminal'],
  ])('drill %j is bad input', async (words, message) => {
    expect(await haprov('drill', file, ...words)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });
});

/** How long a process's first thread was ready to run and had no processor, in milliseconds; 0 where it is not known. */
function waitedFor(pid: number | 'self'): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** From 0 to 1, always the same of a seed. */
const random = (seed: number) => {
  const value = Math.sin(seed * 12.9898) * 43758.5453;
  return value - Math.floor(value);
};
