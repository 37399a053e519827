import { execFileSync } from 'node:child_process';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { describeWithSshd } from '../support/sshd';
import { type Outcome, tester } from './ssh-matrix/both';
import { type Fixtures, has, makeFixtures } from './ssh-matrix/fixtures';
import type { Row } from './ssh-matrix/row';
import { matrix } from './ssh-matrix/rows';

/** Each way to have SSH, tried by plain ssh and by haprov with the same settings: haprov gets in wherever ssh does. */

/** How many rows are tried at once. */
const AT_ONCE = 4;

const needed = ({ needs }: Row): boolean =>
  needs === undefined ||
  ('program' in needs ? has(needs.program) : execFileSync('ssh', ['-Q', 'kex']).includes(needs.kex));

/** An OpenSSH of another age cannot be asked for. */
const mustBeThere = ({ needs = { kex: '' } }: Row): boolean =>
  process.env.HAPROV_REQUIRE_LAB === '1' && 'program' in needs;

describeWithSshd('As ssh does', () => {
  let files: SshFiles;
  let fixtures: Fixtures;
  let rows: ReturnType<typeof tester>;
  const outcomes = new Map<Row, Promise<Outcome>>();

  beforeAll(async () => {
    files = sshFiles();
    fixtures = await makeFixtures(files);
    rows = tester(files);
    const all = matrix.flatMap((group) => group.rows).filter(needed);
    // The environment is everybody's, so rows that change it are tried one after the other, before the others.
    const own = oneByOne(all.filter(({ env }) => env));
    const shared = all.filter(({ env }) => !env);
    for (let lane = 0; lane < AT_ONCE; lane += 1)
      oneByOne(
        shared.filter((_, index) => index % AT_ONCE === lane),
        own,
      );
  });

  /** Tries the rows one after the other. */
  function oneByOne(some: readonly Row[], after: Promise<unknown> = Promise.resolve()): Promise<unknown> {
    return some.reduce((before, row) => {
      const outcome = before.then(() => rows.tryRow(row));
      outcomes.set(row, outcome);
      return outcome.catch(() => undefined);
    }, after);
  }

  afterAll(async () => {
    await Promise.allSettled(outcomes.values());
    await rows.stop();
    fixtures.stop();
    files.remove();
  });

  describe.each(matrix)('$title', ({ rows }) => {
    for (const row of rows) {
      const isTried = needed(row) || mustBeThere(row);
      const run = isTried ? test : test.skip;
      run(isTried ? row.row : `NOT TESTED (${JSON.stringify(row.needs)}): ${row.row}`, async () => {
        if (!needed(row)) throw new Error(`HAPROV_REQUIRE_LAB=1 asks for ${JSON.stringify(row.needs)}`);
        const { said, ...outcome } = (await outcomes.get(row)) as Outcome;
        const { ssh, haprov } = row;
        expect({ ...outcome, said }).toEqual({ ssh, haprov, said });
      });
    }
  });
});
