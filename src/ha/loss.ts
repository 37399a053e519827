/** What an edit does to clients that come as they always came. */
export interface Loss {
  /** A sentence without secrets: `VIP web 10.0.0.200:80 is answered no more`. */
  says: string;
  /** Nobody who comes so is served any more; otherwise some are not, or get something else. */
  isGone: boolean;
}

export const gone = (says: string): Loss => ({ says, isGone: true });
export const altered = (says: string): Loss => ({ says, isGone: false });
