import { spawnSync } from 'node:child_process';

/** Sees to it that there is a browser; where it cannot be had says so loudly, or fails if it is required. */
export default function installBrowser(): void {
  const { status } = spawnSync('test/support/install-chromium', { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  const why = 'THERE IS NO BROWSER (test/support/install-chromium failed, see above): the tests of the pages';
  if (process.env.HAPROV_REQUIRE_LAB === '1')
    throw new Error(`${why} cannot run, and HAPROV_REQUIRE_LAB=1 asks for them`);
  process.stderr.write(`\n${'!'.repeat(100)}\n${why} are SKIPPED.\n${'!'.repeat(100)}\n\n`);
}
