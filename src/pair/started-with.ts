import { call } from '../shell/library';

/** Asks a host for the files and folders that its unit starts HAProxy with; a part of the probe. */
export const startedWithScript: string = `( ${call('haproxy_unit_files')} )`;

/** Those files and folders; none where the host has no such unit yet. */
export const readStartedWith = (output: string): string[] =>
  output
    .split('\n')
    .map((row) => row.trim().replace(/(.)\/$/, '$1'))
    .filter((row) => row.startsWith('/'));

/** Whether HAProxy reads the file: it is named itself, or stands in a folder that is, which HAProxy takes only .cfg files of. */
export const isReadWith = (path: string, startedWith: readonly string[]): boolean =>
  startedWith.includes(path) ||
  (path.endsWith('.cfg') && startedWith.includes(path.slice(0, path.lastIndexOf('/'))));
