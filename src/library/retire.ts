import { ExitCode, HaprovError, HostError } from '../errors';
import type { RunEnd } from '../events/events';
import { executePlan } from '../execution/execute-plan';
import { classify } from '../ha/disruption';
import { isAside } from '../ha/surroundings';
import { forgetDrainedScript } from '../host/drain-scripts';
import { whyNot } from '../host/script-result';
import type { Survey, Surveyed } from '../host/survey';
import type { Host, Inventory, Vip } from '../inventory/inventory';
import { surveyAgreeing } from '../maintenance/agree-to-key';
import { drainHost } from '../maintenance/drain-host';
import { faultsOf, joinWithAnd, type Maintenance } from '../maintenance/maintenance';
import { maintenanceOf, pairOf, toldQuestion, watchedQuestion } from '../maintenance/open-maintenance';
import { inFaultBeside } from '../maintenance/still-served';
import { servedByNobodyElse } from '../pair/drain-effects';
import { holdersOf, type PairState } from '../pair/health';
import { listenersOf, listenersQuestion } from '../pair/serving';
import { outages } from '../plan/disruption';
import type { FullPlan } from '../plan/plan';
import { mayGoOn } from '../planning/agree';
import type { CommonOptions, Context } from '../planning/context';
import { loadDesiredState } from '../planning/desired-state';
import { configs, placed, rename, whoIsMeant } from '../planning/former-member';
import { planHost, questionsOf, readinessOf } from '../planning/host-plan';
import { Opened, toTarget } from '../planning/hosts';
import { surveyWhole } from '../planning/planning';
import { withServersByAddress } from '../planning/servers-by-address';
import type { Resource } from '../playbook/expand';
import { usualRollout } from '../ranges';
import { probeFile } from '../resources/file-state';
import { serviceNamed } from '../resources/service';

export interface RetireOptions extends CommonOptions {
  /** The name of a host in the inventory, or the address of a host that was removed from it. */
  host: string;
  /** Seconds to wait for sessions to end. */
  timeout: number;
  /** Retire the host also where nobody else would serve, or sessions are left. */
  force: boolean;
  yes: boolean;
  /** The fingerprint that its key is to have, where that is not the one that is known, and nobody is asked. */
  hostKey?: string | undefined;
}

/** How the run ended. */
export interface Retired extends RunEnd {
  host: string;
  /** The hosts whose configuration names it until the next apply; empty where it is not retired. */
  others: string[];
  /** Whether it had left the inventory before. */
  isFormer: boolean;
}

/**
 * Takes a host out for good: drains it, then stops and disables its keepalived, HAProxy and services.
 * @throws HostError where it does not answer, saying where its VIPs are; HaprovError where nobody else would serve
 */
export async function retire(options: RetireOptions, context: Context): Promise<Retired> {
  const begun = performance.now();
  const said = await loadDesiredState(options, context);
  const { host: asked, isFormer } = whoIsMeant(said.inventory, options);
  const services = toStop(isFormer ? [...said.wanted.values()].flat() : (said.wanted.get(asked) ?? []));
  mayGoOn(options, context, 'the plan is shown, and nothing is done');
  const everyone = isFormer ? [...said.inventory.hosts, asked] : said.inventory.hosts;
  const ways = new Map(everyone.map((host) => [host, toTarget(host, options, context)]));
  context.emit({
    type: 'run-start',
    command: 'retire',
    inventory: options.inventory,
    hosts: everyone.map(({ name }) => name),
  });
  const questions = [...ways].map(([host, target]) => ({
    target,
    questions: [
      ...configs.map((path) => ({ id: path, script: probeFile(path) })),
      listenersQuestion,
      toldQuestion,
      ...(host === asked ? [watchedQuestion, ...questionsOf(services)] : []),
    ],
  }));
  const ask = (kept?: Survey['hosts']) =>
    surveyWhole(questions, context, options.yes || context.canAsk, kept);
  const agreeing = { command: 'retire', yes: options.yes, hostKey: options.hostKey } as const;
  const surveyed = await surveyAgreeing(ask, toTarget(asked, options, context), agreeing, context);
  const opened = new Opened();
  try {
    const known = withServersByAddress(said.inventory, surveyed.hosts);
    const { inventory, host } = isFormer ? placed(known, asked, surveyed) : { inventory: known, host: asked };
    const targets = new Map([...ways.values()].map((target) => [target.name, target]));
    const readiness = new Map(
      [...said.wanted].map(([one, resources]) => [one.name, readinessOf(inventory, one, resources)]),
    );
    rename(surveyed, targets, asked.name, host.name);
    const reached = pairOf({ inventory, surveyed, targets, readiness, opened });
    const maintenance = maintenanceOf({ inventory, host, surveyed, ...reached }, context);
    const picture = await maintenance.pair.look();
    const found = surveyed.hosts.find(({ name }) => name === host.name);
    if (!found) throw dead({ options, host, isFormer, surveyed, maintenance, picture, services });
    for (const { name, error } of surveyed.failures) maintenance.warn(`${name}: ${error.message}`);
    const plan = planOf({ inventory, host, surveyed, services, maintenance }, found);
    await refuseAlone(maintenance, picture, plan, options.force);
    context.emit({ type: 'message', level: 'info', text: wordsFor(maintenance, picture) });
    const others = inventory.hosts.filter((one) => one !== host).map(({ name }) => name);
    let isDrained = false;
    const ended = await executePlan(
      {
        command: 'retire',
        begun,
        planned: {
          inventory: { ...inventory, vips: takenOver(maintenance, picture) },
          plan,
          survey: surveyed,
          targets,
          readiness: new Map([...readiness, [host.name, { units: [], ports: [], balances: false }] as const]),
        },
        first: async () => {
          await drainHost(maintenance, {
            timeoutMs: options.timeout * 1000,
            // A keepalived whose configuration ignores the flag hands its VIP over when it stops.
            force: options.force || maintenance.means.unmovable.length > 0,
            cuts: options.force,
          });
          isDrained = true;
        },
        async last({ exitCode }) {
          if (exitCode === ExitCode.done) {
            await refuseLiving(found, host);
            const why = await whyNot(() =>
              found.connection.runScript(forgetDrainedScript(), { timeoutMs: 15_000 }),
            );
            if (why !== undefined)
              maintenance.warn(`${host.name}: its list of drained servers stays: ${why}`);
            maintenance.say(retiredWords(host.name, others, isFormer, options.inventory));
          } else if (isDrained)
            maintenance.warn(
              `${host.name} is still drained: haprov retire again goes on${isFormer ? '' : ', haprov undrain puts it back into service'}`,
            );
        },
      },
      {
        ...usualRollout,
        ...options,
        serial: '1',
        steady: 2,
        // refuseAlone has refused what nobody else would serve.
        allowOutage: true,
      },
      context,
    );
    return { ...ended, host: host.name, others: ended.exitCode === ExitCode.done ? others : [], isFormer };
  } finally {
    surveyed.close();
    opened.close();
  }
}

function retiredWords(host: string, others: readonly string[], isFormer: boolean, inventory: string): string {
  const names = joinWithAnd(others);
  const next = isFormer
    ? `haprov apply ${inventory} removes it from the configuration of ${names}, where that is not done yet`
    : `now take it out of ${inventory}: haprov apply then removes it from the configuration of ${names}`;
  return `${host} is retired: nothing of it speaks VRRP, nothing of the pair serves on it, and nothing starts at boot; ${next}`;
}

const guards = ['firewalld', 'iptables', 'ip6tables', 'nftables', 'network', 'NetworkManager'];

/** keepalived first, so that the VIP has moved before anything else stops; then HAProxy and the playbooks' units. */
function toStop(resources: readonly Resource[]): Resource[] {
  const units = resources.flatMap(({ unit, about }) => (unit !== undefined && about.runs ? [unit] : []));
  return [...new Set(['keepalived', 'haproxy', ...units])]
    .filter((unit) => !isAside(unit) && !guards.includes(unit))
    .map((unit) => serviceNamed(unit, { task: 'Retire' }, { enabled: false, running: false }));
}

interface ToRetire {
  inventory: Inventory;
  host: Host;
  surveyed: Survey;
  services: Resource[];
  maintenance: Maintenance;
}

/** The plan that stops and disables the units. @throws HaprovError (exit 2) where the host cannot be planned */
function planOf(
  {
    inventory,
    host,
    surveyed,
    services,
    maintenance: {
      means: { unmovable },
    },
  }: ToRetire,
  found: Surveyed,
): FullPlan {
  const planned = planHost({ ...inventory, vips: [] }, host, found, services);
  if (planned.error !== undefined)
    throw new HaprovError(ExitCode.badInput, `${host.name}: ${planned.error}; nothing was done`);
  const listening = new Map(
    surveyed.hosts.flatMap(({ name, answers }) => {
      const listeners = listenersOf(answers.find(listenersQuestion.id) ?? '');
      return listeners ? [[name, listeners] as const] : [];
    }),
  );
  const plan: FullPlan = {
    version: 1,
    inventory: inventory.name,
    createdAt: new Date().toISOString(),
    hosts: [planned],
    warnings: [],
  };
  // After the drain it holds a VIP only where its keepalived's configuration ignores the flag.
  const keepsItsVips = unmovable.length > 0;
  const classed = classify(plan, { inventory, holders: new Set(keepsItsVips ? [host.name] : []), listening });
  const reword = (why: string) =>
    why.replace('stops; the host holds no VIP', 'stops; drained before, it holds no VIP by then');
  return {
    ...classed,
    hosts: classed.hosts.map((one) => ({
      ...one,
      changes: one.changes.map(({ disruption, ...change }) => ({
        ...change,
        ...(disruption ? { disruption: { ...disruption, why: reword(disruption.why) } } : {}),
      })),
    })),
  };
}

/** @throws HaprovError (exit 1) where nobody else would serve; with `force` it warns instead */
async function refuseAlone(
  maintenance: Maintenance,
  picture: PairState,
  plan: FullPlan,
  force: boolean,
): Promise<void> {
  const { host, warn } = maintenance;
  const inFault = await inFaultBeside(maintenance);
  const reasons = [
    ...servedByNobodyElse({ ...maintenance, inFault }, picture, (name) =>
      faultsOf(maintenance, name, picture),
    ),
    ...outages(plan)
      .filter(({ seconds }) => seconds === null)
      .map(({ change, why }) => `${change}: ${why}`),
  ];
  if (reasons.length === 0) return;
  if (!force)
    throw new HaprovError(
      ExitCode.failed,
      `${host} is not retired, nothing was changed: nobody else would serve\n${reasons.map((one) => `  ${one}`).join('\n')}`,
      'let another host do it first (haprov apply, haprov undrain); --force retires it all the same',
    );
  for (const reason of reasons) warn(reason);
}

/** The VIPs that another host can hold: the gate waits until each has one holder. */
function takenOver({ vips, host, pair }: Maintenance, picture: PairState): Vip[] {
  const served = pair.asServed(picture);
  return vips.filter(({ members }) =>
    members.some((one) => one.host.name !== host && served.hostFaults(one.host.name, picture).length === 0),
  );
}

const vipsOf = ({ host, vips }: Maintenance) =>
  vips.filter(({ members }) => members.some((member) => member.host.name === host));

/** Announces the drain, which the plan does not show. */
function wordsFor(maintenance: Maintenance, picture: PairState): string {
  const { host } = maintenance;
  const own = vipsOf(maintenance).filter((vip) => holdersOf(vip, picture).includes(host));
  const moves = own.map(({ name, address }) => `VIP ${name} (${address})`);
  return `${host} is drained first${moves.length > 0 ? `, so that ${joinWithAnd(moves)} moves` : ''}; then all of this is stopped and disabled, in one transaction:`;
}

/** The error for a host that does not answer: where its VIPs are, and what the operator does next. */
function dead({
  options,
  host: { name: host, address },
  isFormer,
  surveyed,
  maintenance,
  picture,
  services,
}: {
  options: RetireOptions;
  host: Host;
  isFormer: boolean;
  surveyed: Survey;
  maintenance: Maintenance;
  picture: PairState;
  services: readonly Resource[];
}): HostError {
  const failure = surveyed.failures.find(({ name }) => name === host)?.error;
  const places = vipsOf(maintenance).map((vip) => {
    const holders = holdersOf(vip, picture);
    return `VIP ${vip.name} (${vip.address}) is on ${joinWithAnd(holders) || 'no host that answers'}`;
  });
  const units = services.map(({ target }) => target);
  return new HostError(
    host,
    [
      `${failure?.message.replace(/^\S+: /, '') ?? 'it is not reached'}; nothing was done, and nothing on it is stopped`,
      ...places,
    ].join('; '),
    `${isFormer ? 'run' : `take it out of ${options.inventory} and run`} haprov apply, which tells the others. When it comes back it goes on as before, so keep it off the network until ${units.join(', ')} are stopped and disabled there: by haprov retire ${options.inventory} ${address} as soon as it answers, or by hand`,
  );
}

/** @throws HaprovError where a keepalived runs still */
async function refuseLiving(found: Surveyed, host: Host): Promise<void> {
  const { stdout } = await found.connection.runScript(
    'ps -e -o pid= -o comm= | awk \'$2 == "keepalived" { print $1 }\'',
    { accepts: 'any', timeoutMs: 15_000 },
  );
  const pids = stdout.trim().split(/\s+/).filter(Boolean);
  if (pids.length > 0)
    throw new HaprovError(
      ExitCode.failed,
      `${host.name}: its units are stopped, but a keepalived that belongs to none of them runs still (process ${pids.join(', ')})`,
      'find out who started it, end it there, and retire again',
    );
}
