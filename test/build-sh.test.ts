import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The build, of a program of the test's. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  mkdirSync(join(folder, 'src/shell'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "version": "1.2.3" }');
});
afterEach(() => rmSync(folder, { recursive: true }));

function build(program: string) {
  writeFileSync(join(folder, 'src/cli.ts'), program);
  writeFileSync(join(folder, 'src/start.ts'), '');
  writeFileSync(join(folder, 'src/index.ts'), 'export const plan = 1;\n');
  const { status, stderr } = spawnSync(process.execPath, [resolve('build.mjs')], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stderr, isThere: existsSync(join(folder, 'dist/cli.js')) };
}

test('what would import when it runs is refused, and not left to be run: it dies where it is needed', () => {
  const { status, stderr, isThere } = build("void import('node:readline/promises');\n");
  expect(status).toBe(1);
  expect(stderr).toContain(
    'dist/cli.js would import when it runs, and cannot: void import("node:readline/promises")',
  );
  expect(isThere).toBe(false);
});

test('what is required, or built in, is not', () => {
  writeFileSync(join(folder, 'src/other.ts'), 'export const other = 1;\n');
  expect(build("void import('./other').then(({ other }) => console.log(other));\n")).toMatchObject({
    status: 0,
    isThere: true,
  });
});

test('a module that is imported later is not in the command line, but in the program, by its path', () => {
  writeFileSync(join(folder, 'src/other.ts'), 'export const other = "said by the other";\n');
  build("void import('./other').then(({ other }) => console.log(other));\n");
  const read = (name: string) => readFileSync(join(folder, 'dist', name), 'utf8');
  expect(read('cli.js')).not.toContain('said by the other');
  expect(read('cli.js')).toContain('require("./program.js")["src/other"]()');
  expect(read('program.js')).toContain('said by the other');
});

test('what is imported later by the program may not import when it runs either', () => {
  writeFileSync(join(folder, 'src/other.ts'), "void import('node:readline/promises');\n");
  const { status, stderr } = build("void import('./other');\n");
  expect(status).toBe(1);
  expect(stderr).toContain('dist/program.js would import when it runs, and cannot');
});

test('what other programs import is of the same file, each name by itself', () => {
  expect(build('').status).toBe(0);
  expect(readFileSync(join(folder, 'dist/index.js'), 'utf8')).toContain('exports.plan = library.plan;');
});
