import { type Configuration, readConfiguration } from '../ha/keepalived/configuration';
import { unreadables } from '../ha/keepalived-config';
import { call, compose } from '../shell/library';

/** What a host's keepalived is to give its VIPs away for: by `haprov drain`, and for a restart in a run. */
export const drainFlags = {
  drain: '/var/lib/haprov/drained',
  run: '/var/lib/haprov/drain-for-run',
} as const;

/** A question of the probe, whose answer is what {@link readWatched} reads. */
export const watchedScript = call('keepalived_reads');

/** The same by itself. */
export const watchedScriptAlone = compose(watchedScript);

/** What a host's keepalived is told, and by which scripts it goes. */
export interface Watched {
  configuration: Configuration;
  /** The texts of the scripts on the host, by their paths. */
  scripts: ReadonlyMap<string, string>;
  /** Whether all that keepalived reads was read. */
  isWhole: boolean;
}

/** Nothing where the host has no keepalived.conf. */
export function readWatched(output: string): Watched | undefined {
  const rows = output.split('\n').map((row) => row.split(' '));
  const texts = (kind: string) =>
    new Map(
      rows.flatMap(([word, path = '', text = '']) =>
        word === kind ? [[path, Buffer.from(text, 'base64').toString('latin1')] as const] : [],
      ),
    );
  const files = texts('config');
  const [main] = files.keys();
  if (main === undefined) return undefined;
  const host = rows.find(([word]) => word === 'host')?.[1]?.split('.')[0];
  const configuration = readConfiguration({ files, main, ...(host ? { configId: host } : {}) });
  const { problems, unknowns } = configuration;
  const isBroken = problems.some(({ kind }) => unreadables.includes(kind));
  return { configuration, scripts: texts('script'), isWhole: !isBroken && unknowns.length === 0 };
}
