import type { RecordedRun } from './history';

/**
 * The names of runs in the order in which they were made, newest first. Each host numbers its own; between runs that no
 * host has both of, the hosts' clocks decide. Names count for nothing: they are of the laptops' clocks.
 * @param histories of each host, newest first.
 */
export function inOrder(
  histories: Iterable<readonly RecordedRun[]>,
  nameOf: (run: RecordedRun) => string = ({ run }) => run,
): string[] {
  let left = [...histories].map((history) => [
    ...new Map(history.map((run) => [nameOf(run), begunAt(run)])).entries(),
  ]);
  const order: string[] = [];
  for (;;) {
    left = left.filter((history) => history.length > 0);
    const heads = left.flatMap((history) => history.slice(0, 1));
    const free = heads.filter(([name]) =>
      left.every((history) => history.findIndex((one) => one[0] === name) <= 0),
    );
    const [next] = (free.length > 0 ? free : heads).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1));
    if (!next) return order;
    order.push(next[0]);
    left = left.map((history) => history.filter(([name]) => name !== next[0]));
  }
}

/** By the host's clock. */
const begunAt = ({ journal }: RecordedRun) => journal[0]?.at ?? 0;
