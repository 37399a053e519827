import type { StatusFinding } from '../status/status';

/** What a hook is told: on standard input, or as the body of a request (docs/hooks.md). No secret is in it. */
export interface HookEvent {
  version: 1;
  type: 'run-end' | 'gate-failed' | 'restored' | 'not-restored' | 'finding' | 'drift' | 'gone' | 'test';
  /** When it happened: ISO 8601. */
  timestamp: string;
  /** One sentence for people. */
  text: string;
  data: {
    /** The inventory's name. */
    inventory: string;
    /** Of a run: the command, its name for `haprov log` where it has one, and how it ended. */
    command?: string;
    run?: string;
    exitCode?: number;
    message?: string;
    /** Where a gate failed, or what was restored. */
    host?: string;
    /** What is new, or has gone. */
    finding?: StatusFinding;
    /** When what has gone was told of first: ISO 8601. */
    since?: string;
  };
}
