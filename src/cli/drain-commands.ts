import type { Command } from 'commander';
import type { DrainOptions } from '../commands/drain';
import type { RetireOptions } from '../commands/retire';
import type { UndrainOptions } from '../commands/undrain';
import { ranges, usualRoll } from '../ranges';
import { execute } from './execute-later';
import { eventLines, hostKey, hostOptions, inventoryWord, yes } from './options';
import { limits } from './timeout-help';
import { seconds } from './values';

const timeout = [
  '--timeout <seconds>',
  'how long to wait for what it still serves',
  seconds(...ranges.timeout),
  usualRoll.timeout,
] as const;

/** Adds the commands that take one host out, or back: drain, undrain, retire. */
export function drainCommands(program: Command): void {
  drainCommand(
    program,
    'drain',
    'take a host out for maintenance: addresses and requests go elsewhere until undrain',
  )
    .addHelpText('after', limits.drain)
    .option(...timeout)
    .option('--force', 'also where nobody else would serve', false)
    .option(...eventLines)
    .action((first, second, options) =>
      execute<DrainOptions>(
        { ...options, words: [first, second], beside: 'host' },
        async () => (await import('../commands/drain')).drain,
        'events',
      ),
    );

  drainCommand(program, 'undrain', 'put a drained host back into service')
    .addHelpText('after', limits.undrain)
    .option(...eventLines)
    .action((first, second, options) =>
      execute<UndrainOptions>(
        { ...options, words: [first, second], beside: 'host' },
        async () => (await import('../commands/undrain')).undrain,
        'events',
      ),
    );

  drainCommand(
    program,
    'retire',
    'take a host out for good: drain it, then stop and disable what it serves; by its address, where it left the inventory',
  )
    .option(...yes)
    .option(...timeout)
    .option('--force', 'also where nobody else would serve, and cut what it still serves', false)
    .option(...hostKey)
    .option(...eventLines)
    .action((first, second, options) =>
      execute<RetireOptions>(
        { ...options, words: [first, second], beside: 'host' },
        async () => (await import('../commands/retire')).retire,
        'events',
      ),
    );
}

/** A command about one host, which may leave the inventory out. */
function drainCommand(program: Command, name: string, description: string): Command {
  return hostOptions(
    program
      .command(name)
      .description(description)
      .usage('[options] [inventory] <host>')
      .argument(...inventoryWord)
      .argument('[host]', 'the host, by its name in the inventory'),
  );
}
