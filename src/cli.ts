import { Command, CommanderError, Option } from 'commander';
import { commandsAboutItself } from './cli/about-itself';
import { askCommands } from './cli/ask-commands';
import { beginCommands } from './cli/begin-commands';
import { certificateCommands } from './cli/certificate-commands';
import { complete } from './cli/complete';
import { drainCommands } from './cli/drain-commands';
import { execute } from './cli/execute-later';
import { parseWithHelp, withReadableHelp } from './cli/help';
import { maintenanceCommands } from './cli/maintenance-commands';
import { hostOptions, inventoryWord, noColor, oneOrSeveral, only, rolloutOptions, yes } from './cli/options';
import { secretCommands } from './cli/secret-commands';
import { outliveReaders } from './cli/terminal';
import { limits } from './cli/timeout-help';
import { collect, elMajor, portFrom, seconds, version } from './cli/values';
import type { ApplyOptions } from './commands/apply';
import type { DiagramOptions } from './commands/diagram';
import type { DrillOptions } from './commands/drill';
import type { HooksOptions } from './commands/hooks';
import type { LintOptions } from './commands/lint';
import type { LogOptions } from './commands/log';
import type { PlanOptions } from './commands/plan';
import type { PushOptions } from './commands/push';
import type { RenderOptions } from './commands/render';
import type { RollbackOptions } from './commands/rollback';
import type { StatusOptions } from './commands/status';
import type { UnlockOptions } from './commands/unlock';
import { scenarios } from './drill/drill-report';
import { ExitCode } from './errors';
import { ranges } from './ranges';
import { failedCheck } from './report/status-check';

const program = withReadableHelp(new Command('haprov'))
  .description('Makes two EL hosts a high-availability pair over SSH, and keeps them one.')
  .version(__HAPROV_VERSION__)
  .showHelpAfterError('(haprov --help says more)')
  .exitOverride();

severalCommand('plan', 'show what apply would change, and change nothing')
  .option(...only)
  .option('--json', 'the plan as data')
  .option('--out <file>', 'save the plan, for apply --plan')
  .option('--exit-code', 'exit with 5 when changes are pending')
  .action((inventories, options) =>
    execute<PlanOptions>(
      {
        ...options,
        ...oneOrSeveral(inventories),
        json: options.json ?? false,
        exitCode: options.exitCode ?? false,
      },
      async () => (await import('./commands/plan')).plan,
    ),
  );

rolloutCommand('apply', 'make the hosts as the inventory says')
  .option(...only)
  .option('--plan <file>', 'only if nothing has drifted since this plan was saved')
  .action((inventory, options) =>
    execute<ApplyOptions>(
      { ...options, words: [inventory] },
      async () => (await import('./commands/apply')).apply,
      'events',
    ),
  );

rolloutCommand('push', 'as apply, for files, lines, kernel parameters and services only: never packages')
  .option(...only)
  .option('--watch', 'plan again whenever the inventory, a playbook or a template is saved', false)
  .action((inventory, options) =>
    execute<PushOptions>(
      { ...options, words: [inventory] },
      async () => (await import('./commands/push')).push,
      'events',
    ),
  );

rolloutCommand('rollback', 'undo the newest run, or all runs after one, by a plan of its own')
  .option('--to <run>', 'undo all runs after this one')
  .action((inventory, options) =>
    execute<RollbackOptions>(
      { ...options, words: [inventory] },
      async () => (await import('./commands/rollback')).rollback,
      'events',
    ),
  );

severalCommand('status', 'show what works, what is broken, and what to do about it, causes first')
  .addHelpText('after', limits.status)
  .option('--watch', 'look again every interval, until Ctrl-C', false)
  .option('--interval <seconds>', 'time from one look to the next', seconds(...ranges.interval), 2)
  .option('--serve', 'show it on a page of this machine only, which looks again by itself', false)
  .option('--listen <port>', 'the port of that page (0: any that is free)', portFrom(0), 0)
  .option('--token-file <file>', 'the token of its address, where that must stay the same')
  .addOption(
    new Option(
      '--format <format>',
      'text; as data; for Prometheus; as a plugin of Nagios, with its exit codes',
    )
      .choices(['text', 'json', 'prometheus', 'nagios'])
      .default('text'),
  )
  .option('--json', 'the same as --format json: the status as data; with --watch one a line', false)
  .option('--out <file>', 'write it to this file, whole or not at all, in place of what is there')
  .option(
    '--hooks',
    'tell the inventory’s hooks what is new since they were told last, and what has gone',
    false,
  )
  .option('--exit-code', 'exit with 1 when anything is wrong', false)
  .action((inventories, options) =>
    execute<StatusOptions>(
      {
        ...options,
        ...oneOrSeveral(inventories),
        ...outputOfStatus(options),
        endsUnread: options.watch,
      },
      async () => (await import('./commands/status')).status,
    ),
  );

hostCommand('drill', 'break one thing after the other, measure what clients notice, and repair it')
  .addHelpText('after', limits.drill)
  .option('--scenario <names>', `only these of ${scenarios.join(', ')} (commas; repeatable)`, collect)
  .option(...yes)
  .option(
    '--max-gap <seconds>',
    'the longest time without an answer that passes (default: what the formula says)',
    seconds(...ranges.maxGap),
  )
  .option('--html <file>', 'also write the report as a page')
  .option('--json', 'the report as data', false)
  .action((inventory, options) =>
    execute<DrillOptions>(
      { ...options, words: [inventory] },
      async () => (await import('./commands/drill')).drill,
      'changes',
    ),
  );

drainCommands(program);
hostCommand('diagram', 'draw the way of a packet from the client to the service')
  .addOption(
    new Option('--format <format>', 'the format of the diagram')
      .choices(['svg', 'mermaid', 'text'])
      .default('text'),
  )
  .option('--live', 'coloured by what the hosts say now; otherwise no host is asked', false)
  .option('--out <file>', 'write it to this file')
  .action((inventory, options) =>
    execute<DiagramOptions>(
      { ...options, words: [inventory], json: false },
      async () => (await import('./commands/diagram')).diagram,
    ),
  );

hostCommand('log', 'list the runs on the hosts: who made them when, and how they ended')
  .argument('[run]', 'only this run, in full: its name, or any part that no other has')
  .option('--json', 'the runs as data')
  .option('--diff', 'with what that run, else the newest, changed in each file; secrets are masked')
  .option(
    '--purge',
    'wipe what the hosts keep of files with secrets; such runs cannot be rolled back any more',
  )
  .option(
    '--older-than <days>',
    'purge only runs that ended so long ago',
    seconds(...ranges.olderThan, 'days'),
  )
  .action((inventory, run, options) =>
    execute<LogOptions>(
      { ...options, words: [inventory, run], beside: 'run', json: options.json ?? false },
      async () => (await import('./commands/log')).log,
    ),
  );

hostCommand('unlock', 'show which run holds which lock, and remove the locks of runs that are not alive')
  .option('--force', 'also end a run that is alive, and restore what it changed', false)
  .option(...yes)
  .action((inventory, options) =>
    execute<UnlockOptions>(
      { ...options, words: [inventory], json: false },
      async () => (await import('./commands/unlock')).unlock,
      'changes',
    ),
  );

program
  .command('lint')
  .description(
    'find what will go wrong although every word is valid; asks no host, exits with 1 on a finding',
  )
  .argument(
    '[files...]',
    'inventories (default: as of plan); or haproxy.cfg and keepalived.conf of one pair (- for standard input)',
  )
  .option('--json', 'the findings as data', false)
  .option('--allow <rule>', 'leave this rule out (repeatable)', collect)
  .option('--el <major>', 'the EL that the hosts run: rules of other versions are left out', elMajor)
  .option('--haproxy <version>', 'the HAProxy that they run, where it is not that EL’s', version)
  .option('--keepalived <version>', 'the keepalived that they run, where it is not that EL’s', version)
  .option(...noColor)
  .action((files, { el, ...options }) =>
    execute<LintOptions>(
      {
        ...options,
        files,
        ...(files.length === 0 ? { words: [] } : {}),
        ...(el === undefined ? {} : { el: Number(el) }),
      },
      async () => (await import('./commands/lint')).lintInventoryOrFiles,
    ),
  );

inventoryCommand('render', 'show what would be on the hosts, whole files with owner and mode; asks no host')
  .option('--host <name>', 'only this host')
  .option('--file <path>', 'only the bytes of this file, such as /etc/haproxy/haproxy.cfg')
  .option('--out <folder>', 'write the files there, below a folder for each host')
  .option('--el <major>', 'the EL version to assume for all hosts', elMajor, '9')
  .option('--show-secrets', 'write secrets, not ***', false)
  .option('--json', 'all of it as data', false)
  .option(...noColor)
  .action((inventory, options) =>
    execute<RenderOptions>(
      { ...options, words: [inventory], el: Number(options.el) },
      async () => (await import('./commands/render')).render,
    ),
  );

askCommands(program);
certificateCommands(program);
beginCommands(program);
inventoryCommand('hooks', 'list which hooks are told of what happens on the pair; asks no host')
  .option('--test', 'send each an event of the type test, and say whether it took it', false)
  .option('--json', 'the hooks as data', false)
  .option(...noColor)
  .action((inventory, options) =>
    execute<HooksOptions>(
      { ...options, words: [inventory] },
      async () => (await import('./commands/hooks')).hooks,
    ),
  );

maintenanceCommands(program);
secretCommands(program);
commandsAboutItself(program);

/** What `--format` and `--json` say of the output. */
const outputOfStatus = ({ format, json }: Pick<StatusOptions, 'format' | 'json'>) => ({
  json: json || format === 'json',
  ...(format === 'nagios' ? { failure: failedCheck } : {}),
});

/** A command that rolls out changes. */
function rolloutCommand(name: string, description: string): Command {
  return rolloutOptions(hostCommand(name, description));
}

/** A command that connects to the inventory's hosts. */
function hostCommand(name: string, description: string): Command {
  return hostOptions(inventoryCommand(name, description));
}

/** A command that looks at the hosts of one inventory or several. */
function severalCommand(name: string, description: string): Command {
  const [, about] = inventoryWord;
  return hostOptions(
    program
      .command(name)
      .description(description)
      .argument('[inventories...]', about.replace('the inventory', 'one inventory or several')),
  );
}

/** A command about an inventory, which is found where none is named. */
function inventoryCommand(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument(...inventoryWord);
}

outliveReaders();
const [, , first, ...others] = process.argv;
const done =
  first === undefined
    ? execute<object>({ color: true }, async () => (await import('./commands/overview')).overview)
    : first === 'complete'
      ? complete(program, others, process.env)
      : parseWithHelp(program);
done.catch((error: unknown) => {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? ExitCode.done : ExitCode.badInput;
});
