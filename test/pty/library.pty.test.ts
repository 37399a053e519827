import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The library as who installs the package has it. */

const installed = process.env.HAPROV_INSTALLED ?? '';
const folder = join(installed, 'own');
const run = (program: string, ...words: string[]) => {
  try {
    return execFileSync(program, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${words.join(' ')}: ${stdout}${stderr}`);
  }
};

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  // Node's own types, as a project for Node has them; nobody else's.
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  cpSync('test/library/example.ts', join(folder, 'example.ts'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const strict = { strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true };
  const compilerOptions = {
    ...strict,
    skipLibCheck: false,
    target: 'es2023',
    types: ['node'],
    outDir: 'out',
  };
  for (const [name, more] of [
    ['nodenext', { module: 'nodenext' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler', noEmit: true }],
  ] as const)
    writeFileSync(
      join(folder, `${name}.json`),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...more }, files: ['example.ts'] }),
    );
  writeFileSync(join(folder, 'config'), '');
  const resource = { type: 'directory', path: '/srv/one' };
  writeFileSync(
    join(folder, 'one.json'),
    JSON.stringify({ tasks: [{ name: 'One', resources: [resource] }] }),
  );
  writeFileSync(
    join(folder, 'inventory.json'),
    JSON.stringify({
      hosts: { fred: { address: '127.0.0.1', ssh: { port: 1, configFile: 'config' } } },
      playbooks: ['./one.json'],
    }),
  );
});

const says = "const said = await converge('inventory.json'); console.log(JSON.stringify(said));";

test.each(['bundler', 'nodenext'])(
  'the example compiles under strict, with all declarations looked at: %s',
  (name) => {
    expect(run(resolve('node_modules/.bin/tsc'), '-p', `${name}.json`)).toBe('');
  },
);

test('the example runs as it was compiled', () => {
  writeFileSync(join(folder, 'main.js'), `import { converge } from './out/example.js';\n${says}\n`);
  const said = JSON.parse(run(process.execPath, 'main.js')) as string[];
  expect(said).toContainEqual(expect.stringMatching(/^unreachable: fred: .*refuses the connection/));
});

test('require has the same', () => {
  writeFileSync(
    join(folder, 'main.cjs'),
    "console.log(JSON.stringify(Object.keys(require('haprov')).sort()));",
  );
  writeFileSync(
    join(folder, 'names.js'),
    "import * as all from 'haprov';\nconsole.log(JSON.stringify(Object.keys(all).filter((name) => !['default', 'module.exports', '__esModule'].includes(name)).sort()));",
  );
  const [required, imported] = ['main.cjs', 'names.js'].map((file) => run(process.execPath, file));
  expect(JSON.parse(required ?? '')).toEqual(
    expect.arrayContaining(['apply', 'loadInventory', 'plan', 'status']),
  );
  expect(imported).toBe(required);
});

test('its declarations need none of others', () => {
  const text = run('cat', join(installed, 'node_modules/haprov/dist/index.d.ts'));
  expect(text).toContain('export declare function loadInventory');
  expect(text).not.toMatch(/^import |\bimport\(/m);
});
