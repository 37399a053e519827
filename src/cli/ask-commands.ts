import type { Command } from 'commander';
import type { ExecOptions } from '../commands/exec';
import type { LogsOptions } from '../commands/logs';
import type { SshOptions } from '../commands/ssh';
import type { CommonOptions } from '../planning/context';
import { execAtOnce, ranges } from '../ranges';
import { execute } from './execute-later';
import { hostOptions, inventoryWord, sshOptions } from './options';
import { seconds, whole } from './values';
import { isInventory } from './words';

/** Adds the commands that ask the hosts something: exec, logs, facts, ssh, certificates. */
export function askCommands(program: Command): void {
  sshOptions(
    program
      .command('exec')
      .description(
        'run a command on hosts, side by side: each line that it prints comes with the name of its host',
      )
      .usage('[options] [inventory] <hosts> -- <command...>')
      .argument('<hosts>', 'hosts, groups and patterns, with commas between them; "all" for all')
      .argument('<command...>', 'the command, for sh on the host; behind --'),
  )
    .option('--at-once <n>', 'how many hosts run it at once', whole(...ranges.atOnce, 'hosts'), execAtOnce)
    .option(
      '--timeout <seconds>',
      'end it on a host after this time (default: never)',
      seconds(...ranges.timeout),
    )
    .option('--no-names', 'print lines without the names of hosts')
    .option('--json', 'each line, and how it ended on each host, as data', false)
    .action((hosts: string, command: string[], options) => {
      const said = isInventory(hosts) ? [hosts, command[0]] : [hosts];
      return execute<ExecOptions>(
        {
          ...options,
          words: said,
          beside: 'host',
          command: command.slice(said.length - 1),
          endsUnread: true,
        },
        async () => (await import('../commands/exec')).exec,
      );
    });

  hostOptions(
    program
      .command('logs')
      .description(
        'show what the hosts have logged, merged by time: of units, or of all that serves a service',
      )
      .usage('[options] [inventory] [unit...]')
      .argument(
        '[unit...]',
        'services of the inventory, and units (default: haproxy, keepalived and what serves each service)',
      ),
  )
    .option('-f, --follow', 'go on with what comes, until Ctrl-C', false)
    .option('--since <time>', 'from this time on: 10m, 2h, 19:05, yesterday, "2026-01-02 03:04:05"')
    .option(
      '-n, --lines <n>',
      'only the last ones of all hosts together (default: 100; 10 with --follow; all with --since)',
      whole(...ranges.lines, 'lines'),
    )
    .option('--json', 'each line as data', false)
    .action((words: string[], options) => {
      const [first = ''] = words;
      const said = isInventory(first) ? [first] : [];
      return execute<LogsOptions>(
        { ...options, words: said, of: words.slice(said.length), endsUnread: true },
        async () => (await import('../commands/logs')).logs,
      );
    });

  hostOptions(
    program
      .command('facts')
      .description(
        'show what haprov knows of hosts: system, programs, addresses, clock, VIPs held, last run; in one exec a host',
      )
      .argument(...inventoryWord)
      .argument('[hosts]', 'hosts, groups and patterns, with commas between them (default: all)'),
  )
    .option('--json', 'all of it, as data', false)
    .action((first, second, options) =>
      execute<CommonOptions>(
        { ...options, words: [first, second], beside: 'hosts' },
        async () => (await import('../commands/facts')).facts,
      ),
    );

  sshOptions(
    program
      .command('ssh')
      .description('log in at a host by your own ssh, which is told all that haprov knows of the way there')
      .usage('[options] [inventory] <host> [-- <command...>]')
      .argument('<host>', 'the host, by its name in the inventory')
      .argument('[command...]', 'what the host will run, behind -- (default: a shell)'),
  ).action((host: string, command: string[], options) => {
    const said = isInventory(host) ? [host, command[0]] : [host];
    return execute<SshOptions>(
      { ...options, words: said, beside: 'host', command: command.slice(said.length - 1), json: false },
      async () => (await import('../commands/ssh')).ssh,
    );
  });
}
