import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHaprov } from '../support/lab';
import { type Fault, faults } from './faults';
import { fingerprint, type HostName, holdersOf, hosts, inside, leftovers, pause, settles } from './hosts';
import { startLoad } from './load';
import type { Random } from './random';
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
const clientEndsWithin = 180;
const settlesWithin = 60;
/** The longest that a failover may take: three adverts of 2 s, the check that finds it, and a retried connection. */
const failoverGapMs = 15_000;
/** One request is on its way when the VIP moves: its connection goes to a host that does not know it. */
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

const rollout = ['--yes', '--confirm-within', '10', '--steady', '1', '--give-up-after', '60'];

/** What the plan promises of an edit: seconds that clients go unserved; `null` is "nobody knows". */
async function promised(inventory: string): Promise<{ seconds: number | null; isOutage: boolean }> {
  const { stdout, stderr, code } = await client(['plan', inventory, '--json']);
  if (code !== 0) throw new Error(`plan: exit ${code}: ${stderr}`);
  const plan = JSON.parse(stdout) as {
    hosts: { changes: { disruption?: { class: string; seconds: number | null } }[] }[];
  };
  const found = plan.hosts.flatMap(({ changes }) => changes.flatMap(({ disruption }) => disruption ?? []));
  return {
    seconds: found.some(({ seconds }) => seconds === null)
      ? null
      : Math.max(0, ...found.map(({ seconds }) => seconds ?? 0)),
    isOutage: found.some((one) => one.class === 'outage'),
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
  const words = ['apply', inventory, ...rollout, ...outage];
  const disturbed = await client([...words, '--json'], (child, chunk) => {
    if (made || !chunk.includes(`"type":"phase-start"`) || !chunk.includes(`"phase":"${course.phase}"`))
      return;
    made = pause(course.delayMs).then(() => {
      if (fault.hasSecondOperator) second.push(client(words));
      return child.exitCode === null ? fault.during?.({ host, random, client: child }) : undefined;
    });
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
    const boot = await settles(60, async () => {
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
    if (after[index] === before[index]) return 'old';
    if (after[index] === final[index]) return 'new';
    wrong.push(`${name} is neither old nor new: ${difference(before[index], after[index], final[index])}`);
    return 'torn';
  });
  if (course.edits.some((name) => synchronous.includes(name)) && new Set(sides).size > 1)
    wrong.push(`a change that must be on both at once: ${sides.join(' and ')}`);
  const plan = await client(['plan', inventory, '--exit-code']);
  if (plan.code !== 0) wrong.push(`plan after it: exit ${plan.code}: ${plan.stdout}${plan.stderr}`);
  const status = await settles(40, async () => {
    const { code, stdout, stderr } = await client(['status', inventory, '--exit-code']);
    return code === 0 ? '' : `status: exit ${code}: ${stdout}${stderr}`;
  });
  if (status) wrong.push(status);

  const promisedMs = promise.seconds === null ? Infinity : Math.max(onItsWayMs, promise.seconds * 1000);
  const mayLose = fault.costs === 'failover' ? failoverGapMs : promisedMs;
  if (report.failed > 0 && report.longestGapMs > mayLose)
    wrong.push(
      `${report.failed} of ${report.sent} requests failed, gap ${report.longestGapMs} ms, promised ${promise.seconds} s: ${JSON.stringify(report.failures.slice(0, 3))}`,
    );
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
  return settles(40, async () => {
    const found = await holdersOf(all);
    return [...found]
      .filter(([address, by]) => by.length > 1 || (by.length === 0 && sure.includes(address)))
      .map(([address, by]) => `${address} is held by ${by.join(' and ') || 'nobody'}`)
      .join('; ');
  }).then((found) => (found ? [found] : []));
}

function difference(before = '', after = '', final = ''): string {
  const [old, fresh] = [new Set(before.split('\n')), new Set(final.split('\n'))];
  const rows = after.split('\n');
  const only = rows.filter((row) => !old.has(row) && !fresh.has(row));
  const mixed = rows.filter((row) => old.has(row) !== fresh.has(row));
  return [
    ...only.map((row) => `? ${row}`),
    ...mixed.map((row) => `${old.has(row) ? 'old' : 'new'} ${row}`),
  ].join('; ');
}
