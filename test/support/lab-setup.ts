import { spawnSync } from 'node:child_process';

/** Raises the real pair before the lab's tests; where it cannot be had says so loudly, or fails if it is required. */
export default function raiseLab(): void {
  const { status } = spawnSync('test/lab/lab', ['up'], { stdio: ['ignore', 2, 2] });
  if (status === 0) {
    process.env.HAPROV_LAB = 'up';
    return;
  }
  const why = 'THE REAL PAIR IS NOT THERE (test/lab/lab up failed, see above): the integration tests';
  if (process.env.HAPROV_REQUIRE_LAB === '1')
    throw new Error(`${why} cannot run, and HAPROV_REQUIRE_LAB=1 asks for them`);
  process.stderr.write(
    `\n${'!'.repeat(100)}\n${why} are SKIPPED; nothing was proven on real hosts.\n${'!'.repeat(100)}\n\n`,
  );
}
