import type { CommonOptions, Context } from '../planning/context';
import { statusObserver } from '../planning/status-observer';
import type { Status } from '../status/status';

export { type StatusObserver, statusObserver } from '../planning/status-observer';

/** Looks once. A host that cannot be asked is a finding. @throws InputError when the inventory is wrong */
export async function status(options: CommonOptions, context: Context): Promise<Status> {
  const looking = statusObserver(options, context);
  try {
    return await looking.look();
  } finally {
    looking.close();
  }
}
