import { worstOf } from '../plan/disruption';
import type { Disruption } from '../plan/disruption-class';
import type { FullPlan, PlannedChange, PlannedHost, Stage } from '../plan/plan';
import { movedBy } from './haproxy-change';
import { unitsOf, verbOf } from './interruption';
import { isAside } from './surroundings';

/** What of one host's changes cannot be made without keepalived. */
interface Joint {
  changes: ReadonlySet<PlannedChange>;
  units: ReadonlySet<string>;
}

/**
 * The plan with the stages that it is made in: what may roll, then what the hosts of a VIP must get in one moment. Where
 * the two cannot be parted, since a file is read by keepalived and by another unit, all is made at once, and classed so.
 * @param joint the hosts whose keepalived must get its changes together with its peers.
 */
export function inStages(plan: FullPlan, joint: ReadonlySet<string>): FullPlan {
  const changing = plan.hosts.filter((host) => host.changes.length > 0);
  if (joint.size === 0 || changing.length < 2) return withStages(plan, ['rolling'], () => 1);
  const known = new Map(
    changing.filter(({ host }) => joint.has(host)).map((host) => [host.host, withKeepalived(host)]),
  );
  const isJoint = (change: PlannedChange) => known.get(change.host)?.changes.has(change) ?? false;
  const rest = changing.flatMap(({ changes }) => changes).filter((one) => !isJoint(one) && isFelt(one));
  const areEntangled = [...known.values()].some(({ units }) => units.size > 1);
  if (areEntangled) return withStages(allAtOnce(plan), ['together'], () => 1);
  if (rest.length === 0) return withStages(plan, ['together'], () => 1);
  return withStages(plan, ['rolling', 'together'], (change) => (isJoint(change) ? 2 : 1));
}

/** Somebody may notice it, or nobody knows. */
const isFelt = ({ disruption }: PlannedChange) =>
  disruption !== undefined && (disruption.class !== 'none' || disruption.seconds === null);

function withStages(
  plan: FullPlan,
  hows: readonly Stage['how'][],
  stageOf: (change: PlannedChange) => number,
): FullPlan {
  const hosts = plan.hosts.map((host) => ({
    ...host,
    changes: host.changes.map((change) => ({ ...change, stage: stageOf(change) })),
  }));
  const stages = hows.map((how, index): Stage => {
    const own = hosts.map((host) => ({
      ...host,
      changes: host.changes.filter(({ stage }) => stage === index + 1),
    }));
    const worst = worstOf({ hosts: own });
    return { how, class: worst?.class ?? 'none', seconds: worst ? worst.seconds : 0 };
  });
  return { ...plan, hosts, stages };
}

/** All that keepalived is told of, what else is told of that, and the commands that come after it. */
function withKeepalived({ changes }: PlannedHost): Joint {
  const found = new Set<PlannedChange>();
  const units = new Set(['keepalived']);
  for (let size = -1; size < found.size; ) {
    size = found.size;
    let isBehind = false;
    for (const change of changes) {
      const own = change.unit === undefined ? unitsOf(change) : [change.unit];
      const follows = change.isOpaque && own.length === 0 && isBehind;
      if (!follows && !own.some((unit) => units.has(unit))) continue;
      isBehind = true;
      found.add(change);
      for (const unit of own) units.add(unit);
    }
  }
  return { changes: found, units };
}

/** The plan, classed as made on all hosts in one moment: nobody serves while another restarts. */
function allAtOnce(plan: FullPlan): FullPlan {
  return {
    ...plan,
    hosts: plan.hosts.map((host) => {
      const broken = new Map(
        host.changes.flatMap((change): [PlannedChange, string][] => {
          const why = breaks(change, host);
          return why === undefined ? [] : [[change, why]];
        }),
      );
      return {
        ...host,
        changes: host.changes.map((change) => {
          const why =
            broken.get(change) ?? [...broken].find(([{ unit = '' }]) => unitsOf(change).includes(unit))?.[1];
          if (why === undefined || change.disruption?.class === 'outage') return change;
          const disruption: Disruption = {
            class: 'outage',
            seconds: null,
            why: `${why} on all hosts at once, since a file is read by it and by keepalived, whose hosts must change together; give each a file of its own, or apply it alone`,
          };
          return { ...change, disruption };
        }),
      };
    }),
  };
}

/** Why a service's change must not be made on all hosts at once. */
function breaks(change: PlannedChange, host: PlannedHost): string | undefined {
  const { unit } = change;
  if (unit === undefined || unit === 'keepalived' || isAside(unit)) return undefined;
  const verb = verbOf(change);
  if (verb === 'restart' || verb === 'stop') return `${unit} ${verb}s`;
  const moves = host.changes.some((one) => unitsOf(one).includes(unit) && movedBy(one).length > 0);
  return moves ? `${unit} reloads, and its servers move,` : undefined;
}
