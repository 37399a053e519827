import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, leaveEarly, prepare, type SshTarget } from '../host/connection';
import { lastRunQuestion, readHistory } from '../host/history';
import type { Question } from '../host/probe';
import { type Survey, type SurveyListener, surveyAgain } from '../host/survey';
import { isAt } from '../inventory/endpoints';
import type { Host, Inventory } from '../inventory/inventory';
import { probeTargets } from '../pair/vip-probe';
import { sendRequest } from '../pair/vip-probe-request';
import type { Resource } from '../playbook/expand';
import {
  type DiagnosticsRequest,
  diagnosticsScript,
  readDiagnostics as readAnswer,
} from '../status/diagnostics';
import { settled, unsettled } from '../status/findings/settle';
import { judge } from '../status/judge';
import type { HostSnapshot, LaptopAnswer, Snapshot } from '../status/snapshot';
import type { Status } from '../status/status';
import { eachText } from '../text/each-text';
import { namingInventory } from '../text/format';
import type { CommonOptions, Context } from './context';
import { type DesiredState, loadAndConnect } from './desired-state';
import { planHost, questionsOf, readinessOf, unreached } from './host-plan';
import { listenerFor, selectHosts, statusAnswersWithin, toTarget } from './hosts';
import { withServersByAddress } from './servers-by-address';

/** Somebody who looks at the inventory's hosts, again and again over the same connections. */
export interface StatusObserver {
  /**
   * Asks every host once, one exec each, and judges what they say; where that would accuse somebody of what may be a VIP
   * on its way, it looks again first. A host that cannot be asked is a finding, not an error.
   * @throws InputError when the inventory is wrong
   */
  look(): Promise<Status>;
  /** What the last look was about. */
  readonly inventory: Inventory | undefined;
  /** The connections of the last look, by host. */
  readonly connections: ReadonlyMap<string, Connection>;
  close(): void;
}

/** After how many times of that a host that has not said all counts as silent: it must not keep the watcher from the others. */
const longest = 4;
const laptopTimeoutMs = 1000;
/** What a host has said is asked again where others took so much longer to answer, or to fail. */
const agesAfterMs = 3000;
/** What only one look shows of an address is looked at again, so often, after so long; a look of so long ago counts no more. */
const confirmations = 2;
const confirmAfterMs = 1000;
const agesInMs = 30_000;

const id = 'status';

/** What to do next, as it can be pasted; a host may have said a secret. */
const shownStatus = (found: Status, file: string, { secrets }: Inventory): Status =>
  eachText(
    {
      ...found,
      findings: found.findings.map((one) => ({ ...one, next: namingInventory(one.next, file) })),
    },
    (text) => secrets.mask(text),
  );

/**
 * @param kept connections that are there already; their opener closes them too
 * @param given what was read already, for a look that is not to see what is edited meanwhile
 */
export function statusObserver(
  options: CommonOptions,
  context: Context,
  kept: ReadonlyMap<string, Connection> = new Map(),
  given?: DesiredState,
): StatusObserver {
  const within = options.answerWithin ?? statusAnswersWithin;
  let inventory: Inventory | undefined;
  let last: { found: Status; at: number } | undefined;
  /** When each host has answered, of this look. */
  const heard = new Map<string, number>();
  return {
    get inventory() {
      return inventory;
    },
    get connections() {
      return kept;
    },
    async look() {
      const ways = new Map<Host, SshTarget>();
      try {
        return await lookOver(ways);
      } finally {
        for (const target of ways.values()) leaveEarly(target);
      }
    },
    close() {
      for (const connection of kept.values()) connection.close();
    },
  };

  async function lookOver(ways: Map<Host, SshTarget>): Promise<Status> {
    const begin = (loaded: Inventory) => {
      for (const host of selectHosts(loaded, options.limit)) {
        const target = () => toTarget(host, { ...options, answerWithin: within }, context);
        const begun = options.begun?.get(host.name);
        ways.set(host, begun ?? (kept.has(host.name) ? target() : prepare(target())));
      }
    };
    if (given) begin(given.inventory);
    // A path is read anew each time: who looks on while editing the inventory sees what is not applied yet.
    const said = given ?? (await loadAndConnect(options, context, begin));
    inventory = said.inventory;
    const hosts = [...ways.keys()];
    let failures: Survey['failures'] = [];
    const lookAt = async (some: ReadonlyMap<Host, SshTarget>) => {
      heard.clear();
      const [surveyed, laptop] = await Promise.all([
        surveyForStatus(said, some, { context, within, kept, heard }),
        askFromHere(said.inventory),
      ]);
      kept = new Map(surveyed.hosts.map(({ name, connection }) => [name, connection]));
      return { surveyed, laptop };
    };
    const lookAtAll = async (): Promise<Status> => {
      const first = await lookAt(ways);
      failures = first.surveyed.failures;
      if (kept.size === 0 || performance.now() - Math.min(...heard.values()) < agesAfterMs)
        return judge(snapshotOf(said, hosts, first.surveyed, first.laptop));
      // What some have said is as old by now as the wait for the others.
      return lookAgain();
    };
    /** Those that answer; what failed is known. */
    const lookAgain = async (): Promise<Status> => {
      const { surveyed, laptop } = await lookAt(new Map([...ways].filter(([{ name }]) => kept.has(name))));
      failures = [...failures, ...surveyed.failures];
      return judge(snapshotOf(said, hosts, { ...surveyed, failures }, laptop));
    };
    let found = await lookAtAll();
    let before = last && performance.now() - last.at < agesInMs ? last.found : undefined;
    for (let more = 0; more < confirmations && unsettled(found, before).length > 0; more++) {
      await sleep(confirmAfterMs, undefined, { signal: context.stopping }).catch(() => undefined);
      if (context.stopping.aborted) break;
      before = found;
      found = await lookAgain();
    }
    last = { found, at: performance.now() };
    return shownStatus(before ? settled(found, before) : found, options.inventory, said.inventory);
  }
}

/** Whether each VIP answers a client on this machine. */
function askFromHere(inventory: Inventory): Promise<LaptopAnswer[]> {
  const targets = probeTargets(inventory).filter(
    ({ address, port }, index, all) =>
      inventory.vips.some((vip) => vip.address === address) &&
      all.findIndex((one) => one.address === address && one.port === port) === index,
  );
  return Promise.all(
    targets.map(async (target) => {
      const { failure, status } = await sendRequest(target, laptopTimeoutMs);
      return {
        address: target.address,
        port: target.port,
        ...(failure ? { failure } : {}),
        ...(status ? { status } : {}),
      };
    }),
  );
}

interface Way {
  context: Context;
  /** Seconds that each question has. */
  within: number;
  kept: ReadonlyMap<string, Connection>;
  heard: Map<string, number>;
}

async function surveyForStatus(
  { inventory, wanted }: DesiredState,
  ways: ReadonlyMap<Host, SshTarget>,
  { context, within, kept, heard }: Way,
): Promise<Survey> {
  const targets = [...ways].map(([host, target]) => ({
    target,
    questions: statusQuestions(inventory, host, wanted.get(host) ?? []),
  }));
  const told = listenerFor(context);
  const listener: SurveyListener = {
    ...told,
    end(host, phase, ms, error) {
      if (phase === 'probe' && !error) heard.set(host, performance.now());
      told.end(host, phase, ms, error);
    },
  };
  return surveyAgain(targets, listener, { kept, timeoutMs: longest * within * 1000 });
}

/** All that a host is asked for a status, beside its facts. */
export function statusQuestions(
  inventory: Inventory,
  host: Host,
  resources: readonly Resource[],
): Question[] {
  const look = diagnosticsFor(inventory, host, resources);
  const asksFor = { units: [...look.units], addresses: true as const, bootPackages: true as const };
  return [...questionsOf(resources), lastRunQuestion, { id, script: diagnosticsScript(look), asksFor }];
}

/** Where services write, beside the folders of their files. */
const places = [
  '/',
  '/etc',
  '/usr',
  '/var',
  '/var/lib',
  '/var/lib/haprov',
  '/var/log',
  '/var/tmp',
  '/tmp',
  '/run',
];

/** One port of each VIP that something is to answer on. */
function diagnosticsFor(
  inventory: Inventory,
  host: Host,
  resources: readonly Resource[],
): DiagnosticsRequest {
  const { units } = readinessOf(inventory, host, resources);
  const files = resources.flatMap(({ about: { path } }) =>
    path === undefined ? [] : [path.replace(/\/[^/]*$/, '') || '/'],
  );
  const vips = inventory.vips.flatMap((vip) => {
    const endpoint = inventory.services
      .flatMap(({ endpoints }) => endpoints)
      .find((one) => !one.udp && isAt(one, vip));
    const port =
      endpoint?.port ?? probeTargets(inventory).find(({ address }) => address === vip.address)?.port;
    return port === undefined ? [] : [{ address: vip.address, port }];
  });
  const paths = [...new Set([...places, ...files])];
  return {
    asked: inventory.haproxy,
    units,
    paths,
    vips,
    hosts: inventory.hosts.map(({ address }) => address),
  };
}

function snapshotOf(
  { inventory: said, wanted }: DesiredState,
  hosts: readonly Host[],
  surveyed: Survey,
  laptop: LaptopAnswer[],
): Snapshot {
  const inventory = withServersByAddress(said, surveyed.hosts);
  const seen = hosts.map((host): HostSnapshot => {
    const resources = wanted.get(host) ?? [];
    const found = surveyed.hosts.find(({ name }) => name === host.name);
    const failure = surveyed.failures.find(({ name }) => name === host.name)?.error;
    const lastRun = found && lastRunOn(found);
    return {
      host,
      readiness: readinessOf(inventory, host, resources),
      // A playbook's list of kernel parameters may be empty.
      wanted: new Set(
        resources
          .filter(({ part, about }) => part !== 'sysctl' || Object.keys(about.values ?? {}).length > 0)
          .map(({ part }) => part),
      ),
      // Of a package any version is as wanted, and what a command does is not known.
      mended: new Set(
        resources.filter(({ part, isOpaque }) => part !== 'packages' && !isOpaque).map(({ id }) => id),
      ),
      plan: found ? planHost(inventory, host, found, resources) : unreached(host, surveyed),
      ...(found ? { facts: found.facts, diagnostics: readAnswer(found.answers.of(id)) } : {}),
      ...(failure ? { failure } : {}),
      ...(lastRun ? { lastRun } : {}),
    };
  });
  return { inventory, hosts: seen, laptop, now: new Date() };
}

function lastRunOn({ answers, facts: { lock } }: Survey['hosts'][number]): HostSnapshot['lastRun'] {
  const [last] = readHistory(answers.of(lastRunQuestion.id));
  return last && { ...last, alive: lock?.run === last.run && lock.alive };
}
