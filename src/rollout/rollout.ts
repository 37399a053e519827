import { ExitCode } from '../errors';
import type { EventBody } from '../events/events';
import { movedServers } from '../ha/haproxy-change';
import type { Connection } from '../host/connection';
import type { Service } from '../inventory/inventory';
import { keptDrained } from '../pair/drained';
import { type PairState, serversMissed, serversUp } from '../pair/health';
import type { Pair } from '../pair/pair';
import type { PlannedHost } from '../plan/plan';
import { confirmTogether } from './confirm';
import { drain, drainServers, needsDrain, serversToDrain, undrain, undrainServers } from './drain';
import { type GateOptions, passGate } from './gate';
import { groupOf, type Neighbourhood } from './group';
import { startHeartbeat } from './heartbeat';
import { type HostOutcome, HostRun } from './host-run';
import { tellWhoIsDrained } from './keep-drained';
import { inSafeOrder, patience, wantedSoFar } from './moved';
import { batches } from './order';

export interface Rollout {
  run: string;
  /** Who runs it, for locks and journals. */
  owner: string;
  /** What the operator called: `apply`, `push`, `rollback`. */
  command: string;
  inventory: string;
  /** The hosts that have changes, in the inventory's order. */
  hosts: readonly PlannedHost[];
  connections: ReadonlyMap<string, Connection>;
  /** Logs in anew: proves that one still can. @throws HostError */
  reconnect(host: string): Promise<Connection>;
  pair: Pair;
  services: readonly Service[];
  /** Whether all hosts are committed in one moment. */
  together: boolean;
  /** How many hosts at a time where changes may roll. */
  serial: number;
  /** After this many seconds without a confirmation a host restores itself. */
  leaseSeconds: number;
  /** So long a host is waited for that does not answer, or does not come to an end. */
  giveUpSeconds: number;
  /** The VIPs, and the addresses that each host has of its own. */
  vips: Neighbourhood['vips'];
  addresses: Neighbourhood['addresses'];
  onFailure: 'restore' | 'restore-all';
  gate: GateOptions;
  emit(event: EventBody): void;
  stopping: AbortSignal;
}

export interface RolloutResult {
  exitCode: ExitCode;
  /** Changes made and kept. */
  changed: number;
  /** Hosts on which something failed. */
  failed: number;
  message: string;
}

/**
 * Stages and validates on every host before committing on any; then, batch by batch: drain where a change needs it,
 * commit, gate, confirm over a new connection. The first failure stops the run: its hosts are restored, hosts that were
 * only staged are put back, and with `restore-all` the finished ones too, in reverse.
 */
export async function rollOut(rollout: Rollout): Promise<RolloutResult> {
  const moved = movedServers(rollout.hosts);
  const before = await rollout.pair.look();
  const holders = new Set(
    rollout.hosts.map((host) => host.host).filter((name) => rollout.pair.holds(name, before)),
  );
  const { hosts, together, serial, services } = rollout;
  const order = together ? [hosts] : batches(hosts, holders, serial, moved, services);
  const groups = together ? groupOf(hosts, rollout) : new Map();
  const runs = new Map(
    rollout.hosts.map((host) => [
      host.host,
      new HostRun(rollout, inSafeOrder(host, moved), groups.get(host.host)),
    ]),
  );
  const all = [...runs.values()];
  const wanted = serversUp(before);
  await tellWhoIsDrained(rollout, before);

  // From the first lock on: a host that is staged waits for the slowest package mirror of the others.
  const heartbeat = startHeartbeat(rollout.leaseSeconds, () =>
    Promise.allSettled(all.map((run) => run.renew())),
  );
  try {
    return await stageAndCommit(rollout, runs, { before, order, wanted, moved });
  } finally {
    heartbeat.stop();
  }
}

/** What is known before anything is done. */
interface Known {
  before: PairState;
  /** Who is committed with whom, and when. */
  order: readonly (readonly PlannedHost[])[];
  /** The servers (`service/server`) that are up, and those that move in this run. */
  wanted: ReadonlySet<string>;
  moved: ReadonlySet<string>;
}

async function stageAndCommit(
  rollout: Rollout,
  runs: ReadonlyMap<string, HostRun>,
  { before, order, wanted, moved }: Known,
): Promise<RolloutResult> {
  const all = [...runs.values()];
  const staged = await stageAll(all);
  const refused = staged.filter((outcome) => outcome.status !== 'ok');
  if (refused.length > 0 || rollout.stopping.aborted) {
    const back = await restoreAll(all.filter((_, index) => staged[index]?.status === 'ok'));
    return summarize(
      [...refused, ...back],
      0,
      `${refused.length > 0 ? 'nothing was changed on any host' : 'stopped before any host was changed'}${withPackages(rollout)}`,
    );
  }

  const done: HostRun[] = [];
  for (const [index, batch] of order.entries()) {
    const group = batch.flatMap((host) => runs.get(host.host) ?? []);
    const step: Step = { batch, group, later: order.slice(index + 1).flat(), before, wanted, moved };
    const outcomes = rollout.stopping.aborted ? stopped : await push(rollout, step);
    if (outcomes.length === 0) {
      done.push(...group);
      continue;
    }
    return await giveUp(rollout, outcomes, group, done, all);
  }
  const finished = await Promise.all(done.map((run) => run.finish()));
  const wrong = finished.filter((outcome) => outcome.status !== 'ok');
  const changed = count(done);
  if (wrong.length > 0)
    return summarize(
      wrong,
      changed,
      'every change is made, but not every run could be closed; the hosts close them by themselves',
    );
  return {
    exitCode: ExitCode.done,
    changed,
    failed: 0,
    message: `${changed} ${changed === 1 ? 'change' : 'changes'} on ${done.map((run) => run.name).join(', ')}`,
  };
}

/** Packages come before anything can be validated, and stay. */
const withPackages = ({ hosts }: Rollout) =>
  hosts.some((host) => host.changes.some(({ action }) => action === 'install'))
    ? ', but packages that were installed on the way stay'
    : '';

const stopped: HostOutcome[] = [{ status: 'stopped' }];
const count = (runs: readonly HostRun[]) => runs.reduce((sum, run) => sum + run.changes, 0);

/** The first host alone until it has its lock: of two runs at once, one is told before it locks anything. */
async function stageAll(runs: readonly HostRun[]): Promise<HostOutcome[]> {
  const [first, ...rest] = runs;
  if (!first) return [];
  const locked = first.stage();
  const went = await Promise.race([first.locked, locked.then((outcome) => outcome.status === 'ok')]);
  if (!went) return [await locked];
  return Promise.all([locked, ...rest.map((run) => run.stage())]);
}

/** One batch, and what surrounds it. */
interface Step extends Omit<Known, 'order'> {
  batch: readonly PlannedHost[];
  group: readonly HostRun[];
  /** The hosts whose turn comes after. */
  later: readonly PlannedHost[];
}

/** One batch, through its gate; gives what went wrong. */
async function push(
  rollout: Rollout,
  { batch, group, later, before, wanted, moved }: Step,
): Promise<HostOutcome[]> {
  const { pair } = rollout;
  const names = group.map((run) => run.name);
  const now = await pair.look();
  const alone = group.length === 1 ? pair.aloneWith(names[0] ?? '', now) : undefined;
  if (alone !== undefined) {
    rollout.emit({ type: 'message', level: 'error', text: `the roll stops: ${alone}` });
    return [{ status: 'untouched' }];
  }
  const drained = batch
    .filter((host) => needsDrain(host) && pair.holds(host.host, now))
    .map((host) => host.host);
  for (const name of drained) {
    const fault = await drain(rollout, name);
    if (fault === undefined) continue;
    rollout.emit({ type: 'message', level: 'error', host: name, text: fault });
    await undrain(rollout, drained);
    return [{ status: 'untouched' }];
  }
  const up = serversUp(now);
  const kept = keptDrained(now);
  const servers = batch
    .flatMap((host) => serversToDrain(host, rollout.services, up, { moved, later }))
    .filter((server) => !kept.has(server));
  try {
    await drainServers(rollout, servers);
    const committed = await Promise.all(group.map((run) => run.commit()));
    const failed = committed.filter((outcome) => outcome.status !== 'ok');
    if (failed.length > 0) {
      await undrainServers(rollout, servers);
      return failed;
    }
    await undrainServers(rollout, servers, moved, later);
    const gate = { ...rollout.gate, patienceMs: patience(rollout.services, moved) };
    const gates = await Promise.all(
      group.map((run) => {
        const due = wantedSoFar(wanted, moved, later, serversMissed(run.name, before, now));
        return run.gated(() => passGate(pair, [run.name], due, gate));
      }),
    );
    const shut = gates.filter((outcome) => outcome.status !== 'ok');
    if (shut.length > 0) {
      await undrainServers(rollout, servers);
      return shut;
    }
    return await confirmTogether(group);
  } finally {
    await undrain(rollout, drained);
  }
}

async function giveUp(
  rollout: Rollout,
  outcomes: HostOutcome[],
  group: readonly HostRun[],
  done: readonly HostRun[],
  all: readonly HostRun[],
): Promise<RolloutResult> {
  const untouched = all.filter((run) => !group.includes(run) && !done.includes(run));
  const back = await restoreAll([...group.filter((run) => !run.isRestored), ...untouched]);
  const undone: HostOutcome[] = [];
  const undoDone = rollout.onFailure === 'restore-all' && !rollout.stopping.aborted;
  for (const run of [...done].reverse()) undone.push(await (undoDone ? run.restore() : run.finish()));
  const kept = undoDone ? [] : done;
  const list = (runs: readonly HostRun[]) => runs.map((run) => run.name).join(', ');
  const wasTouched = outcomes.some(
    (outcome) => outcome.status !== 'untouched' && outcome.status !== 'stopped',
  );
  const parts = [
    wasTouched
      ? `failed on ${list(group)}`
      : outcomes.some((outcome) => outcome.status === 'stopped')
        ? 'stopped'
        : 'the roll was stopped',
    ...(kept.length > 0 ? [`done and kept on ${list(kept)}`] : []),
    ...(undoDone && done.length > 0 ? [`restored on ${list(done)}`] : []),
    ...(untouched.length > 0 || !wasTouched
      ? [`not touched: ${list(wasTouched ? untouched : [...group, ...untouched])}`]
      : []),
    ...(kept.length > 0 ? ['apply again to bring the others along'] : []),
  ];
  const wrong = [...back, ...undone].filter((outcome) => outcome.status !== 'ok');
  return summarize([...outcomes, ...wrong], count(kept), parts.join('; '));
}

async function restoreAll(runs: readonly HostRun[]): Promise<HostOutcome[]> {
  const outcomes = await Promise.all(runs.map((run) => run.restore()));
  return outcomes.filter((outcome) => outcome.status !== 'ok');
}

function summarize(outcomes: readonly HostOutcome[], changed: number, message: string): RolloutResult {
  const has = (status: HostOutcome['status']) => outcomes.some((outcome) => outcome.status === status);
  const failed = outcomes.filter((outcome) => outcome.status !== 'stopped').length;
  const unreachable = has('unreachable') && !has('failed') && !has('untouched');
  const exitCode = has('not-restored')
    ? ExitCode.notRestored
    : unreachable
      ? ExitCode.unreachable
      : ExitCode.failed;
  return { exitCode, changed, failed, message };
}
