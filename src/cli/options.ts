import { type Command, Option } from 'commander';
import { collect, milliseconds, portFrom, seconds } from './values';

/** Options that several commands have, each said once. */

export const yes = [
  '-y, --yes',
  'do not ask (without it, where nobody can be asked: show what would be done, and exit with 2)',
  false,
] as const;
export const noColor = ['--no-color', 'no colours (as NO_COLOR=1)'] as const;

/** What commands that change hosts have. */
export function rolloutOptions(command: Command): Command {
  return command
    .optionsGroup('Rollout:')
    .option(...yes)
    .option('--serial <n|p%>', 'how many hosts at a time', '1')
    .option('--allow-outage', 'also make changes during which clients are not served', false)
    .addOption(
      new Option('--on-failure <what>', 'restore the host that failed, or all that this run has changed')
        .choices(['restore', 'restore-all'])
        .default('restore'),
    )
    .option('--steady <seconds>', 'all must be well for so long before the next host', seconds(0, 3600), 2)
    .option(
      '--confirm-within <seconds>',
      'a host that is not confirmed for so long restores itself',
      seconds(5, 3600),
      60,
    )
    .option(
      '--probe-interval <ms>',
      'how often a service at a VIP is asked meanwhile; less often where its answers are slow, and 40 a second in all',
      milliseconds(10, 60_000),
      50,
    )
    .option('--no-probe', 'ask no service meanwhile: nothing is said of lost requests')
    .option(
      '--give-up-after <seconds>',
      'a host that does not answer in the middle of a run is waited for so long',
      seconds(5, 86_400),
      300,
    )
    .optionsGroup('Output:')
    .option('--json', 'one event a line', false)
    .optionsGroup('Options:');
}

/** What all commands that go to hosts have; what comes after it is a command's own. */
export function hostOptions(command: Command): Command {
  return sshOptions(
    command.option('--limit <names>', 'only these hosts or groups (commas; repeatable)', collect),
  );
}

/** How hosts are reached, and how much is said. */
export function sshOptions(command: Command): Command {
  return command
    .optionsGroup('SSH:')
    .option('--user <name>', 'log in as')
    .option('--identity <file>', 'private key (repeatable)', collect)
    .option('--port <number>', 'port of sshd', portFrom(1))
    .option('--known-hosts <file>', 'instead of the known_hosts of the inventory and ~/.ssh/config')
    .option('--ssh-config <file>', 'instead of ~/.ssh/config')
    .option('--accept-new-host-keys', 'take the key of a host that is not known yet')
    .option('--sudo', 'use sudo on the host (default: where the user is not root)')
    .option('--no-sudo', 'never use sudo')
    .option(
      '--answer-within <seconds>',
      'give a host up that does not answer a question for so long, and name the question (default: 30; status: 15)',
      seconds(15, 3600),
    )
    .optionsGroup('Output:')
    .option('-q, --quiet', 'only warnings and errors')
    .option('-v, --verbose', 'also the very commands')
    .option(...noColor)
    .optionsGroup('Options:');
}
