import type { Command } from 'commander';

/** Adds the commands that look after a pair that runs: what comes back each month. */
export function maintenanceCommands(_program: Command): void {}
