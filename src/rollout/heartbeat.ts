/** Renews the leases of a run every quarter of a lease, until `stop`. A host that it cannot reach restores itself. */
export function startHeartbeat(leaseSeconds: number, renew: () => Promise<unknown>): { stop(): void } {
  const timer = setInterval(() => {
    renew().catch(() => {});
  }, leaseSeconds * 250);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
