import { isTaken, newestNote, placeBackBy, type RollNote } from '../host/roll-note';
import type { Survey, Surveyed } from '../host/survey';
import { waysOf } from '../host/ways';
import type { Host, Inventory } from '../inventory/inventory';
import { maintenanceOf, pairOf, toldQuestion, watchedQuestion } from '../maintenance/open-maintenance';
import { behind, type Ways } from '../pair/answers';
import { holdersOf, type PairState } from '../pair/health';
import { servedOf } from '../pair/served';
import type { Context } from '../planning/context';
import { type DesiredState, loadDesiredState } from '../planning/desired-state';
import { readinessOf } from '../planning/host-plan';
import { notAsked, Opened, operator, selectHosts, toTarget } from '../planning/hosts';
import { findingsOf } from '../planning/lint-subject';
import { newRunId, surveyWhole } from '../planning/planning';
import { withServersByAddress } from '../planning/servers-by-address';
import { HostRun } from '../rollout/host-run';
import { hostOf } from '../rollout/host-verbs';
import { CloserLook } from './closer-look';
import { beforeQuestion, type HostBefore, readBefore } from './host-before';
import { noteKeeper } from './note-keeper';
import { refuseAlone, refuseForgotten, refuseLost, refuseUnstartable } from './refuse-alone';
import { resume } from './resume';
import { markQuestion } from './roll-note';
import { confirmSeconds, type RollOptions, type WorkOn } from './roll-options';
import type { RollPlan } from './roll-words';
import { hasTurn, partsOf, type Roll, type RollHost, standOf } from './rolling';
import { sshBoot } from './ssh-boot';
import { startsOn } from './starts';

/** A roll that is known, and not begun. */
export interface OpenRoll {
  /** As it is served: without what is not applied yet. */
  inventory: Inventory;
  plan: RollPlan;
  roll: Roll;
  /** What is noted of a roll that was begun and not brought to its end. */
  left?: RollNote;
  /** As {@link Resumed.leftOut}. */
  leftOut: readonly string[];
  close(): void;
}

const giveUpSeconds = 300;
/** How long a host may take until all is as before, once it answers. */
const gateMs = 90_000;

/**
 * Asks all hosts, and says what a roll would do, in which order: hosts that hold no VIP first. Changes nothing.
 * @throws HostError (exit 3) where a host is not reached, or another run or roll has its lock; HaprovError (exit 1) where nobody else
 * would serve; UsageError where another command’s roll was left
 */
export async function openRoll(
  command: string,
  options: RollOptions,
  context: Context,
  workOn: WorkOn,
): Promise<OpenRoll> {
  const loaded = await loadDesiredState(options, context);
  const chosen = selectHosts(loaded.inventory, options.limit);
  const targets = new Map(
    loaded.inventory.hosts.map((host) => [host.name, toTarget(host, options, context)]),
  );
  const { name, hosts } = { name: options.inventory, hosts: chosen.map((host) => host.name) };
  context.emit({ type: 'run-start', command, inventory: name, hosts });
  const surveyed = await surveyWhole(
    [...targets.values()].map((target) => ({
      target,
      questions: [toldQuestion, watchedQuestion, markQuestion, beforeQuestion],
    })),
    context,
    options.yes || context.canAsk,
  );
  const inventory = withServersByAddress(loaded.inventory, surveyed.hosts);
  const said = { ...loaded, inventory };
  const opened = new Opened();
  const closer = new CloserLook(options, context, said);
  const close = () => {
    surveyed.close();
    opened.close();
    closer.close();
  };
  try {
    const readiness = new Map(
      [...said.wanted].map(([host, resources]) => [host.name, readinessOf(inventory, host, resources)]),
    );
    const ways = await waysOf(targets.values());
    const reached = pairOf({ inventory, surveyed, targets, readiness, opened, ways });
    const asked = { command, said, chosen, surveyed, reached, ways, closer };
    return { close, ...(await planRoll(asked, options, context, workOn)) };
  } catch (error) {
    close();
    tellOfDrained(surveyed, context);
    throw error;
  }
}

/** Where the roll is not even begun: the same command goes on with hosts that one which was left has drained. */
function tellOfDrained({ hosts }: Survey, { emit }: Context): void {
  const left = newestNote(hosts.flatMap(({ facts }) => facts.roll ?? []));
  if (!left) return;
  for (const { name, facts } of hosts) {
    const stand = left.hosts.get(name);
    if (facts.drained && stand && isTaken(stand))
      emit({
        type: 'message',
        level: 'warning',
        host: name,
        text: `is still drained by the haprov ${left.command} that was left (${placeBackBy(name)})`,
      });
  }
}

interface Asked {
  command: string;
  said: DesiredState;
  /** In the inventory's order. */
  chosen: readonly Host[];
  surveyed: Survey;
  reached: ReturnType<typeof pairOf>;
  ways: Ways;
  closer: CloserLook;
}

async function planRoll(
  { command, said, chosen, surveyed, reached, ways, closer }: Asked,
  options: RollOptions,
  context: Context,
  workOn: WorkOn,
): Promise<Omit<OpenRoll, 'close'>> {
  const { hosts, connections } = reached;
  const noted = newestNote(surveyed.hosts.flatMap(({ facts }) => facts.roll ?? []));
  requireAll(surveyed, noted);
  tellOfLint(said, options, context);
  const before = await reached.pair.look();
  const run = newRunId(surveyed);
  const drained = new Set(surveyed.hosts.filter(({ facts }) => facts.drained).map(({ name }) => name));
  const { note, left, leftOut, due, words } = resume(noted, {
    command: [command, ...options.wish].join(' '),
    hosts: inOrder(chosen, before, said.inventory, ways),
    known: said.inventory.hosts.map(({ name }) => name),
    drained,
    anew: options.anew,
    roll: run,
    owner: operator(),
    now: new Date(),
  });
  const kept = surveyed.hosts.flatMap(({ name, answers }): [string, HostBefore][] => {
    const before = readBefore(answers.of(beforeQuestion.id));
    return before ? [[name, before]] : [];
  });
  const findings = await closer.begin(due, note, connections, new Map(kept));
  for (const { level, message } of findings)
    if (level === 'broken')
      context.emit({ type: 'message', level: 'warning', text: `broken before this begins: ${message}` });
  // An inventory that is not applied yet says how a host must be, and not how it was before.
  const pair = reached.pair.asServed(before);
  const inventory = servedOf(said.inventory, pair, before, await reached.pair.look());
  const surroundings = { run, owner: operator(), command, inventory: inventory.name };
  const leaseSeconds = options.confirmWithin;
  // A host that the roll itself has taken out, or the one that is begun anew, is back before the next one's turn.
  const isOneAway = due.some((name) => isTaken(standOf({ note }, name)));
  /** The hosts of which nobody knows how they were before a roll took them out. */
  const unknown = new Set<string>();
  const turns: RollPlan['turns'] = [];
  const rolled: RollHost[] = [];
  const stands = new Map(note.hosts);
  for (const name of due) {
    const found = surveyed.hosts.find((one) => one.name === name) as Surveyed;
    const host = inventory.hosts.find((one) => one.name === name) as Host;
    const stand = standOf({ note }, name);
    const hasBooted = stand.state === 'booting' && found.answers.of(markQuestion.id).trim() !== stand.mark;
    if (stand.state !== 'due') unknown.add(name);
    const connection = () => connections.get(name) ?? found.connection;
    const work = await workOn(found, connection, surveyed.hosts, hasBooted);
    if (!hasTurn(stand, work)) {
      stands.set(name, { ...stand, state: 'done' });
      continue;
    }
    const maintenance = {
      ...maintenanceOf({ inventory, host, surveyed, pair, hosts }, context),
      say: (words: string) => {
        const text = words.startsWith(`${name} `) ? words.slice(name.length + 1) : words;
        context.emit({ type: 'message', level: 'info', host: name, text });
      },
      begin: () => {},
    };
    if (!stand.staysDrained && !options.allowOutage && !isOneAway) {
      await refuseAlone(maintenance, before, command);
      refuseLost(maintenance, before, command);
    }
    const boots = work !== undefined && work.boot !== 'no' && stand.state !== 'booting';
    if (boots && !options.allowOutage) refuseForgotten(maintenance, command);
    const runs = {
      ...surroundings,
      leaseSeconds,
      giveUpSeconds,
      confirmSeconds: confirmSeconds(leaseSeconds, work ?? {}, gateMs),
      stopping: context.stopping,
      emit: context.emit,
    };
    rolled.push({
      name,
      maintenance,
      boots: sshBoot(name, { ...reached, run }),
      ...partsOf(work ?? {}, (changes) => new HostRun(runs, hostOf(hosts, name), { host: name, changes })),
    });
    turns.push({
      host: name,
      address: host.address,
      os: found.facts.os.name,
      holds: inventory.vips
        .filter((vip) => holdersOf(vip, before).includes(name))
        .map((vip) => ({ vip: vip.name, address: vip.address })),
      stand: stand.state,
      staysDrained: stand.staysDrained,
      endingWithBoot: closer.endingWithBoot(name),
      leadsTo: behind(ways, name),
      ...(work?.packages ? { packages: work.packages } : {}),
      boot: work?.boot ?? (stand.state === 'booting' && !hasBooted ? 'yes' : 'no'),
    });
  }
  if (!options.allowOutage) {
    const worked = rolled.flatMap(({ name, run }) => (run ? [name] : []));
    refuseUnstartable(worked, findings, command);
  }
  const { timeout, bootWithin, soak } = options;
  return {
    inventory,
    ...(left ? { left } : {}),
    leftOut,
    plan: {
      version: 1,
      command,
      inventory: inventory.name,
      resumed: words,
      turns,
      waits: { sessions: timeout, boot: bootWithin, soak },
    },
    roll: {
      command,
      run,
      note: { ...note, hosts: stands },
      hosts: rolled,
      connected: hosts,
      pair: pair.asBefore(before, inventory.vips, unknown),
      services: inventory.services,
      before,
      boot: options.boot,
      waits: { sessionsMs: timeout * 1000, bootMs: bootWithin * 1000, soakMs: soak * 1000, gateMs },
      cuts: options.cut,
      force: options.allowOutage,
      leaseSeconds,
      keepBefore: (name) => closer.keep(name, connections),
      newFaults: (name, hasBooted) => closer.faultsSince(name, connections, hasBooted),
      starts: (name) => startsOn(connections.get(name), Object.keys(before.get(name)?.units ?? {})),
      ...noteKeeper(connections, { ...surroundings, leaseSeconds, begun: new Date() }, context),
      emit: context.emit,
      stopping: context.stopping,
      begin: context.begin,
    },
  };
}

/** @throws the hosts' own errors (exit 3): who cannot be asked may be the one that is to serve */
function requireAll({ failures }: Survey, left: RollNote | undefined): void {
  const booting = failures.filter(({ name }) => left?.hosts.get(name)?.state === 'booting');
  const names = booting.map(({ name }) => name).join(', ');
  const told = `${names} was told to boot by the ${left?.command} that was left: run this again when it answers`;
  const error = notAsked(failures, booting.length > 0 ? told : 'nothing was done');
  if (error) throw error;
}

/**
 * Hosts that hold no VIP first, and of those the one that is meant to hold it last, which the inventory names first; after all
 * others those by which others are reached, of which nobody could renew a run while these are away.
 */
function inOrder(chosen: readonly Host[], before: PairState, { vips }: Inventory, ways: Ways): string[] {
  const holds = (name: string) => vips.some((vip) => holdersOf(vip, before).includes(name));
  const names = chosen.map(({ name }) => name);
  const ordered = [...names.filter((name) => !holds(name)).reverse(), ...names.filter(holds)];
  const leads = (name: string) => behind(ways, name).length > 0;
  return [...ordered.filter((name) => !leads(name)), ...ordered.filter(leads)];
}

/** What is wrong although every word is valid. */
function tellOfLint(said: DesiredState, { inventory }: RollOptions, { emit }: Context): void {
  for (const { where, message, severity } of findingsOf(said, inventory))
    if (severity === 'error')
      emit({ type: 'message', level: 'warning', text: `${where}: ${message} (haprov lint says more)` });
}
