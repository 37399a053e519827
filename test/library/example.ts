import { apply, HaprovError, loadInventory, type Plan, plan, status } from 'haprov';

/** Brings a pair to what its inventory says, unless that would be more than `most` changes; then says how it is. */
export async function converge(file: string, most = 10, signal?: AbortSignal): Promise<string[]> {
  const told: string[] = [];
  const options = {
    signal,
    onEvent(event: import('haprov').Event) {
      if (event.type === 'message') told.push(`${event.level}: ${event.text}`);
    },
    // At night nobody is there to be asked: a passphrase comes from the environment, or not at all.
    ask: ({ kind }: { kind: string }) => (kind === 'passphrase' ? process.env.KEY_PASSPHRASE : undefined),
  };
  const size = ({ hosts }: Plan) => hosts.reduce((sum, { changes }) => sum + changes.length, 0);
  try {
    const inventory = await loadInventory(file, options);
    const wanted = await plan(inventory, options);
    if (size(wanted) === 0) return [...told, 'nothing to do'];
    const { run, changed } = await apply(inventory, {
      ...options,
      plan: wanted,
      confirm: (shown) => size(shown) <= most,
    });
    const { level, headline } = await status(inventory, options);
    return [...told, `${changed} changes by ${run}`, `${level}: ${headline}`];
  } catch (error) {
    if (!(error instanceof HaprovError)) throw error;
    return [...told, `${error.code}: ${error.message}`, error.hint ?? ''];
  }
}
