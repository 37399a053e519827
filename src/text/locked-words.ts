import { localTime } from './format';

/** Who has a lock, and since when. */
export const lockedWords = ({ owner, since, run }: { owner: string; since: Date; run: string }): string =>
  `locked by ${owner || 'somebody'} since ${localTime(since)} (run ${run || 'unknown'})`;
