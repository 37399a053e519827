/** What is done to a pair to see that it copes, in the order in which it is done. */
export const scenarios = [
  'haproxy-dies',
  'haproxy-hangs',
  'keepalived-stops',
  'keepalived-killed',
  'drain',
  'backend-dies',
  'link-cut',
] as const;
export type ScenarioName = (typeof scenarios)[number];

/** What the formula says of a scenario with this inventory's settings, in milliseconds. */
export interface Expectation {
  /** The longest gap without an answer. */
  gapMs: number;
  /** Until another host has the address; absent where it stays. */
  takeoverMs?: number;
  /** How they come about: `3 × 1 s + (256 − 100)/256 s`. */
  formula: string;
}

/** A scenario as it is shown before it is done, so that somebody can say no. */
export interface PlannedScenario {
  scenario: ScenarioName;
  /** Empty where it is skipped, and nobody is broken. */
  host: string;
  /** What will be done, in a sentence; where it is skipped, why. */
  plan: string;
  skipped: boolean;
  expected?: Expectation;
  limitMs?: number;
  /** How long it takes, about. */
  lastsMs: number;
  /** What clients will feel beyond the gap. */
  clients?: string;
}

/** One moment of a scenario; times are milliseconds since it began. */
export interface Moment {
  atMs: number;
  host?: string;
  text: string;
}

/** One request of the probe: when it was sent, how long it took, why it failed. */
export interface DrillSample {
  atMs: number;
  ms: number;
  failure?: string;
}

/** What one target (a service at a VIP) saw of a scenario. */
export interface DrillProbe {
  /** `web at 192.168.56.200:80`. */
  target: string;
  /** `laptop`, or the host that it was probed from. */
  from: string;
  sent: number;
  lost: number;
  longestGapMs: number;
  samples: DrillSample[];
}

export interface ScenarioResult {
  scenario: ScenarioName;
  /** What was done, in a sentence: `HAProxy on fred was killed`. */
  title: string;
  /** To which host. */
  host: string;
  status: 'passed' | 'failed' | 'skipped' | 'not-restored';
  /** Why it is not passed. */
  reason?: string;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  /** Requests of all probes; the longest gap of any of them. */
  sent: number;
  lost: number;
  longestGapMs: number;
  /** From the fault until another host had the VIP; null where none took it. */
  takeoverMs: number | null;
  newHolder?: string;
  expected?: Expectation;
  /** The longest gap that passes. */
  limitMs: number;
  /** Spans of holding a VIP. */
  holders: { vip: string; host: string; fromMs: number; toMs: number }[];
  moments: Moment[];
  probes: DrillProbe[];
}

/** What `drill --json` prints, and its page is drawn from. */
export interface DrillReport {
  version: 1;
  inventory: string;
  startedAt: string;
  endedAt: string;
  hosts: string[];
  /** Whether all scenarios passed and everything is as before. */
  passed: boolean;
  /** Whether the pair is as it was before; false needs hands. */
  restored: boolean;
  interrupted: boolean;
  results: ScenarioResult[];
}
