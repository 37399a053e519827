import { twice } from '../maintenance/still-served';
import { pause } from '../pair/timeout';
import { whyNobodyElse } from './last-one';
import { othersOf, type Roll, type RollHost, staysDrained } from './rolling';

const pauseMs = 1000;

/** Does what a host is away for; tells as soon as nobody else serves any more, of which the work itself may not see anything. */
export async function watched<T>(roll: Roll, host: RollHost, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const telling = tellWhenAlone(roll, host, over.signal);
  try {
    return await Promise.race([work(), telling.then(() => new Promise<never>(() => {}))]);
  } finally {
    over.abort();
  }
}

async function tellWhenAlone(roll: Roll, host: RollHost, over: AbortSignal): Promise<void> {
  if (roll.force || staysDrained(roll, host)) return;
  const { name } = host;
  const others = othersOf(roll, name);
  let alone: string[] = [];
  const isSure = twice((now) => {
    alone = whyNobodyElse(roll, host, now);
    return alone.length > 0;
  });
  while (!over.aborted) {
    if (isSure(await roll.pair.look(others))) {
      if (over.aborted) return;
      const text = `nobody else serves any more (${alone.join('; ')}): mend that; ${name} gets its place back as soon as it is well`;
      return roll.emit({ type: 'message', level: 'warning', host: name, text });
    }
    await pause(pauseMs, over);
  }
}
