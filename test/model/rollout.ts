import { movedServers } from '../../src/ha/haproxy-change';
import { verbOf } from '../../src/ha/interruption';
import type { HeldVip } from '../../src/ha/running-vips';
import { runningVips } from '../../src/ha/running-vips';
import type { FullPlan, PlannedHost } from '../../src/plan/plan';
import { batches } from '../../src/rollout/batches';
import { inSafeOrder, wantedSoFar } from '../../src/rollout/moved-servers';
import { type RunStage, stagesOf } from '../../src/rollout/stages';
import { needsDrain, serversToDrain } from '../../src/rollout/what-to-lend';
import { type HostSim, listens, move, type ServerSim } from './hosts';
import type { World } from './wishes';

/** Waits so many milliseconds, or until it is so; at most 45 s. */
export type Wait = number | (() => boolean);

export interface Scene {
  hosts: ReadonlyMap<string, HostSim>;
  from: World;
  to: World;
  serial: number;
  /** How long the gate wants all to be well. */
  steadyMs: number;
  now(): number;
}

/** The run as the rollout makes it: its own stages, order and drains, on hosts that are simulated. */
export function* rolledOut(plan: FullPlan, scene: Scene): Generator<Wait, 'done' | 'stopped'> {
  for (const stage of stagesOf(plan, 'run')) {
    const vips = stage.isLast ? scene.to.inventory.vips : runningVips(scene.to.inventory.vips, plan);
    const went = yield* oneStage(stage, vips, scene);
    if (went === 'stopped') return went;
  }
  return 'done';
}

function* oneStage(
  stage: RunStage,
  vips: readonly HeldVip[],
  scene: Scene,
): Generator<Wait, 'done' | 'stopped'> {
  const moved = movedServers(stage.hosts);
  const holds = (name: string) => vips.some(({ address }) => scene.hosts.get(name)?.holds(address));
  const holders = new Set(stage.hosts.map(({ host }) => host).filter(holds));
  const { services } = scene.to.inventory;
  const wanted = new Set(serversOf(scene).flatMap((one) => (one.up && !one.drained ? [one.name] : [])));
  const order = stage.together ? [stage.hosts] : batches(stage.hosts, holders, scene.serial, moved, services);
  for (const [index, batch] of order.entries()) {
    const later = order.slice(index + 1).flat();
    const drained = batch.filter((host) => needsDrain(host) && holds(host.host));
    for (const { host } of drained) {
      setDrained(scene, host, true);
      yield () => !holds(host);
      if (holds(host)) return 'stopped';
      // Until the commit's script runs on the host.
      yield 200;
    }
    const up = new Set(serversOf(scene).flatMap((one) => (one.up && !one.drained ? [one.name] : [])));
    const servers = batch.flatMap((host) => serversToDrain(host, services, up, { moved, later }));
    drainServers(scene, (one) => servers.includes(one.name), true);
    if (servers.length > 0) yield 100;
    yield* together(
      batch.map((host, place) => committed(inSafeOrder(host, moved, services), scene, place * 150)),
      scene,
    );
    const isBack = (one: ServerSim, balancer: string) =>
      servers.includes(one.name) && !(moved.has(one.name) && later.some(({ host }) => host === balancer));
    drainServers(scene, isBack, false);
    const due = wantedSoFar(wanted, moved, later, new Set(), services);
    const shutAt = scene.now() + 45_000;
    for (let quiet = 0; quiet < scene.steadyMs; quiet += 100) {
      if (!isWell(batch, vips, due, scene)) quiet = 0;
      if (scene.now() > shutAt) return 'stopped';
      yield 100;
    }
    for (const { host } of drained) setDrained(scene, host, false);
  }
  return 'done';
}

function setDrained({ hosts }: Scene, name: string, value: boolean): void {
  const host = hosts.get(name);
  if (host) host.isDrained = value;
}

function drainServers(
  { hosts }: Scene,
  is: (one: ServerSim, balancer: string) => boolean,
  value: boolean,
): void {
  for (const host of hosts.values())
    for (const server of host.servers.values()) if (is(server, host.name)) server.drained = value;
}

function* committed(
  { host: name, changes }: PlannedHost,
  scene: Scene,
  after: number,
): Generator<Wait, void> {
  yield after;
  const host = scene.hosts.get(name);
  if (!host) throw new Error(`no host ${name}`);
  for (const { target, raw } of changes) if (raw) host.files.set(target, raw.to ?? '');
  for (const change of changes.filter(({ type }) => type === 'service')) {
    const { ms, finish } = move(host, change.unit ?? '', verbOf(change), scene.now());
    yield ms;
    finish();
  }
}

/** Several at the same time. */
function* together(runs: Generator<Wait, void>[], { now }: Scene): Generator<Wait, void> {
  let left = runs.map((run) => ({ run, at: now() }));
  while (left.length > 0) {
    for (const one of left.filter(({ at }) => at <= now())) {
      const { value, done } = one.run.next();
      if (done) left = left.filter((each) => each !== one);
      else one.at = now() + (value as number);
    }
    yield 10;
  }
}

const serversOf = ({ hosts }: Scene) => [...hosts.values()].flatMap((host) => [...host.servers.values()]);

/** The gate: the units of the host run, each VIP has one holder, and its HAProxy finds the servers that are due. */
function isWell(
  batch: readonly PlannedHost[],
  vips: readonly HeldVip[],
  due: ReadonlySet<string>,
  { hosts, to }: Scene,
): boolean {
  const isSingle = vips.every(
    ({ address }) =>
      [...hosts].filter(([name, host]) => to.hosts.has(name) && host.holds(address)).length === 1,
  );
  const runs = batch.every(({ host: name }) => {
    const wanted = to.hosts.get(name)?.services;
    const host = hosts.get(name);
    return (
      !!host && (!wanted?.get('haproxy') || host.haproxyRuns) && (!wanted?.get('httpd') || host.httpdRuns)
    );
  });
  const finds = batch.every(({ host: name }) =>
    [...(hosts.get(name)?.servers.values() ?? [])].every(
      (one) => !due.has(one.name) || listens(hosts.get(one.host), one.port),
    ),
  );
  return isSingle && runs && finds;
}
