import type { EventBody } from '../events/events';
import type { Connection } from '../host/connection';
import type { PlannedHost } from '../plan/plan';
import { startHeartbeat } from '../rollout/heartbeat';
import { type HostOutcome, HostRun } from '../rollout/host-run';
import { hostOf } from '../rollout/host-verbs';
import { sshHosts } from '../rollout/ssh-host';
import { type Marks, marksScript, readMarks } from './ask';
import type { Experiment } from './experiments';

export interface FaultSurroundings {
  run: string;
  owner: string;
  inventory: string;
  connections: ReadonlyMap<string, Connection>;
  reconnect(host: string): Promise<Connection>;
  emit(event: EventBody): void;
}

/** How a verb ended, and why where it is not ok. */
export interface FaultOutcome {
  status: HostOutcome['status'];
  reason?: string;
}

/** A fault on one host, and the way back from it. */
export interface FaultInjection {
  /** Locks every host for this scenario, so that no other run comes in between. */
  lock(): Promise<FaultOutcome>;
  make(): Promise<FaultOutcome>;
  /** Also where it was never made. */
  repair(): Promise<FaultOutcome>;
  /** Gives the other hosts their locks back. */
  release(): Promise<void>;
  /** When it was made and repaired, by the host's own word. */
  marks(): Promise<Marks>;
}

/** Beyond the time that the fault is left; a host that nobody talks to any more repairs itself then. */
const leaseMarginSeconds = 10;

/** A host that is there says at once what it has written down. */
const marksMs = 15_000;

/** A machine that is started again may take minutes. */
const giveUpSeconds = 300;

export const leaseOf = ({ holdMs }: Pick<Experiment, 'holdMs'>) =>
  Math.ceil(holdMs / 1000) + leaseMarginSeconds;

/**
 * The scenario as a transaction of each host: the broken one's has one step, those of the others none. It is committed
 * and never confirmed, so that the watcher restores it when its lease is over: docs/decisions/0003-transaction.md.
 */
export function injectionByTransaction(experiment: Experiment, around: FaultSurroundings): FaultInjection {
  const reasons = new Map<string, string>();
  const leaseSeconds = leaseOf(experiment);
  const surroundings = {
    ...around,
    command: 'drill',
    leaseSeconds,
    giveUpSeconds,
    emit: (event: EventBody) => {
      if (event.type === 'phase-end' && !event.ok && event.message) reasons.set(event.host, event.message);
      // Its phases are those of a rollout, and would say nothing to who watches a drill.
      if (event.type === 'message') around.emit(event);
      if (event.type === 'step-end' && event.failure) around.emit(event);
    },
  };
  const hosts = sshHosts({
    ...around,
    onScript: (host, script) => around.emit({ type: 'command', host, script }),
  });
  const runOn = (name: string, steps: PlannedHost['changes']) =>
    new HostRun(surroundings, hostOf(hosts, name), plannedHost(name, steps));
  const broken = runOn(experiment.host, [stepOf(experiment)]);
  const others = [...hosts.keys()].filter((name) => name !== experiment.host).map((name) => runOn(name, []));
  const locked: HostRun[] = [];
  let heartbeat: ReturnType<typeof startHeartbeat> | undefined;

  const ended = (name: string, { status }: HostOutcome): FaultOutcome => {
    const reason = reasons.get(name);
    return { status, ...(status !== 'ok' && reason ? { reason: `${name}: ${reason}` } : {}) };
  };
  return {
    async lock() {
      // One after the other: of two drills at once, one is told before it has locked anything.
      for (const run of [broken, ...others]) {
        const outcome = await run.stage();
        if (outcome.status !== 'ok') return ended(run.name, outcome);
        locked.push(run);
        heartbeat ??= startHeartbeat(leaseSeconds, () =>
          Promise.allSettled(locked.map((one) => one.renew())),
        );
      }
      return { status: 'ok' };
    },
    async make() {
      return ended(experiment.host, await broken.commit());
    },
    async repair() {
      if (experiment.repairsItself) await around.reconnect(experiment.host).catch(() => undefined);
      return ended(experiment.host, await broken.restore());
    },
    async release() {
      heartbeat?.stop();
      await Promise.all(locked.filter((run) => run !== broken && !run.isBack).map((run) => run.restore()));
    },
    async marks() {
      const answer = await around.connections
        .get(experiment.host)
        ?.runScript(marksScript(around.run), { timeoutMs: marksMs });
      return answer ? readMarks(answer.stdout, performance.timeOrigin + performance.now()) : {};
    },
  };
}

const plannedHost = (host: string, changes: PlannedHost['changes']): PlannedHost => ({
  host,
  address: '',
  os: '',
  changes,
});

const stepOf = ({ scenario, host, step, title }: Experiment): PlannedHost['changes'][number] => ({
  id: `drill ${scenario}`,
  host,
  task: 'Drill',
  type: 'drill',
  target: scenario,
  action: 'run',
  attributes: [],
  reason: title,
  fingerprint: '',
  notify: [],
  step: { phase: 'service', ...step },
});
