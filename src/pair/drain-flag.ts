import { readConfig, type Statement } from '../ha/keepalived-config';
import { canonical } from '../inventory/address';
import type { Vip } from '../inventory/inventory';
import { call, compose } from '../shell/library';

/** What a host's keepalived is to give its VIPs away for: by `haprov drain`, and for a restart in a run. */
export const drainFlags = {
  drain: '/var/lib/haprov/drained',
  run: '/var/lib/haprov/drain-for-run',
} as const;

/** A question of the probe, whose answer is what {@link deafVips} reads. */
export const drainFlagScript = call('keepalived_and_flag', drainFlags.drain);

/** The same of the flag of a run, by itself. */
export const runFlagScript = compose(call('keepalived_and_flag', drainFlags.run));

/** What a host's keepalived is told to watch. */
export interface WatchedFlag {
  statements: Statement[];
  /** Scripts on the host that look at the flag. */
  looking: string[];
  /** Whether all that keepalived reads was read. */
  isWhole: boolean;
}

/** Nothing where the host has no keepalived.conf. */
export function readWatched(output: string): WatchedFlag | undefined {
  const rows = output.split('\n');
  const at = rows.indexOf('=');
  if (at < 0) return undefined;
  const text = Buffer.from(rows.slice(at + 1).join(''), 'base64').toString();
  // What these include has come with it.
  const { statements, unreadable, unsure } = readConfig(
    text.replace(/^\s*include\s+"?(?:\/etc\/keepalived\/)?[\w.-]+\/[^\s/]*\.conf"?\s*$/gm, ''),
  );
  const looking = rows.slice(0, at).flatMap((row) => (row.startsWith('looks ') ? [row.slice(6)] : []));
  return { statements, looking, isWhole: unreadable === undefined && unsure === undefined };
}

/**
 * The VIPs that keepalived would keep whatever the flag says: their vrrp_instance tracks nothing that looks at it. One
 * that cannot be found, or a configuration that cannot be read to its end, is not judged.
 */
export function deafVips<T extends Pick<Vip, 'address'>>(
  vips: readonly T[],
  { statements, looking, isWhole }: WatchedFlag,
  flag: string = drainFlags.drain,
): T[] {
  if (!isWhole) return [];
  const listening = new Set([
    ...scripts(statements, flag, looking),
    ...files(statements, flag).map(({ args }) => args[0] ?? ''),
  ]);
  const instances = statements.filter(({ keyword }) => keyword === 'vrrp_instance');
  const groups = statements.filter(({ keyword }) => keyword === 'vrrp_sync_group');
  return vips.filter(({ address }) => {
    const own = instances.filter((one) => addressesOf(one).includes(canonical(address)));
    const isWatched = own.some((one) =>
      [one, ...groups.filter((group) => namesIn(group, 'group').includes(one.args[0] ?? ''))]
        .flatMap((block) => [...namesIn(block, 'track_script'), ...namesIn(block, 'track_file')])
        .some((name) => listening.has(name)),
    );
    return own.length > 0 && !isWatched;
  });
}

/** The vrrp_scripts that look at the flag themselves, or run a script that does. */
const scripts = (statements: readonly Statement[], flag: string, looking: readonly string[]): string[] =>
  statements
    .filter(({ keyword, children = [] }) => {
      const command = children.find((one) => one.keyword === 'script')?.args.join(' ') ?? '';
      const words = command.split(/\s+/);
      return (
        keyword === 'vrrp_script' && (command.includes(flag) || looking.some((one) => words.includes(one)))
      );
    })
    .map(({ args }) => args[0] ?? '');

/** The track files that are the flag. */
const files = (statements: readonly Statement[], flag: string): Statement[] =>
  statements.filter(
    ({ keyword, children = [] }) =>
      /^(?:vrrp_)?track_file$/.test(keyword) &&
      children.some((one) => one.keyword === 'file' && one.args[0] === flag),
  );

const namesIn = ({ children = [] }: Statement, keyword: string): string[] =>
  children
    .filter((one) => one.keyword === keyword)
    .flatMap((block) => (block.children ?? []).flatMap((one) => [one.keyword]));

const addressesOf = ({ children = [] }: Statement): string[] =>
  children
    .filter(({ keyword }) => /^virtual_ipaddress(?:_excluded)?$/.test(keyword))
    .flatMap((block) => (block.children ?? []).map(({ keyword }) => canonical(keyword)));
