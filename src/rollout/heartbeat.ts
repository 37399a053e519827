/** Renews the leases of a run, every quarter of a lease, until it is stopped. A host that cannot be told lets go by itself. */
export function startHeartbeat(leaseSeconds: number, renew: () => Promise<unknown>): { stop(): void } {
  const timer = setInterval(() => {
    renew().catch(() => {});
  }, leaseSeconds * 250);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
