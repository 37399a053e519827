// Contestants in turns, so that whatever else the machine does hits all alike.

import { containers, hosts } from './lab.mjs';
import { median, memoryOf, processorOf, run } from './measure.mjs';

/** Seconds of processor that the hosts take in a second when nobody asks them anything. */
let idle = 0;

export async function rest(seconds = 3) {
  const all = containers();
  const before = processorOf(all);
  await new Promise((done) => setTimeout(done, seconds * 1000));
  const after = processorOf(all);
  idle = before === undefined || after === undefined ? 0 : (after - before) / seconds;
}

/**
 * Runs each contestant once uncounted, where it may, and looks at its memory meanwhile; then in turns, so many rounds or
 * until the time is over.
 * @param contestants `name`; `words` and `env`, or `act` that gives what `run` does; `before` each of its turns; `floor`: what
 * others are compared with; `isNew`: it is not warmed up
 * @param limit `rounds`, and `minutes` at most, of which each contestant has one round at least
 * @returns for each its medians: wall, cpu, hostCpu (of one host), memory; how many rounds, how many failed, and its last words
 */
export async function contest(title, contestants, { rounds, minutes }) {
  process.stderr.write(`${title}\n`);
  const until = performance.now() + minutes * 60_000;
  const kept = new Map(contestants.map(({ name }) => [name, { wall: [], cpu: [], hostCpu: [], failed: 0 }]));
  const turn = async (one, watch) => {
    await one.before?.();
    const all = containers();
    const before = processorOf(all);
    const made = one.act ? await one.act(watch) : await run(one.words, { env: one.env, watch });
    const used = processorOf(all);
    const hostCpu = used === undefined || before === undefined ? undefined : used - before - idle * made.wall;
    return { ...made, hostCpu: hostCpu === undefined ? undefined : Math.max(0, hostCpu) / hosts.length };
  };
  const count = (one, made) => {
    const own = kept.get(one.name);
    if (made.code !== 0) {
      own.failed += 1;
      own.said = made.said;
      return;
    }
    own.wall.push(made.wall);
    own.cpu.push(made.cpu);
    if (made.hostCpu !== undefined) own.hostCpu.push(made.hostCpu);
  };
  for (const one of contestants) {
    if (one.isNew) continue;
    await turn(
      one,
      memoryOf((mib) => Object.assign(kept.get(one.name), { memory: mib })),
    );
  }
  for (let round = 0; round < rounds && (round === 0 || performance.now() < until); round += 1)
    for (const one of contestants) {
      const own = kept.get(one.name);
      const watch =
        one.isNew && own.memory === undefined
          ? memoryOf((mib) => Object.assign(own, { memory: mib }))
          : undefined;
      const made = await turn(one, watch);
      count(one, made);
      process.stderr.write(
        `  ${one.name}: ${made.code === 0 ? `${made.wall.toFixed(2)} s` : `exit ${made.code}: ${made.said}`}\n`,
      );
    }
  return { title, rows: contestants.map((one) => ({ ...one, ...summed(kept.get(one.name)) })) };
}

const summed = ({ wall, cpu, hostCpu, memory, failed, said }) => ({
  rounds: wall.length,
  failed,
  said,
  memory,
  wall: median(wall),
  cpu: median(cpu),
  hostCpu: median(hostCpu),
});
