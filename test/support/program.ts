import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { installation } from '../../src/playbook/playbook';

/** The program as it stands in the sources, beside the built one, so that it finds its own folders. */
export const program = join(installation, 'dist', `haprov-test-${process.pid}.js`);

export async function buildProgram(): Promise<void> {
  await build({
    entryPoints: [join(installation, 'src/cli.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    loader: { '.sh': 'text' },
    external: ['cpu-features', '*.node'],
    define: { __HAPROV_VERSION__: '"test"' },
    logLevel: 'error',
  });
}

export function removeProgram(): void {
  for (const ending of ['js', 'css']) rmSync(program.replace(/js$/, ending), { force: true });
}

/** Runs it in `folder`, with nothing of the environment but `env`. */
export function run(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
  });
  return { code: status, stdout, stderr: stderr.toString() };
}
