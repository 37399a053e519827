import { vipsOf } from '../inventory/endpoints';
import type { Inventory, Service, Vip } from '../inventory/inventory';
import { drainFlags } from '../pair/drain-flag';
import { drainMeansOf, keepsVips, noDrainMeans } from '../pair/drain-means';
import { call } from '../shell/library';
import type { Expectation, ScenarioName } from './drill-report';
import { type Circumstances, expectationOf, holdOf, isAlone, sharedVip } from './expectation';
import type { HostAnswers } from './host-answers';

/** What experiments are made from. */
export interface ExperimentContext {
  inventory: Pick<Inventory, 'vips' | 'services'>;
  /** The units that must run on each host. */
  units: ReadonlyMap<string, readonly string[]>;
  answers: ReadonlyMap<string, HostAnswers>;
  /** Whether a host has a keepalived before 2.0. */
  isLate?: boolean;
  /** The longest gap that passes, in milliseconds; by default the expected one and {@link marginMs}. */
  maxGapMs?: number;
}

/** A scenario on a host, ready to run. */
export interface Experiment {
  scenario: ScenarioName;
  host: string;
  /** `HAProxy on fred was killed`. */
  title: string;
  /** `kill HAProxy on fred, all of its processes`. */
  plan: string;
  /** What clients notice beyond the gap. */
  clients?: string;
  /** How many milliseconds the fault lasts. */
  holdMs: number;
  /** The host repairs the fault by itself after that, because haprov cannot reach it. */
  repairsItself: boolean;
  expected: Expectation;
  limitMs: number;
  step: { check: string; run: string; undo: string };
}

/** A scenario that cannot run, and why. */
export interface Impossible {
  scenario: ScenarioName;
  host: string;
  skipped: string;
}

/**
 * Milliseconds for what the formula leaves out: 50 ms between requests, a unit that stops slowly, switches that learn the
 * address's new port, the scheduler. In many runs on the lab's pair none took 0.5 s more than the formula.
 */
const marginMs = 1000;

/** The scenario against the holder of the first shared VIP, or why it cannot run. */
export function experimentOf(
  scenario: ScenarioName,
  holder: string | undefined,
  known: ExperimentContext,
): Experiment | Impossible {
  const vip = sharedVip(known.inventory);
  const not = (skipped: string): Impossible => ({ scenario, host: holder ?? '', skipped });
  if (!vip) return not('no VIP of the inventory has two hosts');
  if (holder === undefined) return not(`nobody holds VIP ${vip.name}`);
  const around = { vip, holder, known, answers: known.answers.get(holder) };
  const made = makers[scenario](around);
  return 'skipped' in made ? not(made.skipped) : finish(scenario, around, made);
}

interface Around {
  vip: Vip;
  holder: string;
  known: ExperimentContext;
  answers: HostAnswers | undefined;
}

/** What differs from scenario to scenario. */
interface Made {
  title: string;
  plan: string;
  clients?: string;
  host?: string;
  service?: Service;
  /** The unit that must run before the fault. */
  unit?: string;
  run(holdMs: number): string;
  undo: string;
  repairsItself?: boolean;
  drainsBy?: Circumstances['drainsBy'];
}

function finish(scenario: ScenarioName, around: Around, made: Made): Experiment {
  const { vip, holder, known, answers } = around;
  const host = made.host ?? holder;
  const restartsAfterMs = answers?.restarts.get('haproxy');
  const circumstances = {
    vip,
    holder,
    restartsAfterMs,
    service: made.service,
    server: host,
    drainsBy: made.drainsBy,
    isLate: known.isLate ?? false,
  };
  const expected = expectationOf(scenario, circumstances);
  const holdMs = holdOf(scenario, circumstances);
  return {
    scenario,
    host,
    title: made.title,
    plan: made.plan,
    ...(made.clients ? { clients: made.clients } : {}),
    holdMs,
    repairsItself: made.repairsItself ?? false,
    expected,
    limitMs: known.maxGapMs ?? expected.gapMs + marginMs,
    step: {
      check: made.unit
        ? `${call('is_active', made.unit)} || ${call('fail', `${made.unit} does not run`)}`
        : ':',
      run: made.run(holdMs),
      undo: made.undo,
    },
  };
}

type Maker = (around: Around) => Made | { skipped: string };

const runsUnit = ({ known, holder }: Around, unit: string) =>
  known.units.get(holder)?.includes(unit) ?? false;

/** A scenario about one unit of the holder. */
const ofUnit =
  (unit: string, make: (around: Around) => Omit<Made, 'unit'>): Maker =>
  (around) =>
    runsUnit(around, unit) ? { unit, ...make(around) } : noUnit(around, unit);

const noUnit = ({ holder }: Around, unit: string) => ({
  skipped: `${holder} runs no ${unit} by its playbooks`,
});

/**
 * A scenario about the holder's HAProxy; only where its failure moves the VIP.
 * @param leavesProcess the process stays, which is all that some checks look for
 */
const ofHaproxy = (make: (around: Around) => Omit<Made, 'unit'>, leavesProcess = false): Maker => {
  const maker = ofUnit('haproxy', make);
  return (around) => {
    const { name, check } = around.vip;
    if (!check.haproxy) return { skipped: `the check of VIP ${name} does not ask HAProxy` };
    if (leavesProcess && check.looksForProcess)
      return {
        skipped: `the check of VIP ${name} looks only whether a process is there: a HAProxy that hangs would keep the address, and nobody would answer there`,
      };
    return maker(around);
  };
};

const makers: Record<ScenarioName, Maker> = {
  'haproxy-dies': ofHaproxy(({ holder }) => ({
    title: `HAProxy on ${holder} was killed`,
    plan: `kill HAProxy on ${holder}, all of its processes at once; then start it`,
    run: () => call('kill_unit', 'haproxy'),
    undo: call('start_again', 'haproxy'),
  })),
  'haproxy-hangs': ofHaproxy(
    ({ holder }) => ({
      title: `HAProxy on ${holder} was stopped in its tracks (SIGSTOP)`,
      plan: `stop HAProxy on ${holder} in its tracks (SIGSTOP): it runs, and answers nobody; then wake it`,
      run: () => call('hang_unit', 'haproxy'),
      undo: call('wake_unit', 'haproxy'),
    }),
    true,
  ),
  'unit-stops': (around) => {
    const { holder, vip } = around;
    const looked = vip.check.unit;
    if (looked === undefined) return { skipped: `the check of VIP ${vip.name} looks at no unit` };
    const unit = looked.replace(/\.service$/, '');
    return {
      unit,
      title: `${unit} on ${holder}, which the VIP’s check looks at, was stopped`,
      plan: `stop ${unit} on ${holder}, which the VIP’s check looks at; then start it`,
      run: () => call('stop_unit', unit),
      undo: call('start_again', unit),
    };
  },
  'keepalived-stops': ofUnit('keepalived', ({ holder }) => ({
    title: `keepalived on ${holder} was stopped`,
    plan: `stop keepalived on ${holder}; then start it`,
    run: () => call('stop_unit', 'keepalived'),
    undo: call('start_again', 'keepalived'),
  })),
  'keepalived-killed': ofUnit('keepalived', ({ holder }) => ({
    title: `keepalived on ${holder} was killed, so that it left the address behind`,
    plan: `kill keepalived on ${holder}, all of its processes at once, so that it leaves the address behind; then start it`,
    run: () => call('kill_unit_at_once', 'keepalived'),
    undo: call('start_again', 'keepalived'),
  })),
  drain: (around) => {
    const { holder, vip, answers, known } = around;
    if (!runsUnit(around, 'keepalived')) return noUnit(around, 'keepalived');
    const own = known.inventory.vips.filter(({ members }) =>
      members.some(({ host }) => host.name === holder),
    );
    const { drainFiles, unmovable, byFault, seconds, isJudged } = answers?.watched
      ? drainMeansOf(own, answers.watched, { flag: drainFlags.run, host: holder })
      : noDrainMeans;
    if (unmovable.length > 0) return { skipped: `${holder}: ${keepsVips(unmovable)}` };
    return {
      unit: 'keepalived',
      title: `${holder} was drained of its addresses`,
      plan: `drain ${holder}: its addresses go elsewhere${vip.preempt ? '; then give them back' : ''}`,
      ...(isJudged ? { drainsBy: { byFault, ms: seconds * 1000 } } : {}),
      run: () => call('set_drain', ...drainFiles.flatMap(({ path, content }) => [path, content])),
      undo: call('drop_drain'),
    };
  },
  'backend-dies': (around) => {
    const found = serverToStop(around);
    if (!found)
      return { skipped: 'no unit of the playbooks is known to serve a backend on a host of the inventory' };
    const { service, host, unit } = found;
    return {
      host,
      unit,
      service,
      title: `${unit} on ${host}, which serves ${service.name}, was stopped`,
      plan: `stop ${unit} on ${host}, which serves ${service.name}; then start it`,
      clients: isAlone(service, host)
        ? `nobody else serves ${service.name}: its clients get errors all the while`
        : `requests that HAProxy sends to ${host} wait or fail until its check has noticed`,
      run: () => call('stop_unit', unit),
      undo: call('start_again', unit),
    };
  },
  'link-cut': ({ holder, answers, known }) => {
    if (!answers || answers.link === 'none')
      return { skipped: `${holder} has neither nft nor iptables to cut its own link with` };
    const alone = known.inventory.services
      .filter((service) => isAlone(service, holder))
      .map(({ name }) => name)
      .join(', ');
    const serves = known.inventory.services.some(({ backends }) =>
      backends.hosts.some(({ name }) => name === holder),
    );
    const byTurns = known.inventory.services.find(
      (service) =>
        vipsOf(service, known.inventory).length > 1 &&
        service.backends.hosts.some(({ name }) => name === holder),
    );
    const leak = answers.link === 'nft' ? '' : ' (by iptables: ARP still gets through)';
    return {
      title: `the link of ${holder} was cut`,
      plan: `drop all that comes to ${holder} and goes out of it${leak}, SSH too; it mends that by itself`,
      ...(alone !== ''
        ? { clients: `nobody else serves ${alone}: its clients get errors all the while` }
        : serves && {
            clients: `requests that HAProxy sends to a server on ${holder} wait or fail until its check has noticed`,
          }),
      ...(byTurns ? { service: byTurns } : {}),
      repairsItself: true,
      run: (holdMs) => call('cut_link', (holdMs / 1000).toFixed(1)),
      undo: call('mend_link'),
    };
  },
};

/** A server that may not be down anyway, best one on the holder, with the unit that listens on its port. */
function serverToStop({
  holder,
  known,
}: Around): { service: Service; host: string; unit: string } | undefined {
  const found = known.inventory.services.flatMap((service) =>
    service.backends.servers.flatMap(({ host, port, mayBeDown }) => {
      const unit = host && port && !mayBeDown && unitOf(host.name, port, known);
      return unit ? [{ service, host: host.name, unit }] : [];
    }),
  );
  return found.find(({ host }) => host === holder) ?? found[0];
}

/** The unit that listens on the port, if a playbook has it; where that is not known, the host's only other unit. */
function unitOf(host: string, port: number, { units, answers }: ExperimentContext): string | undefined {
  const own = (units.get(host) ?? []).filter((unit) => !['haproxy', 'keepalived'].includes(unit));
  const listens = answers.get(host)?.listeners.get(port);
  const named = own.find((unit) => unit === listens);
  return named ?? (listens === undefined && own.length === 1 ? own[0] : undefined);
}

/** How many milliseconds a scenario takes at most, with the time before and after its fault. */
export const lengthOf = ({ holdMs, expected }: Experiment) =>
  holdMs + (expected.takeoverMs ?? expected.gapMs) + 5000;
