import { once } from 'node:events';
import { basename } from 'node:path';
import { outputOf, started } from '../programs';

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
  async (file) => {
    const words = env.VISUAL || env.EDITOR || 'vi';
    const more = (await isVim(words, env)) ? withoutCopies : [];
    const child = await started('/bin/sh', ['-c', `${words} "$@"`, words, ...more, file], {
      stdio: 'inherit',
      env,
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? 1;
  };

/** By its name, and by what it says of itself: other programs called vi know none of these options. */
async function isVim(words: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const [program = ''] = words.trim().split(/\s/);
  if (!['vi', 'vim', 'nvim'].includes(basename(program))) return false;
  const { stdout } = await outputOf(program, ['--version'], { env, timeout: 5000 });
  return /^N?VIM\b/.test(stdout);
}
