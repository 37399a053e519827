import { randomBytes } from 'node:crypto';
import { ExitCode, HaprovError } from '../errors';
import { classify } from '../ha/disruption';
import { formerMembers } from '../ha/former-members';
import { withWholeTexts } from '../ha/own/whole-texts';
import { runningVips } from '../ha/running-vips';
import { leaveEarly, prepare, type SshTarget } from '../host/connection';
import { holds } from '../host/facts';
import { type Survey, type Surveyed, survey } from '../host/survey';
import { settleScript } from '../host/transaction';
import type { Host, Inventory } from '../inventory/inventory';
import { requireMade } from '../inventory/made-by-authority';
import type { Readiness } from '../pair/health';
import { type Finding, type FullPlan, type Plan, type PlannedChange, publicPlan } from '../plan/plan';
import type { Resource } from '../playbook/expand';
import { eachText } from '../text/each-text';
import { localTime } from '../text/format';
import { clockOf, clockProblems } from './clocks';
import type { CommonOptions, Context } from './context';
import { loadAndConnect } from './desired-state';
import { drainedBefore } from './drained-before';
import { planHost, questionsOf, readinessOf, unreached } from './host-plan';
import { listenerFor, notAsked, patience, selectHosts, toTarget } from './hosts';
import { keepalivedQuestion, keepalivedThere } from './keepalived-there';
import { leftRoll } from './left-roll';
import { findingsOf } from './lint-subject';
import { listeningOn } from './listening';
import { refuseLocked, runsBeingMade } from './locked';
import { missingFiles, missingQuestion } from './missing-files';
import { type Part, partOf, picker, runningUnits } from './only';
import { withServersByAddress } from './servers-by-address';
import { retiredText, startedAgain } from './started-again';
import { startedWithQuestion, unreadFiles } from './unread-files';
import { heardStrangers, listeningQuestion } from './vrrp-strangers';

/** A plan, and the connections that it was made over. */
export interface Planned {
  inventory: Inventory;
  plan: FullPlan;
  survey: Survey;
  /** How each host is reached, to log in anew. */
  targets: Map<string, SshTarget>;
  /** What each host is to do when all is well. */
  readiness: Map<string, Readiness>;
  /** Where `--only` made it a plan of a part. */
  part?: Part;
}

/** The plan as it may be printed and saved. What a host says of itself may be a secret, too. */
export const shownPlan = ({ plan, inventory }: Pick<Planned, 'plan' | 'inventory'>): Plan =>
  eachText(publicPlan(plan), (text) => inventory.secrets.mask(text));

/** What hosts are to have instead of what their playbooks say: a rollback's wishes. */
export interface Instead {
  wanted: Map<Host, Resource[]>;
  warnings: Finding[];
  /** The hosts that were asked for it: nobody logs in once more. */
  kept: Survey['hosts'];
}

/** What is known when it is asked for. */
export interface BeforePlan {
  inventory: Inventory;
  targets: Map<Host, SshTarget>;
  /** What the playbooks want. */
  wanted: Map<Host, Resource[]>;
}

export interface PlanningOptions {
  /** Called with the hosts' names before any is connected. */
  begin?: (hosts: string[]) => void;
  /** Whether hosts are to change by it, as {@link surveyWhole} needs to know. */
  willChange?: boolean;
  /** Resources that it is about, where those are not all. */
  only?: (resource: Resource) => boolean;
  /** Asked for what hosts are to have, where it is not what their playbooks say. */
  instead?: (known: BeforePlan) => Promise<Instead>;
}

/** The hosts that answer clients by themselves. */
const serving = ({ services, virtualServers, vips }: Inventory) =>
  new Set(
    [
      ...[...services, ...virtualServers].flatMap(({ backends }) => backends.hosts),
      ...vips.filter(({ check }) => !check.haproxy).flatMap(({ members }) => members.map(({ host }) => host)),
    ].map(({ name }) => name),
  );

/** Rules that guess what the hosts say for sure. */
const knownBetter = new Set(['vip-outside-subnets']);

/** Loads and checks everything the user says; asks all hosts; and compares: one exec each, two where there are changes. Changes nothing. */
export async function makePlan(
  options: CommonOptions,
  context: Context,
  planning: PlanningOptions = {},
): Promise<Planned> {
  const ways = new Map<Host, SshTarget>();
  try {
    return await planOver(ways, options, context, planning);
  } finally {
    // Nobody logs in any more by those that were not taken.
    for (const target of ways.values()) leaveEarly(target);
  }
}

async function planOver(
  ways: Map<Host, SshTarget>,
  options: CommonOptions,
  context: Context,
  { begin = () => {}, willChange = false, only: isAbout, instead }: PlanningOptions,
): Promise<Planned> {
  const said = await loadAndConnect(options, context, (loaded) => {
    // What was recorded on hosts needs nothing of it.
    if (!instead) requireMade(loaded);
    for (const host of selectHosts(loaded, options.limit))
      ways.set(host, options.begun?.get(host.name) ?? prepare(toTarget(host, options, context)));
  });
  const hosts = [...ways.keys()];
  const all = new Map([...said.wanted].filter(([host]) => hosts.includes(host)));
  const picks = options.only && picker(options.only, all);
  const only = picks ? (one: Resource) => picks(one) && (isAbout?.(one) ?? true) : isAbout;
  const byPlaybooks = new Map(
    [...all].map(([host, resources]) => [host, only ? resources.filter(only) : resources]),
  );

  begin(hosts.map((host) => host.name));
  const other = await instead?.({ inventory: said.inventory, targets: ways, wanted: byPlaybooks });
  const wanted = other?.wanted ?? byPlaybooks;
  const textsOf = (host: Host) => said.texts.find((one) => one.host === host);
  const targets = [...ways].map(([host, target]) => {
    const resources = wanted.get(host) ?? [];
    const asked = new Set(questionsOf(resources).map(({ id }) => id));
    const listening = other ? [] : listeningQuestion(said.inventory, host, resources);
    return {
      target,
      questions: [
        ...questionsOf(resources),
        ...(only ? questionsOf(all.get(host) ?? []).filter(({ id }) => !asked.has(id)) : []),
        ...listening,
        ...startedWithQuestion(said.inventory, host),
        ...keepalivedQuestion(textsOf(host) ?? {}, [...resources, ...(all.get(host) ?? [])]),
        ...(other ? [] : missingQuestion(textsOf(host), all.get(host) ?? [])),
      ],
    };
  });
  const surveyed = await surveyWhole(targets, context, willChange, other?.kept);
  const inventory = withServersByAddress(said.inventory, surveyed.hosts);
  /** What hosts differ in, where the plan is about a part of it. */
  const whole = new Map<Host, PlannedChange[]>();
  try {
    const planned = hosts.flatMap((host) => {
      const found = surveyed.hosts.find((one) => one.name === host.name);
      if (!found) return [unreached(host, surveyed)];
      const alone = planHost(inventory, host, found, wanted.get(host) ?? [], other !== undefined);
      const plan = withWholeTexts(alone, textsOf(host), keepalivedThere(found));
      if (!only) return [plan];
      const { changes, error } = planHost(inventory, host, found, all.get(host) ?? []);
      if (error === undefined) whole.set(host, changes);
      const left = error === undefined ? Math.max(0, changes.length - plan.changes.length) : null;
      return [{ ...plan, left }];
    });
    const knownOf = ({ name }: Host) => {
      const facts = surveyed.hosts.find((one) => one.name === name)?.facts;
      return facts ? { major: facts.os.major, versions: facts.versions } : { versions: {} };
    };
    const plan: FullPlan = {
      version: 1,
      inventory: inventory.name,
      createdAt: new Date().toISOString(),
      ...(options.limit ? { limit: options.limit } : {}),
      ...(options.only ? { only: options.only } : {}),
      hosts: planned,
      warnings: other?.warnings ?? [
        ...findingsOf(said, options.inventory, knownBetter, knownOf),
        ...unreadFiles(inventory, surveyed, options.inventory),
        ...missingFiles(inventory, surveyed, said.texts, all),
        ...heardStrangers(inventory, surveyed, context, options.inventory),
        ...formerMembers(
          { hosts: planned },
          inventory,
          surveyed.hosts.flatMap(({ facts }) => facts.addresses.map(({ address }) => address)),
          options.inventory,
        ),
      ],
    };
    const readiness = new Map(
      [...byPlaybooks].map(([host, resources]) => {
        const others = picks ? runningUnits(all.get(host) ?? [], whole.get(host)) : [];
        return [host.name, readinessOf(inventory, host, resources, others)];
      }),
    );
    const retired = startedAgain(planned, surveyed.hosts, readiness);
    for (const host of retired) context.emit({ type: 'message', level: 'warning', host, text: retiredText });
    for (const one of drainedBefore(surveyed.hosts, options.inventory))
      if (!retired.includes(one.host)) context.emit({ type: 'message', level: 'warning', ...one });
    for (const text of leftRoll(surveyed.hosts, options.inventory))
      context.emit({ type: 'message', level: 'warning', text });
    const vips = runningVips(inventory.vips, plan);
    const holders = surveyed.hosts.filter(({ facts }) => vips.some((vip) => holds(facts, vip.address)));
    const servers = serving(inventory);
    const asked = surveyed.hosts.filter(({ name }) => servers.has(name));
    const listening = await listeningOn(asked, planned, context, patience(options, context));
    return {
      inventory,
      plan: classify(plan, {
        inventory,
        holders: new Set(holders.map((host) => host.name)),
        listening,
        drained: new Set(surveyed.hosts.flatMap(({ name, facts }) => (facts.drained ? [name] : []))),
        ...(other ? {} : { healthPort: (inventory.said ?? inventory).haproxy.healthPort }),
        keepalived: surveyed.hosts.map(({ facts }) => facts.versions.keepalived),
      }),
      survey: surveyed,
      targets: new Map(targets.map(({ target }) => [target.name, target])),
      readiness,
      ...(picks ? { part: partOf(planned, whole) } : {}),
    };
  } catch (error) {
    surveyed.close();
    throw error;
  }
}

/**
 * Asks all hosts. A run that nobody drives any more is named; with `willChange` it is brought to its end first, and the
 * hosts are asked again, so that the plan starts from what they are then.
 * @param willChange whether what comes of it is to change hosts
 * @param kept hosts that are logged in at
 * @throws HaprovError (exit 3), with all connections closed, where hosts are to change and a living run has the lock of one
 */
export async function surveyWhole(
  targets: Parameters<typeof survey>[0],
  context: Context,
  willChange: boolean,
  kept: Survey['hosts'] = [],
): Promise<Survey> {
  const listener = listenerFor(context);
  const ask = async (known: Survey['hosts']) => {
    const answered = await survey(targets, listener, { kept: connectionsOf(known) });
    if (willChange) refuseLocked(answered);
    return answered;
  };
  const surveyed = await ask(kept);
  for (const text of clockProblems(surveyed.hosts)) context.emit({ type: 'message', level: 'warning', text });
  for (const one of runsBeingMade(surveyed.hosts))
    context.emit({ type: 'message', level: 'warning', ...one });
  const left = surveyed.hosts.filter(({ facts }) => facts.lock && !facts.lock.alive);
  for (const { name, facts } of left) {
    const { run, owner, since, state } = facts.lock ?? { run: '', owner: '', since: new Date(0), state: '' };
    const then = willChange ? 'it is brought to its end first' : 'apply will bring it to its end first';
    context.emit({
      type: 'message',
      level: 'warning',
      host: name,
      text: `the run ${run} of ${owner}, begun ${localTime(since)}, was left ${state || 'unfinished'} and nobody drives it: ${then}`,
    });
  }
  if (!willChange || left.length === 0) return surveyed;
  context.begin();
  try {
    await Promise.all(left.map(bringToItsEnd));
  } catch (error) {
    surveyed.close();
    throw error;
  }
  // Nobody is asked for a second code.
  return ask(surveyed.hosts);
}

const connectionsOf = (hosts: Survey['hosts']) =>
  new Map(hosts.map(({ name, connection }) => [name, connection]));

/** To undo what a run had changed may take long; the host goes on by itself where nobody waits any more. */
export const endsWithinMs = 300_000;

/** @throws HaprovError (exit 4) where what the run had changed could not be put back */
export async function bringToItsEnd({
  name,
  connection,
  facts,
}: Pick<Surveyed, 'name' | 'connection' | 'facts'>): Promise<void> {
  const run = facts.lock?.run ?? '';
  const { stdout } = await connection.runScript(settleScript(run), {
    to: `bring the run ${run} to its end`,
    timeoutMs: endsWithinMs,
  });
  const [state = ''] = stdout.trim().split('\n').at(-1)?.split(' ') ?? [];
  // Alive: it was restarted meanwhile, and does so by itself.
  if (!['broken', 'finished', 'restored', 'gone', 'alive'].includes(state))
    throw new HaprovError(
      ExitCode.failed,
      `${name}: could not bring the run ${run} to its end: it is ${state || 'in no known state'}`,
      `look at /var/lib/haprov/runs/${run}/log on the host`,
    );
  if (state === 'broken')
    throw new HaprovError(
      ExitCode.notRestored,
      `${name}: the run ${run} was brought to its end, but the host is NOT RESTORED; no host was touched otherwise`,
      `log in to ${name} and put right what /var/lib/haprov/runs/${run}/log names; what was there before is kept in /var/lib/haprov/runs/${run}/steps; then run this again`,
    );
}

/** By the hosts' clocks, in words that sort by time as long as those are right; it does not clash. */
export function newRunId({ hosts }: Survey): string {
  const at = (clockOf(hosts) ?? new Date()).toISOString();
  return `${at.replace(/[-:]/g, '').replace(/\..*/, 'Z')}-${randomBytes(3).toString('hex')}`;
}

/**
 * @param isShown what is wrong with each host has been printed with the plan
 * @throws the hosts' own errors (exit 3), or one that names the hosts the inventory does not fit (exit 2).
 */
export function requireWhole({ plan, survey: { hosts: reached, failures } }: Planned, isShown = false): void {
  const names = reached.map(({ name }) => name).join(',');
  const goOn = reached.length > 0 ? `no host was touched; to go on without it: --limit ${names}` : undefined;
  const error = notAsked(failures, goOn);
  if (error && isShown)
    throw new HaprovError(
      error.exitCode,
      `${failures.map(({ name }) => name).join(', ')} could not be asked: see the plan`,
      goOn,
    );
  if (error) throw error;
  const unfit = plan.hosts.filter((host) => host.error !== undefined);
  if (unfit.length > 0)
    throw new HaprovError(
      2,
      unfit.map((host) => `${host.host}: ${host.error}`).join('\n'),
      'no host was touched: correct the inventory, or the host, and plan again',
    );
}
