import type { Command } from 'commander';
import type { RebootOptions } from '../commands/reboot';
import { execute } from './execute-later';
import { hostOptions, inventoryWord, rollOptions } from './options';

/** Adds the commands that look after a pair that runs: what comes back each month. */
export function maintenanceCommands(program: Command): void {
  rollCommand(program, 'reboot', 'boot hosts one after the other, so that no client notices').action(
    (first, second, options) =>
      execute<RebootOptions>(
        { ...options, words: [first, second], beside: 'hosts' },
        async () => (await import('../commands/reboot')).reboot,
        'events',
      ),
  );
}

/** A command that takes hosts out one after the other; all of them where none is named. */
const rollCommand = (program: Command, name: string, description: string): Command =>
  rollOptions(
    hostOptions(
      program
        .command(name)
        .description(description)
        .argument(...inventoryWord)
        .argument('[hosts]', 'hosts, groups and patterns, with commas between them (default: all)'),
    ),
  );
