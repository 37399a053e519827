import { type Command, Option } from 'commander';
import { ranges, usualRoll, usualRollout } from '../ranges';
import { collect, portFrom, seconds, whole } from './values';

// Options that several commands share.

export const hostKey = [
  '--host-key <fingerprint>',
  'take its new host key if it has this fingerprint: SHA256:…',
] as const;

export const yes = [
  '-y, --yes',
  'do not ask (without it, where nobody can be asked: show what would be done, and exit with 2)',
  false,
] as const;
export const only = [
  '--only <names>',
  'only these tasks, types of resource, resources or paths (commas; repeatable)',
  collect,
] as const;
export const inventoryWord = [
  '[inventory]',
  'the inventory: JSON, or YAML by its ending (default: HAPROV_INVENTORY, else inventory.json, .yaml or .yml here or above)',
] as const;
/** Several inventories are looked at side by side; one is found where none is named. */
export const oneOrSeveral = (inventories: string[]) => ({
  inventories,
  ...(inventories.length > 1 ? {} : { words: inventories }),
});
export const eventLines = ['--json', 'one event a line', false] as const;
export const noColor = ['--no-color', 'no colours (as NO_COLOR=1)'] as const;

/** Adds the options of commands that roll out changes. */
export function rolloutOptions(command: Command): Command {
  return command
    .optionsGroup('Rollout:')
    .option(...yes)
    .option('--serial <n|p%>', 'how many hosts at a time (default: 1; all, where the pair serves nobody yet)')
    .option(
      '--allow-outage',
      'also make changes that leave clients unserved, for a while or for good',
      usualRollout.allowOutage,
    )
    .addOption(
      new Option('--on-failure <what>', 'restore the host that failed, or all that this run has changed')
        .choices(['restore', 'restore-all'])
        .default(usualRollout.onFailure),
    )
    .option(
      '--steady <seconds>',
      'how long everything must be well before the next host (default: 2; 0, where the pair serves nobody yet)',
      seconds(...ranges.steady),
    )
    .option(
      '--confirm-within <seconds>',
      'a host that is not confirmed within this time restores itself',
      whole(...ranges.confirmWithin),
      usualRollout.confirmWithin,
    )
    .option(
      '--probe-interval <ms>',
      'time between two requests to a service at a VIP; longer where its answers are slow, and 40 requests a second in all',
      whole(...ranges.probeInterval, 'milliseconds'),
      usualRollout.probeInterval,
    )
    .option('--no-probe', 'send no requests to the services, and count no lost ones')
    .option(
      '--give-up-after <seconds>',
      'how long to wait for a host that stops answering during a run',
      seconds(...ranges.giveUpAfter),
      usualRollout.giveUpAfter,
    )
    .optionsGroup('Output:')
    .option(...eventLines)
    .optionsGroup('Options:');
}

/** Adds the options of commands that take hosts out one after the other. */
export function rollOptions(command: Command): Command {
  return command
    .optionsGroup('Rollout:')
    .option(...yes)
    .option(
      '--timeout <seconds>',
      'how long to wait for what a host still serves',
      seconds(...ranges.timeout),
      usualRoll.timeout,
    )
    .option(
      '--cut',
      'cut what it still serves then; else it gets its place back, and the roll ends',
      usualRoll.cut,
    )
    .option(
      '--allow-outage',
      'also where nobody else would serve, or a program would not start again',
      usualRoll.allowOutage,
    )
    .option(
      '--boot-within <seconds>',
      'how long to wait for a host that boots',
      seconds(...ranges.bootWithin),
      usualRoll.bootWithin,
    )
    .option(
      '--soak <seconds>',
      'how long all must stay well before the next host is taken out',
      seconds(...ranges.soak),
      usualRoll.soak,
    )
    .option('--anew', 'begin with the first host, where an earlier roll was left', usualRoll.anew)
    .option(
      '--confirm-within <seconds>',
      'a host that is not confirmed within this time restores itself',
      whole(...ranges.confirmWithin),
      usualRoll.confirmWithin,
    )
    .option('--no-probe', 'send no requests to the services, and count no lost ones')
    .optionsGroup('Output:')
    .option('--json', 'one event a line, the plan in one of them', false)
    .optionsGroup('Options:');
}

/** Adds the options of commands that connect to the inventory's hosts; add a command's own options after them. */
export function hostOptions(command: Command): Command {
  return sshOptions(
    command.option('--limit <names>', 'only these hosts or groups (commas; repeatable)', collect),
  );
}

/** Adds the options for SSH and for the output. */
export function sshOptions(command: Command): Command {
  return command
    .optionsGroup('SSH:')
    .option('--user <name>', 'log in as')
    .option('--identity <file>', 'private key (repeatable)', collect)
    .option('--port <number>', 'port of sshd', portFrom(ranges.port[0]))
    .option('--known-hosts <file>', 'instead of the known_hosts of the inventory and ~/.ssh/config')
    .option('--ssh-config <file>', 'instead of ~/.ssh/config')
    .option('--accept-new-host-keys', 'take the key of a host that is not known yet')
    .option('--sudo', 'use sudo on the host (default: where the user is not root)')
    .option('--no-sudo', 'never use sudo')
    .option(
      '--answer-within <seconds>',
      'how long a host may take to answer one question (default: 30; status: 15)',
      seconds(...ranges.answerWithin),
    )
    .optionsGroup('Output:')
    .option('-q, --quiet', 'only warnings, errors and what was asked for')
    .option('-v, --verbose', 'also the scripts that hosts run')
    .option(...noColor)
    .optionsGroup('Options:');
}
