/** From harmless to harmful; a change is committed in the way that its class asks for. */
export const disruptionClasses = ['none', 'rolling', 'pair-synchronous', 'outage'] as const;
export type DisruptionClass = (typeof disruptionClasses)[number];

/** What a change does to the clients of what is running. */
export interface Disruption {
  /**
   * none: nothing restarts. rolling: one host after the other. pair-synchronous: all hosts of a VIP at once, else two
   * of them hold it. outage: clients go unserved.
   */
  class: DisruptionClass;
  /** How long clients are expected to go unserved; null where nobody has measured it. */
  seconds: number | null;
  why: string;
  /** A VIP changes hands, which cuts the connections that are open through it just then; `seconds` is about new ones. */
  movesVip?: true;
  /** What clients have now and will not have: an outage for good, which the inventory asks for. A sentence each. */
  ends?: string[];
}
