import { spawnSync } from 'node:child_process';

/**
 * Sees to it that something is here that tests need, by installing Debian's `packages`; where it cannot be had says
 * loudly that `tests` are skipped, or fails if it is required.
 */
export function need(what: string, isHere: () => boolean, packages: readonly string[], tests: string): void {
  if (isHere()) return;
  spawnSync('test/support/install-packages', packages, { stdio: ['ignore', 2, 2] });
  if (isHere()) return;
  const why = `${what} NOT HERE (test/support/install-packages failed, see above): ${tests}`;
  if (process.env.HAPROV_REQUIRE_LAB === '1')
    throw new Error(`${why} cannot run, and HAPROV_REQUIRE_LAB=1 asks for them`);
  process.stderr.write(`\n${'!'.repeat(100)}\n${why} are SKIPPED.\n${'!'.repeat(100)}\n\n`);
}
