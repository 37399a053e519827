import { type Configuration, readConfiguration } from '../ha/keepalived/configuration';
import { unreadables } from '../ha/keepalived-config';
import { call, compose } from '../shell/library';
import { readKeepalivedFiles } from './keepalived-files';

/** The files for which a host's keepalived gives its VIPs away: that of `haprov drain`, and that of a run. */
export const drainFlags = {
  drain: '/var/lib/haprov/drained',
  run: '/var/lib/haprov/drain-for-run',
} as const;

/** A question of the probe; {@link readWatched} reads the answer. */
export const watchedScript = call('keepalived_reads');

/** The same as a whole script. */
export const watchedScriptAlone = compose(watchedScript);

/** What a host's keepalived watches: its configuration, and the scripts that it runs. */
export interface Watched {
  configuration: Configuration;
  /** Path → text of the scripts on the host. */
  scripts: ReadonlyMap<string, string>;
  /** Whether all of keepalived's configuration was read and understood. */
  isWhole: boolean;
  /** Folders whose files a boot takes away: mount points of file systems in memory. */
  inMemory: readonly string[];
}

/** Reads the answer; undefined where the host has no keepalived.conf. */
export function readWatched(output: string): Watched | undefined {
  const { configId, files, scripts, inMemory } = readKeepalivedFiles(output);
  const [main] = files.keys();
  if (main === undefined) return undefined;
  const configuration = readConfiguration({ files, main, ...(configId ? { configId } : {}) });
  const { problems, unknowns } = configuration;
  const isBroken = problems.some(({ kind }) => unreadables.includes(kind));
  return { configuration, scripts, isWhole: !isBroken && unknowns.length === 0, inMemory };
}
