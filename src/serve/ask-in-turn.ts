/**
 * A question that is asked for one at a time: who asks for the same while it is under way shares the answer, and who asks for
 * something else waits for it.
 */
export function inTurn<T>(ask: (about?: string) => Promise<T>): (about?: string) => Promise<T> {
  const underWay = new Map<string | undefined, Promise<T>>();
  let last: Promise<unknown> = Promise.resolve();
  return (about) => {
    const known = underWay.get(about);
    if (known) return known;
    const mine = last.then(() => ask(about)).finally(() => underWay.delete(about));
    underWay.set(about, mine);
    last = mine.catch(() => undefined);
    return mine;
  };
}
