import { call, compose } from '../shell/library';

/** A read-only script; {@link readInFault} reads what it prints. */
export const inFaultScript = compose(call('in_fault'));

/** The vrrp_instances that the host's keepalived has in FAULT, by its log; none where it is drained. */
export const readInFault = (output: string): string[] =>
  output.split('\n').flatMap((row) => (row.startsWith('fault ') ? [row.slice('fault '.length)] : []));

/** The vrrp_instances that keepalived has in FAULT, by host. */
export type InFault = ReadonlyMap<string, readonly string[]>;
