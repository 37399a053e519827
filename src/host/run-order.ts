import type { RecordedRun } from './history';

/**
 * The names of runs, newest first. Each host's own order counts; between runs that no host has both of, the hosts' clocks
 * decide. The times in the names are not used: they come from the laptops' clocks.
 * @param histories each host's runs, newest first.
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

/** By the host's clock, in milliseconds since the epoch; 0 where the journal is empty. */
const begunAt = ({ journal }: RecordedRun) => journal[0]?.at ?? 0;
