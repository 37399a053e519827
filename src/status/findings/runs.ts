import type { HostFacts } from '../../host/facts';
import type { RunState } from '../../host/run-state';
import { untilWhen } from '../../text/until-when';
import { type FindingRule, type Found, list, type Reached, reached, type Snapshot } from '../snapshot';

type Lock = NonNullable<HostFacts['lock']>;

/** A run that somebody has begun, and the hosts that it has locked. */
interface Run {
  lock: Lock;
  on: Reached[];
}

/** Living runs, and such as nobody drives any more. */
export const runs: FindingRule = (snapshot) => [
  ...living(snapshot).map((run) => alive(run, snapshot.now)),
  ...dead(snapshot),
];

function living(snapshot: Snapshot): Run[] {
  const byRun = new Map<string, Run>();
  for (const one of reached(snapshot)) {
    const { lock } = one.facts;
    if (!lock?.alive) continue;
    byRun.set(lock.run, { lock, on: [...(byRun.get(lock.run)?.on ?? []), one] });
  }
  return [...byRun.values()];
}

/** What a run does on a host in each of its states (docs/decisions/0003-transaction.md). */
const doing: Record<RunState | '', string> = {
  '': 'is beginning',
  staging: 'stages and validates its files; nothing of the host’s own is changed yet',
  staged: 'has staged its files, and nothing of the host’s own is changed yet',
  committing: 'is making its changes',
  committed: 'has made its changes, and looks whether the host still serves',
  confirmed: 'is done with it, and waits for the other hosts',
  restoring: 'puts back what was there before',
  finished: 'has ended',
  restored: 'has ended, and put back what was there before',
  broken: 'has ended, and could not put back all that was there before',
};

const whoAndWhen = ({ owner, since }: Lock): string =>
  `${owner || 'somebody'}${Number.isNaN(since.getTime()) ? '' : ` (since ${since.toISOString().replace('T', ' ').slice(0, 16)} UTC)`}`;

function alive({ lock, on }: Run, now: Date): Found {
  const names = on.map(({ host }) => host.name);
  return {
    rule: 'run-alive',
    level: 'note',
    component: 'configuration',
    host: names[0] ?? '',
    hosts: names,
    brief: 'a run is at work',
    message: `a run of ${whoAndWhen(lock)} is being made on ${list(names)}: what it moves, drains or restarts is meant`,
    evidence: on.flatMap(({ host, facts: { lock: own = lock } }) => [
      ...(own.isStuck ? [] : [`on ${host.name} it ${doing[own.state]}`]),
      ...(!own.isStuck && (own.waits === undefined || own.state === 'restoring')
        ? []
        : [`on ${host.name} it ${untilWhen(own, now)}`]),
    ]),
    next: 'look again when it has ended: by itself, also without its operator; haprov unlock says more about it',
  };
}

function dead(snapshot: Snapshot): Found[] {
  return reached(snapshot).flatMap(({ host: { name }, facts: { lock } }): Found[] => {
    if (!lock || lock.alive) return [];
    const isHalf = !['', 'staged', 'confirmed'].includes(lock.state);
    return [
      {
        rule: 'run-dead',
        level: isHalf ? 'broken' : 'warning',
        component: 'configuration',
        host: name,
        hosts: [name],
        brief: 'a dead run’s lock',
        message: `a run of ${whoAndWhen(lock)} was left on ${name} (${lock.state || 'at its beginning'}), and nothing drives it any more${isHalf ? ': what it changed may be half there' : ''}`,
        evidence: [`run ${lock.run} has the lock of ${name}`],
        next:
          lock.state === 'confirmed'
            ? 'haprov unlock INVENTORY ends it: what it changed stays'
            : 'haprov unlock INVENTORY puts back what it changed and takes its lock away; the next apply does so too',
      },
    ];
  });
}

/** What a run does on purpose, and takes back at its end. */
const made = new Set([
  'drain-forgotten',
  'drain-left',
  'file-replaced',
  'not-where-meant',
  'old-worker',
  'server-coming',
  'stale-worker',
]);

/** What a run may cause for a moment, and somebody else for longer. */
const passing = new Set([
  'backend-down',
  'backend-down-on-one',
  'backend-elsewhere',
  'check-fails',
  'haproxy-hangs',
  'no-holder',
  'not-listening',
  'proxy-down',
  'server-down',
  'unit-down',
  'vip-answers-error',
  'vip-silent',
  'vrrp-fault',
]);

/** What living runs explain is left out; what they may explain is no more than a warning while they are at work. */
export function explained(findings: readonly Found[], snapshot: Snapshot): Found[] {
  // Where a roll only keeps others away nothing is being made: what is found there is so, also for the roll itself, which looks.
  const at = new Map(
    living(snapshot).flatMap(({ on }) =>
      on.flatMap(({ host, facts: { lock } }) => (lock && !lock.isHeld ? [[host.name, lock] as const] : [])),
    ),
  );
  return findings.flatMap((one): Found[] => {
    const lock = one.hosts.map((host) => at.get(host)).find(Boolean);
    if (!lock) return [one];
    if (made.has(one.rule) || (one.rule === 'drift' && one.level !== 'broken')) return [];
    if (one.rule === 'server-taken-out') return isByRun(one, snapshot, at) ? [] : [one];
    if (!passing.has(one.rule) || one.level !== 'broken') return [one];
    const later = (next: string) =>
      `look again when the run of ${lock.owner || 'somebody'} has ended; if it is so still: ${next}`;
    const { sentences, ...rest } = one;
    return [
      {
        ...rest,
        level: 'warning',
        next: later(one.next),
        ...(sentences
          ? {
              sentences: (...on) => {
                const { message, next } = sentences(...on);
                return { message, next: later(next) };
              },
            }
          : {}),
      },
    ];
  });
}

/** A run drains the servers of hosts that it has locked; MAINT is somebody’s hand. */
function isByRun({ service, server }: Found, snapshot: Snapshot, at: ReadonlyMap<string, Lock>): boolean {
  const own = snapshot.inventory.services
    .find(({ name }) => name === service)
    ?.backends.servers.find(({ name }) => name === server);
  if (!own?.host || !at.has(own.host.name)) return false;
  return reached(snapshot).every(({ diagnostics }) =>
    (diagnostics.servers ?? []).every(
      (one) => one.service !== service || one.server !== server || !one.status.startsWith('MAINT'),
    ),
  );
}
