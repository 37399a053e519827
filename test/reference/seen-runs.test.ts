import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namesOf } from '../../src/reference/names';
import { keepSeenRuns, seenRuns } from '../../src/reference/seen-runs';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  env = { XDG_CACHE_HOME: folder };
});
afterEach(() => rmSync(folder, { recursive: true }));

const runs = [
  ['20260102T030405Z-abcdef', 'apply, by fred'],
  ['20260101T030405Z-012345', 'push, by ethyl'],
] as const;
const kept = () => join(folder, 'haprov', readdirSync(join(folder, 'haprov'))[0] ?? '');

test('the runs of an inventory that were shown last are what a shell completes', () => {
  keepSeenRuns('a.json', runs, env);
  expect(namesOf.runs('a.json', env)).toEqual(runs);
  expect(namesOf.runs(join(process.cwd(), 'a.json'), env)).toEqual(runs);
  expect(namesOf.runs('b.json', env)).toEqual([]);
  keepSeenRuns('a.json', [], env);
  expect(namesOf.runs('a.json', env)).toEqual([]);
  expect(statSync(kept()).mode & 0o777).toBe(0o600);
});

test('what is no list of runs, or has signs that a terminal acts on, is not believed', () => {
  keepSeenRuns('a.json', runs, env);
  writeFileSync(
    kept(),
    JSON.stringify([
      ['a\u001b[2J', 'x'],
      ['b', 'x\u0007'],
      ['c', 'x'],
    ]),
  );
  expect(seenRuns('a.json', env)).toEqual([['c', 'x']]);
  for (const text of ['no JSON', '{}', '[7, null]']) {
    writeFileSync(kept(), text);
    expect(seenRuns('a.json', env)).toEqual([]);
  }
});

test('a folder that others may write to is neither read nor written', () => {
  mkdirSync(join(folder, 'haprov'));
  chmodSync(join(folder, 'haprov'), 0o777);
  keepSeenRuns('a.json', runs, env);
  expect(readdirSync(join(folder, 'haprov'))).toEqual([]);
});
