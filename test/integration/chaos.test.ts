import { spawnSync } from 'node:child_process';
import { describeLab } from '../support/lab';

/** A short series; `npm run chaos` makes long ones. The seed is fixed, so that CI fails for what was changed only. */
describeLab('random edits of the serving pair, each with a fault', () => {
  test('four of them: each host is old or new, one holder, no lock left, the next apply goes through', () => {
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['run', '-s', 'chaos', '--', '--seed', '37', '--rounds', '4'],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stdout, stderr }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('4 passed, 0 failed'),
    });
  }, 3_600_000);
});
