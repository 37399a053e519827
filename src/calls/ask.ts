import type { CallOptions } from '../library/caller';
import { type Executed, exec as execFor, type Stream } from '../library/exec';
import { facts as factsFor, type KnownHost } from '../library/facts';
import { IncompleteError } from '../library/failures';
import { type LogEntry, logs as logsFor } from '../library/logs';
import { call, type InventorySource, reach } from './call';
import { callback, flag, ranged, requireArgument, someTexts, text, texts } from './takes';

/**
 * Runs a command, in the words of a POSIX shell, on hosts: names, groups, patterns, at least one. It is recorded nowhere, and nothing puts back
 * what it changes. A host that does not answer stops no other.
 * @param options `hear` is given whole lines as they come, without secrets; a host sends no more while it waits for what this promises
 */
export function exec(
  inventory: InventorySource,
  hosts: string[],
  command: string,
  options: Omit<CallOptions, 'limit'> & {
    atOnce?: number;
    /** Seconds; no limit without it. */
    timeout?: number;
    hear?(host: string, stream: Stream, lines: string): Promise<void> | void;
  } = {},
): Promise<Executed> {
  const { limit: _, ...way } = reach;
  const takes = { ...way, atOnce: ranged('atOnce'), timeout: ranged('timeout'), hear: callback };
  return call(inventory, options, takes, (said, context) => {
    requireArgument('hosts', hosts, someTexts);
    requireArgument('command', command, text);
    return execFor({ ...said, limit: hosts, command: [command] }, context);
  });
}

/**
 * What is known of hosts, from one read-only exec each.
 * @throws IncompleteError with what is known of the others, where a host could not be asked
 */
export function facts(inventory: InventorySource, options: CallOptions = {}): Promise<KnownHost[]> {
  return call(inventory, options, reach, async (said, context) => {
    const { hosts, failure } = await factsFor(said, context);
    if (failure) throw new IncompleteError(failure, hosts);
    return hosts;
  });
}

/**
 * What hosts have logged of units and services, merged by time with the differences of their clocks taken out; with `follow`, until
 * the signal aborts. Of nothing in `of`: haproxy, keepalived and what serves each service.
 * @param options `hear` is given each entry, without secrets, and when that was by the right clock
 */
export function logs(
  inventory: InventorySource,
  of: string[],
  options: CallOptions & {
    hear(entry: LogEntry, at: Date): Promise<void> | void;
    follow?: boolean;
    lines?: number;
    since?: string;
  },
): Promise<void> {
  const takes = { ...reach, hear: callback, follow: flag, lines: ranged('lines'), since: text };
  return call(inventory, options, takes, async (said, context) => {
    requireArgument('of', of, texts);
    const { failure } = await logsFor({ follow: false, ...said, of }, context);
    if (failure) throw new IncompleteError(failure, undefined);
  });
}
