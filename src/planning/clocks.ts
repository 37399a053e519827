import type { Surveyed } from '../host/survey';
import { formatElapsed } from '../text/format';

type Asked = readonly Pick<Surveyed, 'name' | 'facts'>[];

/** So far clocks may be apart: the answers take time to come. */
const apartMs = 60_000;

const timesOf = (hosts: Asked) =>
  hosts.map(({ facts }) => facts.clock.getTime()).filter((time) => !Number.isNaN(time));

const middle = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1];

/** What the clock in the middle of the hosts' says; nothing where no host says it. */
export function clockOf(hosts: Asked): Date | undefined {
  const time = middle(timesOf(hosts));
  return time === undefined ? undefined : new Date(time);
}

/** Which clocks are wrong, as far as the others tell: of two hosts that differ, the one that this machine's tells. */
export function clockProblems(hosts: Asked, own = new Date()): string[] {
  const times = timesOf(hosts);
  const right = middle(times.length > 1 ? [...times, own.getTime()] : times);
  if (right === undefined) return [];
  const away = (clock: Date) => clock.getTime() - right;
  const isAway = (clock: Date) => Math.abs(away(clock)) > apartMs;
  const say = (clock: Date) =>
    `${formatElapsed(Math.abs(away(clock)))} ${away(clock) > 0 ? 'ahead' : 'behind'}`;
  const faults = hosts
    .filter(({ facts }) => isAway(facts.clock))
    .map(
      ({ name, facts }) =>
        `${name}: its clock is ${say(facts.clock)}: logs and certificates go by it; look at chronyd`,
    );
  return isAway(own)
    ? [
        ...faults,
        `the clock of this machine is ${say(own)} of the hosts': runs are named and ordered by the hosts' clocks`,
      ]
    : faults;
}

/**
 * How many milliseconds each host's clock is ahead of the right one, which is the one in the middle of the hosts' and this machine's.
 * 0 where the difference may come of the measuring alone.
 */
export function clockErrors(
  differences: ReadonlyMap<string, { aheadMs: number; withinMs: number }>,
): Map<string, number> {
  const ahead = [...differences.values()].map(({ aheadMs }) => aheadMs);
  const right = middle(ahead.length > 1 ? [...ahead, 0] : ahead) ?? 0;
  return new Map(
    [...differences].map(([host, { aheadMs, withinMs }]) => [
      host,
      Math.abs(aheadMs - right) <= withinMs ? 0 : aheadMs - right,
    ]),
  );
}
