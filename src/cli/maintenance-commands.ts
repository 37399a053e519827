import { type Command, Option } from 'commander';
import type { PatchOptions } from '../commands/patch';
import type { RebootOptions } from '../commands/reboot';
import type { ReplaceOptions } from '../commands/replace';
import { usualPatch } from '../ranges';
import { execute } from './execute-later';
import { hostKey, hostOptions, inventoryWord, rollOptions, rolloutOptions, sshOptions } from './options';
import { collect } from './values';

/** Adds the commands that look after a pair that runs: what comes back each month. */
export function maintenanceCommands(program: Command): void {
  rollCommand(
    program,
    'patch',
    'make packages newer on hosts one after the other, and boot where that is needed, while others serve; requests on their way while a VIP moves may be lost',
  )
    .addOption(
      new Option('--packages <names>', 'only these packages (commas; repeatable)')
        .argParser(collect)
        .default(usualPatch.packages, 'all'),
    )
    .option('--security', 'only what advisories call security updates', usualPatch.security)
    .addOption(
      new Option('--reboot <when>', 'whether each host is booted afterwards')
        .choices(['always', 'needed', 'never'])
        .default(usualPatch.reboot),
    )
    .action((first, second, options) =>
      execute<PatchOptions>(
        { ...options, words: [first, second], beside: 'hosts' },
        async () => (await import('../commands/patch')).patch,
        'events',
      ),
    );
  rolloutOptions(
    sshOptions(
      program
        .command('replace')
        .description('make a host of the inventory anew on a bare machine, at the same address or another')
        .usage('[options] [inventory] <host>')
        .argument(...inventoryWord)
        .argument('[host]', 'the host, by its name in the inventory'),
    ),
  )
    .option(...hostKey)
    .action((first, second, options) =>
      execute<ReplaceOptions>(
        { ...options, words: [first, second], beside: 'host' },
        async () => (await import('../commands/replace')).replace,
        'events',
      ),
    );

  rollCommand(
    program,
    'reboot',
    'boot hosts one after the other, while others serve; requests on their way while a VIP moves may be lost',
  ).action((first, second, options) =>
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
