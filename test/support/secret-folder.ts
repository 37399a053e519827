import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram, program, removeProgram } from './program';

/** An inventory that reads a secret, in a folder that is HOME too; the program with nothing but that. */

let folder: string;

/** Makes the folder for each test of a suite. */
export function useSecretFolder(): void {
  beforeAll(buildProgram);
  afterAll(removeProgram);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'haprov-'));
    const stats = { password: { secret: 'stats' } };
    const hosts = { a: { address: '10.0.0.1' } };
    mkdirSync(inFolder('playbooks'));
    mkdirSync(inFolder('memory'), { mode: 0o700 });
    const content = '<%= stats.password %>\n';
    writeFileSync(
      inFolder('playbooks/p.json'),
      JSON.stringify({ tasks: [{ name: 'T', resources: [{ type: 'file', path: '/etc/a', content }] }] }),
    );
    writeFileSync(inFolder('inventory.json'), JSON.stringify({ hosts, stats, playbooks: ['p'] }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

export const inFolder = (name: string) => join(folder, name);

export const environment = (more: NodeJS.ProcessEnv = {}) => ({
  PATH: process.env.PATH,
  HOME: folder,
  TMPDIR: folder,
  XDG_RUNTIME_DIR: inFolder('memory'),
  ...more,
});

export function haprov(
  words: string[],
  {
    input = '',
    env = {},
    cwd = folder,
  }: { input?: string | Buffer; env?: NodeJS.ProcessEnv; cwd?: string } = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd,
    input,
    env: environment(env),
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

export const set = (name: string, value: string, more = {}) =>
  haprov(['secret', 'set', name], { input: value, ...more });
export const get = (name: string, more = {}) => haprov(['secret', 'get', name], more).stdout;

/** An editor that does this with the file. */
export const edit = (script: string, ...words: string[]) => {
  writeFileSync(inFolder('editor.sh'), `file=$1\n${script}\n`);
  return haprov(['secret', 'edit', ...words], { env: { EDITOR: `sh ${inFolder('editor.sh')}` } });
};
