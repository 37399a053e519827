import { spawn, spawnSync } from 'node:child_process';
import { basename } from 'node:path';

/** Runs an editor on a file, and returns its exit code. */
export type Editor = (file: string) => Promise<number>;

/** Keeps vim from copies elsewhere: swap, what is remembered of registers and lines, backups, and what can be undone. */
const withoutCopies = [
  '-n',
  '-i',
  'NONE',
  '-c',
  ['viminfo=', 'viminfofile=NONE', 'shada=', 'nobackup', 'nowritebackup', 'noundofile']
    .map((setting) => `silent! set ${setting}`)
    .join(' | '),
];

/** The user's editor: VISUAL or EDITOR as a shell reads it, else vi. vi, vim and nvim keep no copies elsewhere. */
export const ownEditor =
  (env: NodeJS.ProcessEnv): Editor =>
  (file) =>
    new Promise((resolve, reject) => {
      const words = env.VISUAL || env.EDITOR || 'vi';
      const more = isVim(words, env) ? withoutCopies : [];
      const child = spawn('/bin/sh', ['-c', `${words} "$@"`, words, ...more, file], {
        stdio: 'inherit',
        env,
      });
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 1));
    });

/** By its name, and by what it says of itself: other programs called vi know none of these options. */
function isVim(words: string, env: NodeJS.ProcessEnv): boolean {
  const [program = ''] = words.trim().split(/\s/);
  if (!['vi', 'vim', 'nvim'].includes(basename(program))) return false;
  const { stdout } = spawnSync(program, ['--version'], { env, encoding: 'utf8', timeout: 5000 });
  return /^N?VIM\b/.test(stdout ?? '');
}
