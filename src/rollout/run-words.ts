import type { RunState } from '../host/run-state';
import { transactionExit } from '../host/transaction';

/** What is said of a run that did not come to where it should, and is not back. */
export function whyFailed(run: string, code: number | null, state: RunState | ''): string {
  if (code !== null && code > 128)
    return `was ended there by signal ${code - 128}, as by somebody’s haprov unlock --force; haprov log shows how it ended`;
  if (code === transactionExit.noSpace)
    return 'the run could not be written to /var/lib/haprov: is the disk of the host full, or mounted read-only?';
  const how = code === null || code === 0 ? `it is ${state || 'in an unknown state'}` : exitWords(code);
  return `failed (${how}); look at /var/lib/haprov/runs/${run}/log on the host`;
}

/** Whether a verb's program ends so by itself, when it could not do what it was told. */
export const isOwnExit = (code: number | null): boolean =>
  Object.values<number | null>(transactionExit).includes(code);

export const exitWords = (code: number | null): string =>
  code === null ? 'no exit code' : `exit code ${code}`;

/** How many seconds to wait beyond the lease of a host. */
export const lateSeconds = 15;

/** How a host is told of whose run's state is not known. */
export const noAnswer = (stopping?: AbortSignal) =>
  stopping?.aborted ? 'is not waited for any longer' : 'cannot be reached again, or does not come to an end';

/** As of a run: its lease and, where that is longer, how long it has to be confirmed. */
interface Waits {
  leaseSeconds: number;
  confirmSeconds?: number;
}

/** How many seconds a committed host waits to be confirmed. */
export const confirmedWithin = ({ leaseSeconds, confirmSeconds = leaseSeconds }: Waits) => confirmSeconds;

/** What a host that is not reached does by itself. */
export const promise = (waits: Waits) =>
  `if it runs, it ends or restores by itself ${confirmedWithin(waits)} s after it is left alone; if it is off, when it starts again; haprov log shows which`;
