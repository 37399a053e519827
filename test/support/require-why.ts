import type { Why } from '../../src/host/transaction';

/** Of a run that is taken back, `haprov log` is to say why. */
export function requireWhy(host: string, verb: string, { isStopped, because }: Why = {}): void {
  if (verb === 'restore' && !isStopped && !because) throw new Error(`${host} is restored, and not told why`);
}
