import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { startHaprov } from '../support/lab';
import { lab } from './hosts';
import { sendLoad } from './load';
import { Random } from './random';
import { chooseCourse, runRound } from './round';
import { edits, first, type Wanted, write } from './wanted';

/*
 * npm run chaos -- [--seed N] [--from N] [--rounds N] [--edit NAME] [--fault NAME]: random edits of the real pair under load, each
 * with a random fault at a random moment, from a seed that is printed. Exits with 1 when anything was not as it must be.
 */

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Bare hosts, made the pair that the rounds begin with. */
async function provision(): Promise<Wanted> {
  await lab('reset', '--alone', 'fred', 'ethyl');
  const folder = mkdtempSync(join(tmpdir(), 'haprov-chaos-'));
  const { finished } = startHaprov(['apply', write(folder, first), '--yes', '--allow-outage']);
  const { code, stdout, stderr } = await finished;
  if (code !== 0) throw new Error(`provisioning: exit ${code}: ${stdout}${stderr}`);
  return first;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      from: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '60' },
      edit: { type: 'string' },
      fault: { type: 'string' },
    },
  });
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const rounds = Number(values.rounds);
  const from = Number(values.from);
  say(`chaos: --seed ${seed} --from ${from} --rounds ${rounds}`);
  let wanted = await provision();
  let failed = 0;
  for (let round = from; round < from + rounds; round++) {
    // Each round has numbers of its own, so that what one did not draw does not change the next.
    const random = new Random(seed * 1000 + round);
    const course = chooseCourse(random, values);
    const next = { ...wanted };
    for (const name of course.edits) Object.assign(next, edits[name]?.(next, random));
    const title = `${round}. ${course.edits.join(' + ')}; ${course.fault.name} on ${course.host}, ${course.delayMs} ms into ${course.phase}`;
    const { wrong, told } = await runRound(course, wanted, next, random).catch((error: Error) => ({
      wrong: [error.stack ?? error.message],
      told: 'the round itself failed',
    }));
    say(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${title}: ${told}`);
    for (const one of wrong) say(`     ${one.trimEnd().replaceAll('\n', '\n     ')}`);
    if (wrong.length > 0) failed += 1;
    wanted = wrong.length === 0 ? next : await provision();
  }
  say(`${rounds - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

if (isMainThread) void main();
else void sendLoad();
