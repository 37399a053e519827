import { type Command, Option } from 'commander';
import type { CompletionOptions, Shell } from '../commands/completion';
import type { ExplainOptions } from '../commands/explain';
import type { ReferenceOptions } from '../commands/reference';
import { commandData } from './command-data';
import { execute } from './execute-later';
import { noColor } from './options';
import { completionHelp } from './timeout-help';
import { oneOf } from './values';

/** Adds the commands that say something of haprov itself, and ask neither hosts nor an inventory. */
export function commandsAboutItself(program: Command): void {
  program
    .command('explain')
    .description(
      'say what a word means that haprov takes or prints: a key, a rule, a finding, a metric, a result of a run, an exit code, a command, an option; without one, list all',
    )
    .argument('[word]', 'such as vips.NAME.preempt, equal-priorities, split-brain, L4TOUT, 4 or --soak')
    // Options of other commands may be asked about.
    .allowUnknownOption()
    .option(...noColor)
    .action((word: string | undefined, options: { color: boolean }) =>
      execute<ExplainOptions>(
        { ...options, word },
        async () => (await import('../commands/explain')).explain,
      ),
    );

  program
    .command('completion')
    .description('print what makes a shell complete commands, options, hosts, groups and files')
    .argument('<shell>', 'bash, zsh or fish', oneOf('bash', 'zsh', 'fish'))
    .addHelpText('after', completionHelp)
    .action((shell: Shell) =>
      execute<CompletionOptions>(
        { shell, color: false },
        async () => (await import('../commands/completion')).completion,
      ),
    );

  program
    .command('reference', { hidden: true })
    .description('write manual pages and documents of the command line and the schemas')
    .addOption(new Option('--man <folder>').hideHelp())
    .addOption(new Option('--docs <folder>').hideHelp())
    .action((options) =>
      execute<ReferenceOptions>(
        { ...options, program: commandData(program), color: false },
        async () => (await import('../commands/reference')).reference,
      ),
    );
}
