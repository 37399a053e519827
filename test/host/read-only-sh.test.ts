import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { call, compose } from '../../src/shell/library';
import { isRoot, shells } from '../shell/sandbox';
import { scratch } from '../support/scratch';

const canMount = isRoot && spawnSync('unshare', ['-m', 'mount', '-n', '--make-rprivate', '/']).status === 0;

/** busybox’s own `test` goes by the mode alone; no host of EL has it as its sh. */
const able = shells.filter(([program]) => program !== 'busybox');

(canMount ? test : test.skip).each(able.map((shell) => ({ shell })))(
  '$shell: a folder that is mounted read-only, on a disk that can be written',
  ({ shell }) => {
    const folder = mkdtempSync(join(scratch, 'haprov-ro-'));
    const asks = compose(`if ${call('is_read_only', folder)}; then echo read-only; else echo written; fi`);
    const ask = (before: string) =>
      execFileSync('unshare', [
        '-m',
        ...shell,
        '-c',
        `mount -n --make-rprivate /\n${before}\n${asks}`,
      ]).toString();
    try {
      expect(ask(':')).toBe('written\n');
      expect(ask(`mount -n --bind ${folder} ${folder}; mount -n -o remount,ro,bind ${folder}`)).toBe(
        'read-only\n',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
