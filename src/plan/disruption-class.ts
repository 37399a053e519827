/** From harmless to harmful; the class decides in which order hosts commit a change. */
export const disruptionClasses = ['none', 'rolling', 'pair-synchronous', 'outage'] as const;
type DisruptionClass = (typeof disruptionClasses)[number];

/** What clients notice of a change. */
export interface Disruption {
  /**
   * none: nothing restarts. rolling: one host after the other. pair-synchronous: all hosts of a VIP at once, because
   * otherwise two of them would hold it. outage: clients go unserved.
   */
  class: DisruptionClass;
  /** How many seconds clients are expected to go unserved; null where nobody has measured it. */
  seconds: number | null;
  why: string;
  /** A VIP moves, which cuts the connections that are open through it; `seconds` is about new ones. */
  movesVip?: true;
  /** What clients have and will not have any more (a VIP, a port, a route); a sentence each. `apply` asks for `--allow-outage`. */
  ends?: string[];
  /** What some of them will not have, or get otherwise: a rule that refuses, a redirect, a route; a sentence each. */
  alters?: string[];
}
