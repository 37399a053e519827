import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { movesVip } from '../../src/plan/disruption';
import type { Plan } from '../../src/plan/plan';
import { startHaprov } from '../support/lab';
import { type Fault, faults } from './faults';
import { fingerprint, type HostName, holdersOf, hosts, inside, leftovers, pause, settles } from './hosts';
import { startLoad } from './load';
import type { Random } from './random';
import { difference, sideOf } from './sides';
import { addressesOf, edits, synchronous, type Wanted, write } from './wanted';

/** What a round is made of, all of it chosen from the seed. */
export interface Course {
  edits: string[];
  fault: Fault;
  host: HostName;
  /** When the fault is made: so many milliseconds after this phase began on some host. */
  phase: string;
  delayMs: number;
}

export interface Outcome {
  /** What is not as it must be; nothing where all is. */
  wrong: string[];
  /** What came of the run that was disturbed. */
  told: string;
}

/** The client's own limit: the lease is 10 s, and nothing that it waits for may take longer than this. */
const clientEndsWithin = 400;
const settlesWithin = 180;
/** The longest that a failover may take: three adverts of 2 s, the check that finds it, and a retried connection. */
const failoverGapMs = 15_000;
/** What is on its way when a VIP moves goes to a host that does not know of it: no more than is open at one moment. */
const onItsWayMs = 200;

export function chooseCourse(random: Random, only?: { edit?: string; fault?: string }): Course {
  const names = Object.keys(edits);
  const chosen = new Set([only?.edit ?? random.oneOf(names)]);
  if (random.next() < 0.4) chosen.add(random.oneOf(names));
  return {
    edits: [...chosen],
    fault: random.oneOf(faults.filter(({ name }) => only?.fault === undefined || name === only.fault)),
    host: random.oneOf(hosts),
    phase: random.oneOf(['probe', 'stage', 'commit', 'commit', 'gate', 'confirm', 'unlock']),
    delayMs: random.between(0, 1500),
  };
}

/** @returns the exit code and what was printed; killed when it does not end in time. */
async function client(
  words: string[],
  hear: (child: ReturnType<typeof startHaprov>['child'], chunk: string) => void = () => {},
) {
  const { child, finished } = startHaprov(words);
  const begun = performance.now();
  child.stdout?.on('data', (chunk: string) => hear(child, chunk));
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, clientEndsWithin * 1000);
  const result = await finished;
  clearTimeout(timer);
  return { ...result, isLate, seconds: Math.round((performance.now() - begun) / 1000) };
}

/** Short, so that a host which is left alone restores itself soon; what runs undisturbed has its usual time. */
const disturbedOnly = ['--confirm-within', '10', '--give-up-after', '60'];

interface Promised {
  /** That clients go unserved; `null` is "nobody knows". */
  seconds: number | null;
  /** Clients go unserved for a while, or something that they have ends for good. */
  isOutage: boolean;
  /** Connections that are open when a VIP changes hands are cut. */
  movesVip: boolean;
  /** What is made in the second of two stages: files, units. */
  together: ReadonlySet<string>;
}

/** What the plan promises of an edit. */
async function promised(inventory: string): Promise<Promised> {
  const { stdout, stderr, code } = await client(['plan', inventory, '--json']);
  if (code !== 0) throw new Error(`plan: exit ${code}: ${stderr}`);
  const plan = JSON.parse(stdout) as Plan;
  const changes = plan.hosts.flatMap((one) => one.changes);
  const found = changes.flatMap(({ disruption }) => disruption ?? []);
  return {
    seconds: found.some(({ seconds }) => seconds === null)
      ? null
      : Math.max(0, ...found.map(({ seconds }) => seconds ?? 0)),
    isOutage: found.some((one) => one.class === 'outage' || one.ends !== undefined),
    movesVip: movesVip(plan),
    together: new Set(changes.flatMap(({ stage, target }) => (stage === 2 ? [target] : []))),
  };
}

/** One edit of a pair that serves, disturbed; then everything that must be so however it went. */
export async function runRound(
  course: Course,
  wanted: Wanted,
  next: Wanted,
  random: Random,
): Promise<Outcome> {
  const { fault, host } = course;
  const folder = mkdtempSync(join(tmpdir(), 'haprov-chaos-'));
  const inventory = write(folder, next);
  const wrong: string[] = [];
  const before = await Promise.all(hosts.map(fingerprint));
  const promise = await promised(inventory);
  const outage = promise.isOutage ? ['--allow-outage'] : [];
  if (fault.saboteur) write(folder, { ...next, saboteur: fault.saboteur });

  const load = startLoad();
  await pause(500);
  await fault.before?.(host);
  let made: Promise<unknown> | undefined;
  const second: ReturnType<typeof client>[] = [];
  const words = ['apply', inventory, '--yes', '--steady', '1', ...outage];
  const disturbed = await client([...words, ...disturbedOnly, '--json'], (child, chunk) => {
    if (made || !chunk.includes(`"type":"phase-start"`) || !chunk.includes(`"phase":"${course.phase}"`))
      return;
    made = pause(course.delayMs).then(() => {
      if (fault.hasSecondOperator) second.push(client([...words, ...disturbedOnly]));
      return child.exitCode === null ? fault.during?.({ host, random, client: child }) : undefined;
    });
    // Whoever waits for it below hears of it; until then it is no reason to die.
    made.catch(() => {});
  });
  await made;
  await Promise.all(second);
  await fault.after?.(host);
  const told = `exit ${disturbed.code} after ${disturbed.seconds} s${made ? '' : ' (ended before the fault)'}`;

  if (disturbed.isLate) wrong.push(`haprov did not end within ${clientEndsWithin} s`);
  if (disturbed.code === 4) wrong.push(`exit 4: ${lastOf(disturbed.stdout)}`);
  if (disturbed.code !== null && ![0, 1, 3, 4, 130].includes(disturbed.code))
    wrong.push(`exit ${disturbed.code}: ${disturbed.stderr}`);
  for (const name of hosts) {
    const boot = await settles(180, async () => {
      const word = (await inside(name, 'systemctl is-system-running || true')).trim();
      return ['running', 'degraded'].includes(word) ? '' : `systemd says "${word}"`;
    });
    if (boot) wrong.push(`${name}: ${boot}`);
    const left = await settles(settlesWithin, () => leftovers(name));
    if (left) wrong.push(left);
  }
  wrong.push(...(await wrongHolders(wanted, next)));
  await pause(1000);
  const after = await Promise.all(hosts.map(fingerprint));
  const report = await load.stop();

  if (fault.saboteur) write(folder, next);
  const again = await client(words);
  if (again.code !== 0) wrong.push(`the next apply: exit ${again.code}: ${again.stdout}${again.stderr}`);
  const final = await Promise.all(hosts.map(fingerprint));
  const sides = hosts.map((name, index) => {
    const pictures = { before: before[index] ?? '', after: after[index] ?? '', final: final[index] ?? '' };
    const side = sideOf(pictures, promise.together);
    if (side === 'torn') wrong.push(`${name} is neither old nor new: ${difference(pictures)}`);
    return side;
  });
  const areSynchronous = course.edits.some((name) => synchronous.includes(name));
  if (areSynchronous && new Set(sides.map((side) => side === 'new')).size > 1)
    wrong.push(`a change that must be on both at once: ${sides.join(' and ')}`);
  const plan = await client(['plan', inventory, '--exit-code']);
  if (plan.code !== 0) wrong.push(`plan after it: exit ${plan.code}: ${plan.stdout}${plan.stderr}`);
  const status = await settles(120, async () => {
    const { code, stdout, stderr } = await client(['status', inventory, '--exit-code']);
    return code === 0 ? '' : `status: exit ${code}: ${stdout}${stderr}`;
  });
  if (status) wrong.push(status);

  const least = promise.movesVip ? onItsWayMs : 0;
  const promisedMs = promise.seconds === null ? Infinity : Math.max(least, promise.seconds * 1000);
  const mayLose = fault.costs === 'failover' ? failoverGapMs : promisedMs;
  if (report.failed > 0 && report.longestGapMs > mayLose)
    wrong.push(
      `${report.failed} of ${report.sent} requests failed, gap ${report.longestGapMs} ms, promised ${promise.seconds} s${promise.movesVip ? ' and a VIP that moves' : ''}: ${JSON.stringify(report.failures.slice(0, 3))}`,
    );
  if (wrong.length > 0) {
    const events = join(folder, 'events.jsonl');
    writeFileSync(events, disturbed.stdout + disturbed.stderr);
    wrong.push(`what the run said: ${events}`);
  }
  return {
    wrong,
    told: `${told}; hosts ${sides.join(' and ')}; ${report.failed} of ${report.sent} requests failed${report.failed > 0 ? `, gap ${report.longestGapMs} ms` : ''}`,
  };
}

const lastOf = (rows: string) => rows.trimEnd().split('\n').slice(-2).join(' ');

/** Each address has one holder, and one that only the other inventory has, one or none. */
function wrongHolders(wanted: Wanted, next: Wanted): Promise<string[]> {
  const sure = addressesOf(wanted).filter((address) => addressesOf(next).includes(address));
  const all = [...new Set([...addressesOf(wanted), ...addressesOf(next)])];
  return settles(120, async () => {
    const found = await holdersOf(all);
    return [...found]
      .filter(([address, by]) => by.length > 1 || (by.length === 0 && sure.includes(address)))
      .map(([address, by]) => `${address} is held by ${by.join(' and ') || 'nobody'}`)
      .join('; ');
  }).then((found) => (found ? [found] : []));
}
