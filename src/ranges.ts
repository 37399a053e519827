/**
 * The least and the most that a number may be which a user gives, by its option's name: on the command line and in the library.
 */
export const ranges = {
  answerWithin: [15, 3600],
  atOnce: [1, 1000],
  bootWithin: [5, 86_400],
  confirmWithin: [5, 3600],
  giveUpAfter: [5, 86_400],
  interval: [0.2, 3600],
  maxGap: [0, 3600],
  olderThan: [0, 36_500],
  lines: [0, 1_000_000],
  port: [1, 65_535],
  probeInterval: [10, 60_000],
  soak: [0, 86_400],
  steady: [0, 3600],
  timeout: [0, 86_400],
  /** Days. */
  within: [0, 3650],
} as const;

/** How many hosts exec has run a command at once, where nobody says otherwise. */
export const execAtOnce = 32;

/** What an option is where nobody says it, on the command line and in the library: of commands that roll out changes. */
export const usualRollout = {
  yes: false,
  onFailure: 'restore',
  confirmWithin: 60,
  giveUpAfter: 300,
  allowOutage: false,
  probe: true,
  /** Milliseconds. */
  probeInterval: 50,
} as const;

/** As {@link usualRollout}: of commands that take hosts out. */
export const usualRoll = {
  yes: false,
  timeout: 60,
  cut: false,
  allowOutage: false,
  bootWithin: 600,
  soak: 10,
  anew: false,
  confirmWithin: 60,
  probe: true,
} as const;

/** As {@link usualRollout}: of those that make packages newer meanwhile. */
export const usualPatch = { ...usualRoll, packages: [], security: false, reboot: 'needed' } as const;

/** The EL major versions that there are. */
export const elMajors = [6, 7, 8, 9, 10] as const;

/** A program's version, as it prints it: "2.4", "2.2.8". */
export const versionForm = /^\d+(?:\.\d+){1,2}(?:[-+].*)?$/;

/** Those of {@link ranges} that have no fraction: a host's shell, which counts the seconds of `confirmWithin`, knows none. */
export const wholeNumbers: readonly string[] = [
  'atOnce',
  'confirmWithin',
  'lines',
  'port',
  'probeInterval',
  'within',
];
