import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;
let caches: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  caches = join(folder, 'caches/haprov');
  const options = ['--bundle', '--platform=node', '--format=cjs', '--define:__PROGRAM_HASH__="0"'];
  execFileSync(
    'node_modules/esbuild/bin/esbuild',
    ['src/start.ts', ...options, `--outfile=${folder}/start.js`],
    {
      stdio: 'pipe',
    },
  );
  writeFileSync(
    join(folder, 'cli.js'),
    'if (process.argv.includes("--help")) console.log("help"); else require("./program.js").run();',
  );
  program('console.log(process.argv[2], require("node:path").basename(__filename), 6 * 7)');
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(text: string): void {
  writeFileSync(join(folder, 'program.js'), `module.exports.run = () => {}; ${text}`);
}

function start(...words: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, 'start.js'), ...words], {
    encoding: 'utf8',
    env: { XDG_CACHE_HOME: join(folder, 'caches') },
  });
  return { said: `${stdout}${stderr}`.trim(), status };
}
const kept = () => readdirSync(caches).map((name) => statSync(join(caches, name)).mtimeMs);

test('the program runs as if it were started itself, and its code is kept once for each command', () => {
  expect(start('plan')).toEqual({ said: 'plan program.js 42', status: 0 });
  const first = kept();
  expect(first).toHaveLength(1);
  expect(start('plan')).toEqual({ said: 'plan program.js 42', status: 0 });
  expect(kept()).toEqual(first);
  start('status');
  expect(kept()).toHaveLength(2);
  expect(statSync(caches).mode & 0o777).toBe(0o700);
});

test('another program of the same length is not taken for the one that was kept', () => {
  start('plan');
  program('console.log(process.argv[2], require("node:path").basename(__filename), 6 + 7)');
  utimesSync(join(folder, 'program.js'), 1, 1);
  expect(start('plan').said).toBe('plan program.js 13');
});

test('what V8 does not take is replaced', () => {
  start('plan');
  for (const name of readdirSync(caches)) writeFileSync(join(caches, name), 'no code');
  expect(start('plan').said).toBe('plan program.js 42');
  expect(readdirSync(caches).map((name) => statSync(join(caches, name)).size > 100)).toEqual([true]);
});

test.each([
  [
    'a folder that others may write to',
    () => {
      mkdirSync(caches, { recursive: true });
      chmodSync(caches, 0o770);
    },
  ],
  [
    'a file in its place',
    () => {
      mkdirSync(join(folder, 'caches'));
      writeFileSync(caches, '');
    },
  ],
])('%s: the program runs, nothing is kept', (_, prepare) => {
  prepare();
  expect(start('plan')).toEqual({ said: 'plan program.js 42', status: 0 });
  if (statSync(caches).isDirectory()) expect(kept()).toEqual([]);
});

test.each([
  ['a help', ['plan', '--help']],
  ['no command', []],
  ['a path for a command', ['../x']],
])('of %s nothing is kept', (_, words) => {
  start(...words);
  expect(readdirSync(folder)).not.toContain('caches');
});

test('of a run that was refused nothing is kept', () => {
  program('process.exitCode = 2');
  expect(start('plan').status).toBe(2);
  expect(kept()).toEqual([]);
});

test('help does without the program', () => {
  rmSync(join(folder, 'program.js'));
  expect(start('plan', '--help')).toEqual({ said: 'help', status: 0 });
  expect(start('plan').status).not.toBe(0);
});

test('an error names the program and the place in it', () => {
  program('function inner() { throw new Error("oh") }\ninner()');
  expect(start('plan').said).toMatch(/at inner .*program\.js:1:57\)\n\s*at .*program\.js:2:1\n/);
});
