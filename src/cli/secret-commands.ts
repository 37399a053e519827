import type { Command } from 'commander';
import type { SecretOptions } from '../commands/secret';
import { execute } from './execute-later';
import { noColor } from './options';

/** Adds `secret` with its words. */
export function secretCommands(program: Command): void {
  const secrets = program
    .command('secret')
    .description('keep the secrets of an inventory beside it, encrypted (secrets.age, in the format of age)');
  secrets.addHelpText(
    'after',
    '\nYour key: the file that HAPROV_AGE_IDENTITY names, else ~/.config/haprov/identity.txt',
  );
  for (const [what, description, isNamed] of [
    ['set', 'set a secret, typed without being shown, or from standard input', true],
    ['get', 'print a secret', true],
    ['list', 'list the names of all, and where the inventory uses them', false],
    ['edit', 'edit all of them in your editor (VISUAL, EDITOR, vi)', false],
    ['rekey', 'encrypt them anew, after a change of secrets.recipients', false],
    ['recipient', 'print by what others can encrypt for you; makes your key where you have none', undefined],
  ] as const) {
    const command = secrets
      .command(what)
      .showHelpAfterError(`(haprov secret ${what} --help says more)`)
      .description(description)
      .option(...noColor);
    if (isNamed) command.argument('<name>', 'the name of the secret');
    if (isNamed !== undefined)
      command.argument(
        '[inventory]',
        'the inventory that they stand beside (default: HAPROV_INVENTORY, else inventory.json, .yaml or .yml here or above)',
      );
    if (what === 'edit') command.option('-y, --yes', 'remove secrets without a question', false);
    if (what === 'list') command.option('--json', 'the names as data', false);
    command.action((...words) => {
      const [options] = words.slice(-2) as [{ color: boolean; json?: boolean }];
      const said =
        isNamed === undefined
          ? {}
          : { words: words.slice(0, -2), ...(isNamed ? { beside: 'name' as const } : {}) };
      return execute<SecretOptions>(
        { ...options, ...said, inputIsData: true, what },
        async () => (await import('../commands/secret')).secret,
        'changes',
      );
    });
  }
}
