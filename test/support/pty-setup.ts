import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { need } from './needed';

const isHere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

/** Builds the program and packs it, then installs the package into an empty folder as a user would, without a network. */
export default function packAndInstall(): void {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-installed-'));
  const npm = (...words: string[]) =>
    execFileSync('npm', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const [{ filename }] = JSON.parse(
    npm('pack', '--json', '--silent', '--pack-destination', folder).replace(/^[^[]*/, ''),
  ) as [{ filename: string }];
  npm(
    'install',
    '--prefix',
    folder,
    '--offline',
    '--no-audit',
    '--no-fund',
    '--silent',
    join(folder, filename),
  );
  process.env.HAPROV_INSTALLED = folder;
  need(
    'bash, zsh, fish AND bash-completion ARE',
    () => ['bash', 'zsh', 'fish'].every(isHere) && existsSync('/usr/share/bash-completion/bash_completion'),
    ['bash', 'zsh', 'fish', 'bash-completion'],
    'the tests of completion',
  );
}
