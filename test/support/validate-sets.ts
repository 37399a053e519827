import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import library from '../../src/shell/probe/probe.sh';
import { quote } from '../../src/shell/quote';
import type { RenderedHost } from './inventories';
import { on } from './lab';
import validator from './validate-sets.sh';

/** What one host would have. */
export interface FileSet {
  files: readonly RenderedHost['files'][number][];
  lines: readonly RenderedHost['lines'][number][];
}

export interface Verdict {
  program: string;
  code: number;
  output: string;
}

/** What the real programs of a lab host say of each set, asked in one go. */
export function validateOn(host: string, sets: readonly FileSet[]): Verdict[][] {
  const folder = 'd=$(mktemp -d) && cd "$d" && tar x';
  const output = on(host, `${folder} && sh ./validate; code=$?; rm -rf "$d"; exit $code`, archive(sets));
  return readVerdicts(output, sets.length);
}

/** A tar file of all sets, each in a folder of its number, and the program that shows them to the validators. */
function archive(sets: readonly FileSet[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'haprov-sets-'));
  try {
    for (const [index, { files, lines }] of sets.entries()) {
      const set = join(folder, String(index));
      mkdirSync(join(set, 'files'), { recursive: true });
      for (const { path, content, mode } of files) {
        const file = join(set, 'files', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
        chmodSync(file, Number.parseInt(mode, 8));
      }
      writeFileSync(join(set, 'edit'), lines.map(editing).join(''));
    }
    writeFileSync(join(folder, 'validate'), `${library}\n${validator}`);
    return spawnSync('tar', ['c', '--owner=root:0', '--group=root:0', '-C', folder, '.'], { maxBuffer: 1e9 })
      .stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The line put into its file by the function that does so in a run. */
const editing = ({ path, line, match = '' }: FileSet['lines'][number]) =>
  `edit_line ${[path, line, match].map(quote).join(' ')} >edited && cat edited >${quote(path)}\n`;

/** `@ SET PROGRAM CODE`, and what it printed. */
function readVerdicts(output: string, count: number): Verdict[][] {
  const verdicts = Array.from({ length: count }, (): Verdict[] => []);
  for (const part of output.split(/^@ /m).slice(1)) {
    const [head = '', ...rows] = part.split('\n');
    const [set, program = '', code] = head.split(' ');
    verdicts[Number(set)]?.push({ program, code: Number(code), output: rows.join('\n').trim() });
  }
  return verdicts;
}
