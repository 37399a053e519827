import { didYouMean } from '../document/suggest';
import { type HaprovError, HostError, UsageError } from '../errors';
import type { SshTarget } from '../host/connection';
import { toldScript } from '../host/drain-scripts';
import type { HostFacts } from '../host/facts';
import type { Question } from '../host/probe';
import { type RollNote, takenBy } from '../host/roll-note';
import { type Survey, type Surveyed, survey } from '../host/survey';
import type { Host, Inventory } from '../inventory/inventory';
import type { Ways } from '../pair/answers';
import { drainFlags, readWatched, watchedScript } from '../pair/drain-flag';
import { drainMeansOf, noDrainMeans } from '../pair/drain-means';
import type { Readiness } from '../pair/health';
import { Pair } from '../pair/pair';
import type { CommonOptions, Context } from '../planning/context';
import { loadDesiredState } from '../planning/desired-state';
import { readinessOf } from '../planning/host-plan';
import { listenerFor, Opened, operator, reconnector, selectHosts, toTarget } from '../planning/hosts';
import { lockedBy } from '../planning/locked';
import { newRunId } from '../planning/planning';
import { withServersByAddress } from '../planning/servers-by-address';
import type { Hosts } from '../rollout/host-verbs';
import { sshHosts } from '../rollout/ssh-host';
import { drainLeaseSeconds, type Holder, holderOf, isDrain, nameOfDrain } from './hold-hosts';
import type { Maintenance } from './maintenance';

/** A host to drain or undrain, with the connections to the hosts around it. */
export interface OpenMaintenance {
  maintenance: Maintenance;
  /** The hosts that answer. */
  asked: readonly Surveyed[];
  /** Keeps others from the hosts that answer, besides those where a run is being made. */
  holder: Holder;
  /** Since when and by whom the host is drained. */
  drained?: HostFacts['drained'];
  /** The roll that was left and has taken it out, which gives it its place back when it goes on. */
  left?: RollNote;
  /** Why the host itself is not reached; absent where it is. */
  failure?: HaprovError;
  close(): void;
}

/** Asks what the host's keepalived watches. */
export const watchedQuestion: Question = { id: 'watched', script: watchedScript };
/** Asks every host whether its HAProxy takes commands. */
export const toldQuestion: Question = { id: 'told', script: toldScript };

/**
 * Connects to the host and to all others of the inventory, or those of `--limit`.
 * @param begin called before any is asked, where there is such a host
 * @throws UsageError where there is no such host; HostError (exit 3) where a living run has its lock, or no host is reached
 */
export async function openMaintenance(
  options: CommonOptions & { host: string },
  context: Context,
  begin?: () => void,
): Promise<OpenMaintenance> {
  const { inventory: said, wanted } = await loadDesiredState(options, context);
  const names = said.hosts.map(({ name }) => name);
  const host = said.hosts.find(({ name }) => name === options.host);
  if (!host)
    throw new UsageError(
      `there is no host "${options.host}" in ${options.inventory}${didYouMean(options.host, names)}`,
      `its hosts: ${names.join(', ')}`,
    );
  begin?.();
  const limited = selectHosts(said, options.limit);
  const targets = new Map(
    said.hosts
      .filter((one) => one === host || limited.includes(one))
      .map((one) => [one.name, toTarget(one, options, context)]),
  );
  const surveyed = await survey(
    [...targets.values()].map((target) => ({
      target,
      questions: [toldQuestion, ...(target.name === host.name ? [watchedQuestion] : [])],
    })),
    listenerFor(context),
  );
  const failure = surveyed.failures.find(({ name }) => name === host.name)?.error;
  if (failure && surveyed.hosts.length === 0) throw failure;
  const inventory = withServersByAddress(said, surveyed.hosts);
  const readiness = new Map(
    [...wanted].map(([one, resources]) => [one.name, readinessOf(inventory, one, resources)]),
  );
  const opened = new Opened();
  const reached = pairOf({ inventory, surveyed, targets, readiness, opened });
  const maintenance = maintenanceOf({ inventory, host, surveyed, ...reached }, context);
  const { drained } = surveyed.hosts.find(({ name }) => name === host.name)?.facts ?? {};
  const left = takenBy(
    surveyed.hosts.flatMap(({ facts }) => facts.roll ?? []),
    host.name,
  );
  const free = new Map([...reached.connections].filter(([name]) => !maintenance.busy.has(name)));
  return {
    maintenance,
    asked: surveyed.hosts,
    holder: holderOf(free, {
      run: nameOfDrain(newRunId(surveyed)),
      leaseSeconds: drainLeaseSeconds,
      begun: new Date(),
      owner: maintenance.by,
    }),
    ...(drained ? { drained } : {}),
    ...(left ? { left } : {}),
    ...(failure ? { failure } : {}),
    close: () => {
      surveyed.close();
      opened.close();
    },
  };
}

/** A survey of hosts, and what is known of them. */
interface Reached {
  inventory: Inventory;
  surveyed: Survey;
  /** How each host is reached. */
  targets: ReadonlyMap<string, SshTarget>;
  readiness: ReadonlyMap<string, Readiness>;
  /** Collects reconnections; the caller closes them. */
  opened: Opened;
  ways?: Ways;
}

/** The hosts that answered a survey, and the pair that they are. */
export function pairOf({ inventory, surveyed, targets, readiness, opened, ways }: Reached) {
  const connections = new Map(surveyed.hosts.map(({ name, connection }) => [name, connection]));
  const reconnect = reconnector(targets, connections, opened);
  const hosts = sshHosts({ connections, reconnect, asked: inventory.haproxy });
  return { hosts, pair: new Pair(inventory, hosts, readiness, ways), connections, reconnect };
}

/** One host of a pair, and the survey of all. */
interface Asked extends Pick<Reached, 'inventory' | 'surveyed'> {
  host: Host;
  pair: Pair;
  hosts: Hosts;
}

/** @throws HostError (exit 3), with all connections closed, where a living run has the host's lock */
export function maintenanceOf(
  { inventory, host, surveyed, pair, hosts }: Asked,
  context: Context,
): Maintenance {
  const found = surveyed.hosts.find(({ name }) => name === host.name);
  const facts = found?.facts;
  if (facts?.lock?.alive && !isDrain(facts.lock.run)) {
    surveyed.close();
    throw lockedBy(host.name, facts.lock, facts.roll);
  }
  const watched = readWatched(found?.answers.find(watchedQuestion.id) ?? '');
  const own = inventory.vips.filter(({ members }) => members.some((member) => member.host === host));
  const busy = surveyed.hosts.flatMap(({ name, facts: { lock } }) =>
    lock?.alive && !isDrain(lock.run)
      ? [[name, `a run of ${lock.owner || 'somebody'} is being made there (${lock.run})`] as const]
      : [],
  );
  const told = surveyed.hosts.map(
    ({ name, answers }) => [name, (answers.find(toldQuestion.id) ?? '').trim()] as const,
  );
  return {
    host: host.name,
    vips: inventory.vips,
    services: inventory.services,
    virtualServers: inventory.virtualServers,
    pair,
    hosts,
    by: operator(),
    means: watched ? drainMeansOf(own, watched, { flag: drainFlags.drain, host: host.name }) : noDrainMeans,
    mute: new Set(told.flatMap(([name, answer]) => (answer === 'none' ? [name] : []))),
    lostSockets: new Map(
      told.flatMap(([name, answer]) =>
        answer.startsWith('lost ') ? [[name, answer.slice(5)] as const] : [],
      ),
    ),
    busy: new Map(busy),
    wasDrained: facts?.drained !== undefined,
    say: (text) => context.emit({ type: 'message', level: 'info', text }),
    warn: (text) => context.emit({ type: 'message', level: 'warning', text }),
    stopping: context.stopping,
    begin: context.begin,
  };
}

/** The error for a host that is not reached; `done` says what was done on the other hosts. */
export function notReached(failure: HaprovError, host: string, done: string, hint: string): HostError {
  return new HostError(host, `${failure.message.replace(`${host}: `, '')}; ${done}`, hint);
}
