import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  const { status, stderr } = spawnSync(process.execPath, [resolve('build.mjs')], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stderr, isThere: existsSync(join(folder, 'dist/program.js')) };
}

test('what would import when it runs is refused, and not left to be run: it dies where it is needed', () => {
  const { status, stderr, isThere } = build("void import('node:readline/promises');\n");
  expect(status).toBe(1);
  expect(stderr).toContain(
    'dist/program.js would import when it runs, and cannot: void import("node:readline/promises")',
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
