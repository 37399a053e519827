/**
 * A signal that aborts with the first of these, which `leave` lets go of. Node's own way to join signals is none to wait by: Node 20
 * may forget what it joins while somebody listens (nodejs/node#57736).
 * @returns `end`, which aborts it as well
 */
export function joinedSignal(signals: readonly (AbortSignal | undefined)[]): {
  signal: AbortSignal;
  end(): void;
  leave(): void;
} {
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const one of signals) {
    one?.addEventListener('abort', end, { once: true });
    if (one?.aborted) end();
  }
  return {
    signal: ending.signal,
    end,
    leave() {
      for (const one of signals) one?.removeEventListener('abort', end);
    },
  };
}
