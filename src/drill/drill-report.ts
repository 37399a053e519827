/** What a drill breaks, in this order. */
export const scenarios = [
  'haproxy-dies',
  'haproxy-hangs',
  'unit-stops',
  'keepalived-stops',
  'keepalived-killed',
  'drain',
  'backend-dies',
  'link-cut',
] as const;
export type ScenarioName = (typeof scenarios)[number];

/** What a scenario's formula gives with the inventory's settings, in milliseconds. */
export interface Expectation {
  /** The longest gap without an answer. */
  gapMs: number;
  /** The time until another host has the VIP; absent where it stays. */
  takeoverMs?: number;
  /** The formula: `3 × 1 s + (256 − 100)/256 s = 3.6 s`. */
  formula: string;
}

/** A scenario as the operator sees it before the drill. */
export interface PlannedScenario {
  scenario: ScenarioName;
  /** Empty where it is skipped and has no host. */
  host: string;
  /** What the drill will do, in a sentence; where the scenario is skipped, why. */
  plan: string;
  skipped: boolean;
  expected?: Expectation;
  limitMs?: number;
  /** How long it takes, roughly. */
  lastsMs: number;
  /** What clients notice beyond the gap. */
  clients?: string;
}

/** One moment of a scenario; times are milliseconds since it began. */
export interface Moment {
  atMs: number;
  host?: string;
  text: string;
}

/** One request of the probe: when it was sent, its duration, and why it failed. */
export interface DrillSample {
  atMs: number;
  ms: number;
  failure?: string;
}

/** The requests to one target (a service at a VIP) during a scenario. */
export interface DrillProbe {
  /** `web at 192.168.56.200:80`. */
  target: string;
  /** `laptop`, or the host that probed. */
  from: string;
  sent: number;
  lost: number;
  longestGapMs: number;
  samples: DrillSample[];
}

export interface ScenarioResult {
  scenario: ScenarioName;
  /** What the drill did, in a sentence: `HAProxy on fred was killed`. */
  title: string;
  /** The host with the fault. */
  host: string;
  status: 'passed' | 'failed' | 'skipped' | 'not-restored';
  /** Why it did not pass. */
  reason?: string;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  /** The sums over all probes, and the longest gap of any. */
  sent: number;
  lost: number;
  longestGapMs: number;
  /** The time from the fault until another host had the VIP; null where none took it. */
  takeoverMs: number | null;
  newHolder?: string;
  expected?: Expectation;
  /** The longest gap that passes. */
  limitMs: number;
  /** The times in which a host held a VIP. */
  holders: { vip: string; host: string; fromMs: number; toMs: number }[];
  moments: Moment[];
  probes: DrillProbe[];
}

/** What `drill --json` prints, and what the page shows. */
export interface DrillReport {
  version: 1;
  inventory: string;
  startedAt: string;
  endedAt: string;
  hosts: string[];
  /** Whether all scenarios passed and everything is as before. */
  passed: boolean;
  /** Whether the pair is as it was before; where not, the operator must repair it. */
  restored: boolean;
  interrupted: boolean;
  results: ScenarioResult[];
}
