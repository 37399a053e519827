import type { EventBody } from '../events/events';
import { movedServers } from '../ha/haproxy-change';
import type { Group } from '../host/transaction';
import type { Service } from '../inventory/inventory';
import { keptDrained } from '../pair/drain-effects';
import { type PairState, serversMissed, serversUp } from '../pair/health';
import type { Pair } from '../pair/pair';
import type { PlannedHost } from '../plan/plan';
import { batches } from './batches';
import { confirmTogether } from './confirm';
import { changeNothing, finish, giveUp, isWrong, type RolloutResult, reasonOf, restoreAll } from './ending';
import { FaultStates } from './fault-states';
import { type GateOptions, gateDefaults, passGate, sharing } from './gate';
import { groupOf, type HostAddresses } from './group';
import { startHeartbeat } from './heartbeat';
import { type HostOutcome, HostRun } from './host-run';
import { type Hosts, hostOf } from './host-verbs';
import { tellWhoIsDrained } from './keep-drained';
import { Loan } from './loan';
import { withoutLoss } from './lost-services';
import { inSafeOrder, patience, wantedSoFar } from './moved-servers';
import { stageAll } from './stage-all';
import { needsDrain, serversToDrain } from './what-to-lend';
import { type Beside, whoIsBeside } from './who-is-beside';

export interface Rollout {
  run: string;
  /** The operator, for locks and journals: `user@laptop`. */
  owner: string;
  /** The command: `apply`, `push`, `rollback`, `retire`. */
  command: string;
  inventory: string;
  /** The hosts that have changes, in the inventory's order. */
  hosts: readonly PlannedHost[];
  /** All hosts with a connection: those without changes are observed, too, and serve what the others lend. */
  connected: Hosts;
  /** Hosts that share VIPs with these, and that `--limit` leaves out. */
  beside?: Beside;
  pair: Pair;
  services: readonly Service[];
  /** Whether all hosts commit at once. */
  together: boolean;
  /** How many hosts commit at a time where changes may roll; not said: one, and all where the pair serves nobody. */
  serial?: number;
  /** Seconds without a confirmation after which a host restores itself. */
  leaseSeconds: number;
  /** Seconds after which haprov stops waiting for a host that does not answer, or does not finish. */
  giveUpSeconds: number;
  /** The VIPs, and each host's own addresses. */
  vips: HostAddresses['vips'];
  addresses: HostAddresses['addresses'];
  onFailure: 'restore' | 'restore-all';
  gate: Omit<GateOptions, 'steadyMs'> & {
    /** Not said: two seconds, and a single look where the pair served nobody and no host's turn is left. */
    steadyMs?: number;
  };
  /** The operator has agreed that clients go unserved: a gate need not find a server for each service that had one. */
  mayLose?: boolean;
  /** Waited for when all hosts have staged: before it, none commits. */
  isWatched?: Promise<unknown>;
  /** Told how the pair is before anything is changed. */
  found?(before: PairState): void;
  emit(event: EventBody): void;
  stopping: AbortSignal;
}

/** The hosts that commit together. */
interface Turn {
  hosts: readonly PlannedHost[];
  runs: readonly HostRun[];
  /** The hosts whose turn comes after. */
  later: readonly PlannedHost[];
}

/** A run's turns, in order. */
interface Turns {
  turns: readonly Turn[];
  /** The pair's state before the first turn. */
  before: PairState;
  /** The servers (`service/server`) that move. */
  moved: ReadonlySet<string>;
  /** How long the gate must find all well. */
  steadyMs: number;
}

/**
 * Stages and validates on every host before any commits; then, turn by turn: lend, commit, gate, confirm over a new
 * connection, give back. The first failure ends the run: the turn's hosts and those that were only staged are restored,
 * with `restore-all` also the confirmed ones, in reverse order.
 */
export async function rollOut(rollout: Rollout): Promise<RolloutResult> {
  const before = await rollout.pair.look();
  rollout.found?.(before);
  const turns = turnsOf(rollout, before);
  const all = turns.turns.flatMap((turn) => turn.runs);
  // In the inventory's order.
  const runs = rollout.hosts.flatMap(({ host }) => all.filter(({ name }) => name === host));
  const keeping = await whoKeepsVips(rollout, turns);
  if (keeping.length > 0) return changeNothing([], keeping);
  await tellWhoIsDrained({ ...rollout, hosts: rollout.connected }, turns.before);
  // Starts before the first lock, because a staged host may wait for another one's slow package mirror.
  const heartbeat = startHeartbeat(rollout.leaseSeconds, () =>
    Promise.allSettled(runs.map((run) => run.renew())),
  );
  try {
    return await stageAndTakeTurns(rollout, runs, turns);
  } finally {
    heartbeat.stop();
  }
}

async function stageAndTakeTurns(
  rollout: Rollout,
  runs: readonly HostRun[],
  turns: Turns,
): Promise<RolloutResult> {
  const staged = await stageAll(runs);
  await rollout.isWatched;
  if (!staged.some(isWrong)) staged.push(...(await whoIsBeside(besides(rollout), rollout.emit)));
  if (staged.some(isWrong) || rollout.stopping.aborted) return changeNothing(runs, staged);
  const done: HostRun[] = [];
  for (const turn of turns.turns) {
    const wrong = rollout.stopping.aborted ? await stopBefore(turn) : await takeTurn(rollout, turns, turn);
    if (wrong.length > 0) return giveUp(rollout, { runs, done, turn: turn.runs, wrong });
    done.push(...turn.runs);
  }
  return finish(done);
}

/** The hosts without changes, and those that `--limit` leaves out. */
const besides = ({ connected, hosts, beside = new Map() }: Rollout): Beside =>
  new Map([...beside, ...[...connected].filter(([name]) => !hosts.some(({ host }) => host === name))]);

/** The hosts that must give a VIP away and cannot: the run is refused before it locks a host. */
function whoKeepsVips(rollout: Rollout, { turns, before }: Turns): Promise<HostOutcome[]> {
  const lenders = turns.flatMap(({ hosts }) => hosts.filter((one) => lends(rollout, one, before)));
  const names = lenders.map(nameOf);
  const near = rollout.pair.concernedBy(names, before);
  return new Loan({ ...rollout, near, hosts: rollout.connected }).whoKeepsVips(names);
}

const lends = ({ pair }: Rollout, host: PlannedHost, now: PairState) =>
  needsDrain(host) && pair.holds(host.host, now);

/** One turn; restores its hosts where something goes wrong. @returns the outcomes that are not ok */
async function takeTurn(
  rollout: Rollout,
  { before, moved, steadyMs }: Turns,
  turn: Turn,
): Promise<HostOutcome[]> {
  const { pair, services } = rollout;
  const { hosts, runs, later } = turn;
  const near = pair.concernedBy(hosts.map(nameOf), before);
  const now = await pair.look(near);
  const [up, kept] = [serversUp(now), keptDrained(now)];
  const servers = hosts
    .flatMap((host) => serversToDrain(host, services, up, { moved, later }))
    .filter((server) => !kept.has(server));
  // From after the commits on.
  const looked = sharing(pair, near);
  const faultStates = new FaultStates(rollout.connected);
  const members = new Set(rollout.vips.flatMap((vip) => vip.members.map(({ host }) => host.name)));
  const gate = ({ name }: HostRun) => {
    const due = wantedSoFar(serversUp(before), moved, later, serversMissed(name, before, now), services);
    const kept = rollout.mayLose ? [] : services;
    const whole = withoutLoss(looked, { host: name, services: kept, before, wanted: due, moved });
    return passGate(whole.looked, [name], due, {
      ...rollout.gate,
      steadyMs,
      patienceMs: patience(services, moved),
      lastly: async () => [...(await faultStates.since(name)), ...(await whole.lastly(rollout.stopping))],
    });
  };
  const loan = new Loan({ ...rollout, near, hosts: rollout.connected });
  try {
    const wrong = await untilWrong(
      () => refuseAlone(rollout, turn, now),
      () => loan.lendVips(hosts.filter((one) => lends(rollout, one, now)).map(nameOf)),
      () => loan.lendServers(servers),
      () => faultStates.remember(hosts.map(nameOf).filter((name) => members.has(name))),
      () => Promise.all(runs.map((run) => run.commit())),
      // A balancer that has the server's old place gets the new one by its own commit.
      () =>
        loan.giveServersBack((name, server) => moved.has(server) && later.some(({ host }) => host === name)),
      () => Promise.all(runs.map((run) => run.gated(() => gate(run)))),
      () => confirmTogether(runs),
    );
    if (wrong.length > 0) return [...wrong, ...(await restoreAll(runs, reasonOf(wrong)))];
    loan.leaveLateServers();
    return [];
  } finally {
    await loan.giveBack();
  }
}

/** Calls one after the other, until something goes wrong. @returns the outcomes that are not ok */
async function untilWrong(...acts: (() => Promise<HostOutcome[]>)[]): Promise<HostOutcome[]> {
  for (const act of acts) {
    const wrong = (await act()).filter(isWrong);
    if (wrong.length > 0) return wrong;
  }
  return [];
}

/** Does not touch a host that holds a VIP which no other host could serve. */
async function refuseAlone({ pair, emit }: Rollout, { runs }: Turn, now: PairState): Promise<HostOutcome[]> {
  const [only, ...more] = runs;
  const alone = only && more.length === 0 ? pair.aloneWith(only.name, now) : undefined;
  if (!only || alone === undefined) return [];
  emit({ type: 'message', level: 'error', text: `the rollout stops: ${alone}` });
  return [{ host: only.name, status: 'untouched', why: alone }];
}

async function stopBefore({ runs }: Turn): Promise<HostOutcome[]> {
  const stopped = runs.map((run): HostOutcome => ({ host: run.name, status: 'stopped' }));
  return [...stopped, ...(await restoreAll(runs))];
}

/** The run's turns: which hosts commit together, and in which order. */
function turnsOf(rollout: Rollout, before: PairState): Turns {
  const { hosts, together, serial = 1, services, pair, connected } = rollout;
  const moved = movedServers(hosts);
  const holders = new Set(hosts.map(nameOf).filter((name) => pair.holds(name, before)));
  const groups = together ? groupOf(hosts, rollout) : new Map<string, Group>();
  const isIdle = nobodyNotices(rollout, before);
  const isAtOnce = together || (isIdle && rollout.serial === undefined);
  const order = isAtOnce
    ? inParts(hosts, together ? hosts.length : MOST_AT_ONCE)
    : batches(hosts, holders, serial, moved, services);
  const turns = order.map((batch, index): Turn => {
    const runs = batch.map(
      (host) =>
        new HostRun(
          rollout,
          hostOf(connected, host.host),
          inSafeOrder(host, moved, services),
          groups.get(host.host),
        ),
    );
    return { hosts: batch, runs, later: order.slice(index + 1).flat() };
  });
  const steadyMs = rollout.gate.steadyMs ?? (isIdle && isAtOnce ? 0 : gateDefaults.steadyMs);
  return { turns, before, moved, steadyMs };
}

/** Each host of a turn waits for the slowest one of it, within what it waits before it restores itself. */
const MOST_AT_ONCE = 8;

const inParts = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, part) =>
    all.slice(part * size, (part + 1) * size),
  );

/** Whether no host has clients that could miss it, and no change is one of which nobody knows what it does. */
const nobodyNotices = ({ hosts, pair }: Rollout, before: PairState): boolean =>
  hosts.every(({ changes }) =>
    changes.every(({ disruption }) => disruption?.class === 'none' && disruption.seconds === 0),
  ) && pair.servesNobody(before);

const nameOf = ({ host }: PlannedHost) => host;
