import { connect } from '../host/connection';
import { atWorkScript, readAtWork } from '../host/facts';
import type { CommonOptions, Context } from '../planning/context';
import { type Opened, toTarget } from '../planning/hosts';
import type { Planned } from '../planning/planning';
import type { Beside } from '../rollout/who-is-beside';

const answersWithinMs = 30_000;

/**
 * The hosts that share a VIP with those that change, and that `--limit` leaves out. Each is logged in at from now on, to ask
 * nothing else than who is at work there; a login that needs somebody to answer is none.
 */
export function besideLimit(
  { inventory, plan, survey }: Planned,
  options: CommonOptions,
  context: Context,
  opened: Opened,
): Beside {
  const changes = new Set(plan.hosts.flatMap(({ host, changes }) => (changes.length > 0 ? [host] : [])));
  const reached = new Set(survey.hosts.map(({ name }) => name));
  const members = inventory.vips.map((vip) => vip.members.map(({ host }) => host));
  const near = new Set(members.filter((one) => one.some(({ name }) => changes.has(name))).flat());
  const silent = { ...context, askSecret: undefined, askHostKey: undefined };
  return new Map(
    [...near].flatMap((host) => {
      if (reached.has(host.name)) return [];
      const login = connect(toTarget(host, options, silent));
      login.then(
        (connection) => opened.add(connection),
        () => {},
      );
      const ask = { timeoutMs: answersWithinMs };
      const atWork = async () => readAtWork((await (await login).runScript(atWorkScript, ask)).stdout);
      return [[host.name, { atWork }] as const];
    }),
  );
}
