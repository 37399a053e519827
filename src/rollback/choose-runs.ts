import { UsageError } from '../errors';
import { type RecordedRun, wholeRun } from '../host/history';
import { runFormat } from '../host/run-format';
import { inOrder } from '../host/run-order';
import type { Manifest } from '../host/transaction';
import type { Finding } from '../plan/plan';

/** A run whose record is whole. */
export type KnownRun = RecordedRun & { manifest: Manifest };

/** The runs to undo on each host, newest first; the warnings name broken runs, which are not undone. */
interface Choice {
  runs: Map<string, KnownRun[]>;
  /** The newest finished run of all hosts. */
  newest: string | undefined;
  warnings: Finding[];
}

/**
 * Chooses the newest finished run, on the hosts that made it; or all finished runs that are newer than `to`, a run's
 * name or a part that no other name has. The stages of one run count as one run.
 * @throws UsageError when `to` is no run, a host no longer has the records of all runs after it, or a record is
 * damaged or of an unknown format.
 */
export function chooseRuns(histories: ReadonlyMap<string, readonly RecordedRun[]>, to?: string): Choice {
  const all = inOrder(histories.values(), ({ run }) => wholeRun(run)).reverse();
  // A boot is not taken back, and the run before it can be.
  const isBoot = ({ manifest }: RecordedRun) => manifest?.command === 'reboot';
  const isFinished = (one: RecordedRun) => one.state === 'finished' && !isBoot(one);
  const newest = all.findLast((name) =>
    [...histories.values()].some((runs) => runs.some((one) => wholeRun(one.run) === name && isFinished(one))),
  );
  const boots = new Set(
    [...histories.values()].flatMap((runs) => runs.filter(isBoot).map(({ run }) => wholeRun(run))),
  );
  const offered = all.filter((name) => !boots.has(name));
  const base = to === undefined ? undefined : theOne(wholeRun(to), all, offered);
  const isMeant = ({ run }: RecordedRun) =>
    base === undefined ? wholeRun(run) === newest : all.indexOf(wholeRun(run)) > all.indexOf(base);
  const runs = new Map<string, KnownRun[]>();
  const warnings: Finding[] = [];
  for (const [host, history] of histories) {
    if (base !== undefined) requireMemory(host, history, base, all);
    const meant = history.filter(isMeant);
    runs.set(
      host,
      meant.filter(isFinished).map((run) => known(host, run)),
    );
    for (const { run } of meant.filter(({ state }) => state === 'broken')) {
      warnings.push({
        rule: 'rollback-broken',
        severity: 'warning',
        where: host,
        message: `the run ${run} could not be restored, and what it left is not undone`,
        fix: `what was before it is in /var/lib/haprov/runs/${run}/steps on the host`,
      });
    }
  }
  const otherLegs = base === undefined && newest !== undefined ? legsBefore(newest, all, histories) : [];
  const [first] = otherLegs;
  if (first) {
    const before = offered.filter((name) => all.indexOf(name) < all.indexOf(first.run)).at(-1);
    const legs = otherLegs.map(({ run, hosts }) => `${run} patched ${hosts.join(', ')}`).join('; ');
    warnings.push({
      rule: 'rollback-of-a-part',
      severity: 'warning',
      where: otherLegs.flatMap((leg) => leg.hosts).join(', '),
      message: `only ${newest} is taken back, the last of a patch that was made in more than one command: ${legs}, and stays so`,
      fix:
        before === undefined
          ? 'roll back again to take that back too'
          : `haprov rollback --to ${before} takes all of it back`,
    });
  }
  return { runs, newest, warnings };
}

/** The patches just before this one that have patched other hosts, oldest first: one that went on in a second command. */
function legsBefore(
  newest: string,
  all: readonly string[],
  histories: ReadonlyMap<string, readonly RecordedRun[]>,
): { run: string; hosts: string[] }[] {
  const made = (name: string) =>
    [...histories].flatMap(([host, runs]) =>
      runs
        .filter((one) => wholeRun(one.run) === name && one.state === 'finished')
        .map(({ manifest }) => ({ host, command: manifest?.command })),
    );
  const hostsOf = (name: string) =>
    made(name).flatMap(({ host, command }) => (command === 'patch' ? [host] : []));
  const seen = new Set(hostsOf(newest));
  const legs: { run: string; hosts: string[] }[] = [];
  if (seen.size === 0) return legs;
  for (const run of all.slice(0, all.indexOf(newest)).reverse()) {
    // One that was taken back everywhere, or only booted, is none.
    if (made(run).every(({ command }) => command === 'reboot')) continue;
    const hosts = hostsOf(run);
    if (hosts.length === 0 || hosts.some((host) => seen.has(host))) break;
    for (const host of hosts) seen.add(host);
    legs.unshift({ run, hosts });
  }
  return legs;
}

function theOne(text: string, all: readonly string[], offered: readonly string[]): string {
  const found = all.includes(text) ? [text] : all.filter((name) => text !== '' && name.includes(text));
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  throw new UsageError(
    only === undefined ? `--to: no host knows a run "${text}"` : `--to: "${text}" fits ${found.join(', ')}`,
    offered.length === 0
      ? 'there are no runs yet that could be undone'
      : `known: ${offered.slice(-5).reverse().join(', ')}; haprov log lists them all`,
  );
}

/** How many runs a host keeps. */
const keptRuns = 20;

function requireMemory(
  host: string,
  history: readonly RecordedRun[],
  base: string,
  all: readonly string[],
): void {
  const oldest = history.at(-1)?.run ?? '';
  if (history.length < keptRuns || all.indexOf(wholeRun(oldest)) <= all.indexOf(base)) return;
  throw new UsageError(
    `--to: ${host} remembers its last ${history.length} runs, back to ${oldest}, and not all that came after ${base}`,
    `go back to ${oldest} or later`,
  );
}

function known(host: string, run: RecordedRun): KnownRun {
  if (run.format > runFormat)
    throw new UsageError(
      `${host}: the run ${run.run} was made by a newer haprov (its folder has format ${run.format}, and this one knows ${runFormat}), so that it cannot be undone by this one`,
      'roll it back with that haprov, or a newer one',
    );
  if (run.manifest) return { ...run, manifest: run.manifest };
  throw new UsageError(
    `${host}: the record of the run ${run.run} is damaged, so that it cannot be undone`,
    `look into /var/lib/haprov/runs/${run.run} on the host`,
  );
}
