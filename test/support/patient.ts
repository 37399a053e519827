/** For scripts whose end is not in question: they are waited for as long as a busy machine may take. */
export const patient = { timeoutMs: 60_000 };
