import { resolve } from 'node:path/posix';
import { textOfBytes } from '../resources/text-of';
import { call } from '../shell/library';

/** What a host tells of its keepalived's files. */
export interface KeepalivedFiles {
  /** What keepalived compares `@NAME` lines with; absent where the host has told nothing. */
  configId?: string;
  /** Path → text, of the files that its configuration may be made of; the first one is keepalived's own. */
  files: Map<string, string>;
  /** Path → text, of the scripts that it runs. */
  scripts: Map<string, string>;
  /** The patterns of includes that the host was searched for, as whole paths. */
  searched: Set<string>;
  /** Folders whose files a boot takes away: mount points of file systems in memory. */
  inMemory: string[];
}

/**
 * A question of the probe: the files that a keepalived.conf includes, where it or one that is to come includes any.
 * @param patterns of files to look for beside those, as whole paths
 */
export const textsScript = (main: string, patterns: Iterable<string>) =>
  call('keepalived_texts', main, ...patterns);

/** Reads what `keepalived_reads` and `keepalived_texts` print. */
export function readKeepalivedFiles(output: string): KeepalivedFiles {
  const rows = output.split('\n').map((row) => row.split(' '));
  const of = (kind: string) => rows.filter(([word]) => word === kind).map(([, ...words]) => words);
  const texts = (kind: string) =>
    new Map(of(kind).map(([path = '', text = '']) => [path, textOfBytes(Buffer.from(text, 'base64'))]));
  const configId = of('host')[0]?.[0];
  return {
    ...(configId ? { configId } : {}),
    files: texts('config'),
    scripts: texts('script'),
    searched: new Set(of('searched').map((words) => resolve(words.join(' ')))),
    inMemory: of('memory').flatMap(([path]) => path ?? []),
  };
}
