import type { EventBody } from '../events/events';
import type { Connection } from '../host/connection';
import type { PlannedHost } from '../plan/plan';
import { startHeartbeat } from '../rollout/heartbeat';
import { type HostOutcome, HostRun } from '../rollout/host-run';
import { hostOf } from '../rollout/host-verbs';
import { sshHosts } from '../rollout/ssh-host';
import type { Experiment } from './experiments';
import { type Marks, marksScript, readMarks } from './host-answers';

interface FaultSurroundings {
  run: string;
  owner: string;
  inventory: string;
  connections: ReadonlyMap<string, Connection>;
  reconnect(host: string): Promise<Connection>;
  emit(event: EventBody): void;
}

/** How a verb ended, and the reason where it is not ok. */
export interface FaultOutcome {
  status: HostOutcome['status'];
  reason?: string;
}

/** A fault on one host, and its repair. */
export interface FaultInjection {
  /** Locks every host for this scenario, so that no other run can begin. */
  lock(): Promise<FaultOutcome>;
  make(): Promise<FaultOutcome>;
  /** Repairs the fault; call it also where `make` was never called. */
  repair(): Promise<FaultOutcome>;
  /** Unlocks the other hosts. */
  release(): Promise<void>;
  /** When the host made and repaired the fault. */
  marks(): Promise<Marks>;
}

/** The lease's length beyond that of the fault; when it is over, a host without a laptop repairs itself. */
const leaseMarginSeconds = 10;

/** How long a host may take to answer when it made and repaired the fault. */
const marksMs = 15_000;

/** How long to wait for a host: booting may take minutes. */
const giveUpSeconds = 300;

/** The lease of an experiment's run, in seconds. */
export const leaseOf = ({ holdMs }: Pick<Experiment, 'holdMs'>) =>
  Math.ceil(holdMs / 1000) + leaseMarginSeconds;

/**
 * The experiment as a transaction on each host: one step on the host with the fault, none on the others. It is committed
 * and never confirmed, so that the watcher restores the host when the lease is over: docs/decisions/0003-transaction.md.
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
      // The phases of a rollout mean nothing in a drill.
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
      // One after the other: of two drills at once, one then locks no host.
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
