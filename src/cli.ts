import { createInterface } from 'node:readline/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type ApplyOptions, apply } from './commands/apply';
import type { Context } from './commands/context';
import { type EjectOptions, eject } from './commands/eject';
import { type InitOptions, init } from './commands/init';
import { type LintOptions, lintInventory } from './commands/lint';
import { type LogOptions, log } from './commands/log';
import { type PlanOptions, plan } from './commands/plan';
import { type PushOptions, push } from './commands/push';
import { type RenderOptions, render } from './commands/render';
import { type RollbackOptions, rollback } from './commands/rollback';
import { schema } from './commands/schema';
import { type UnlockOptions, unlock } from './commands/unlock';
import { ExitCode, HaprovError } from './errors';
import type { Secrets } from './inventory/secrets';
import { renderError } from './report/error-text';
import type { EventBody } from './report/events';
import { wantsColor } from './report/output';
import { createReporter } from './report/reporter';

interface OutputOptions {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
}

type Run<O> = (options: O, context: Context) => Promise<ExitCode> | ExitCode;

const noColor = ['--no-color', 'no colours (as NO_COLOR=1)'] as const;

const program = new Command('haprov')
  .description('Makes two EL hosts a high-availability pair over SSH, and keeps them one.')
  .version(__HAPROV_VERSION__)
  .showHelpAfterError('(haprov --help says more)')
  .exitOverride();

hostCommand('plan', 'show what apply would change, and change nothing')
  .option('--json', 'the plan as data')
  .option('--out <file>', 'save the plan, for apply --plan')
  .option('--exit-code', 'exit with 5 when changes are pending')
  .action((inventory, options) =>
    execute<PlanOptions>(
      { ...options, inventory, json: options.json ?? false, exitCode: options.exitCode ?? false },
      plan,
    ),
  );

rolloutCommand('apply', 'make the hosts as the inventory says')
  .option('--plan <file>', 'only if nothing has drifted since this plan was saved')
  .action((inventory, options) => execute<ApplyOptions>({ ...options, inventory }, apply));

rolloutCommand('push', 'as apply, for files, lines, kernel parameters and services only: never packages')
  .option('--watch', 'plan again whenever the inventory, a playbook or a template is saved', false)
  .action((inventory, options) => execute<PushOptions>({ ...options, inventory }, push));

rolloutCommand('rollback', 'undo the newest run, or all that came after one, by a plan of its own')
  .option('--to <run>', 'back to how it was when this run had finished')
  .action((inventory, options) => execute<RollbackOptions>({ ...options, inventory }, rollback));

hostCommand('log', 'what was done to the hosts, by whom, and what came of it')
  .argument('[run]', 'only this run, in full: its name, or any part that no other has')
  .option('--json', 'the runs as data')
  .action((inventory, run, options) =>
    execute<LogOptions>({ ...options, inventory, run, json: options.json ?? false }, log),
  );

hostCommand('unlock', 'who holds which lock; takes those away that nobody needs any more')
  .option('--force', 'also of a run that is alive: end it, and put back what it changed', false)
  .option('-y, --yes', 'do not ask', false)
  .action((inventory, options) => execute<UnlockOptions>({ ...options, inventory, json: false }, unlock));

inventoryCommand(
  'lint',
  'what will go wrong with the pair although every word is valid; asks no host, exits with 1 on a finding',
)
  .option('--json', 'the findings as data', false)
  .option('--allow <rule>', 'leave this rule out (repeatable)', collect)
  .option(...noColor)
  .action((inventory, options) => execute<LintOptions>({ ...options, inventory }, lintInventory));

inventoryCommand('render', 'show what would be on the hosts, whole files with owner and mode; asks no host')
  .option('--host <name>', 'only this host')
  .option('--file <path>', 'only the bytes of this file, such as /etc/haproxy/haproxy.cfg')
  .option('--out <folder>', 'write the files there, below a folder for each host')
  .option('--el <major>', 'the EL that stands for what the hosts are', oneOf('6', '7', '8', '9', '10'), '9')
  .option('--show-secrets', 'write secrets, not ***', false)
  .option('--json', 'all of it as data', false)
  .option(...noColor)
  .action((inventory, options) =>
    execute<RenderOptions>({ ...options, inventory, el: Number(options.el) }, render),
  );

program
  .command('eject')
  .description('copy a playbook or template that came with haprov, to be changed; without a name, list them')
  .argument('[name]', 'such as ha-pair or haproxy/haproxy.cfg')
  .option('--to <folder>', 'the folder of the inventory that it is for', '.')
  .action((name, options) => execute<EjectOptions>({ ...options, name, color: true }, eject));

program
  .command('init')
  .description('begin an inventory: the example, or one made of an Ansible INI inventory')
  .option('--from <hosts.ini>', 'the Ansible inventory')
  .option('--out <file>', 'write it there, which must not be there yet; otherwise to standard output')
  .action((options) => execute<InitOptions>({ ...options, color: true }, init));

program
  .command('schema')
  .description('print the JSON Schema of an inventory or a playbook, for editors')
  .argument('[kind]', 'inventory or playbook', oneOf('inventory', 'playbook'), 'inventory')
  .addOption(new Option('--write <folder>', 'write both there').hideHelp())
  .action((kind: 'inventory' | 'playbook', options: { write?: string }) =>
    execute<{ kind: 'inventory' | 'playbook'; write?: string }>({ kind, ...options, color: true }, schema),
  );

/** A command that changes hosts. */
function rolloutCommand(name: string, description: string): Command {
  return hostCommand(name, description)
    .optionsGroup('Rollout:')
    .option('-y, --yes', 'do not ask', false)
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
    .option('--json', 'one event a line', false);
}

/** A command that goes to the inventory's hosts. */
function hostCommand(name: string, description: string): Command {
  return inventoryCommand(name, description)
    .option('--limit <names>', 'only these hosts or groups (commas; repeatable)', collect)
    .optionsGroup('SSH:')
    .option('--user <name>', 'log in as')
    .option('--identity <file>', 'private key (repeatable)', collect)
    .option('--port <number>', 'port of sshd', parsePort)
    .option('--known-hosts <file>', 'known_hosts to check with')
    .option('--ssh-config <file>', 'instead of ~/.ssh/config')
    .option('--accept-new-host-keys', 'take the key of a host that is not known yet')
    .option('--sudo', 'use sudo on the host (default: where the user is not root)')
    .option('--no-sudo', 'never use sudo')
    .optionsGroup('Output:')
    .option('-q, --quiet', 'only warnings and errors')
    .option('-v, --verbose', 'also the very commands')
    .option(...noColor);
}

/** A command that is about an inventory. */
function inventoryCommand(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument('<inventory>', 'the inventory: JSON, or YAML by its ending');
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535)
    throw new InvalidArgumentError('it is a number from 1 to 65535.');
  return port;
}

function seconds(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`it is a number of seconds from ${min} to ${max}.`);
    }
    return value;
  };
}

function oneOf(...words: string[]): (text: string) => string {
  return (text) => {
    if (!words.includes(text)) throw new InvalidArgumentError(`it is one of: ${words.join(', ')}.`);
    return text;
  };
}

/** Runs one command: the only place that prints errors and sets the exit code. */
async function execute<O>(options: O & OutputOptions, run: Run<O>): Promise<void> {
  const { env, stdout, stderr } = process;
  const color = options.color && wantsColor(env, stdout);
  const verbose = options.verbose ?? false;
  // `plan --json` and the like print one document; their progress would spoil it.
  const isDocument = ![apply, push, rollback].includes(run as never);
  const reporter = createReporter({
    mode: options.json && !isDocument ? 'json' : 'auto',
    quiet: (options.quiet ?? false) || (isDocument && (options.json ?? false)),
    verbose,
    color,
    stdout: isDocument ? stderr : stdout,
    stderr,
    isTTY: (isDocument ? stderr : stdout).isTTY ?? false,
    env,
  });
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
    reporter.handle({
      at: new Date().toISOString(),
      type: 'message',
      level: 'warning',
      text: 'stopping: the step under way is finished first; press Ctrl-C again to leave at once (each host finishes or restores by itself)',
    });
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  let mask: Secrets['mask'] = (text) => text;
  const context: Context = {
    env,
    color,
    columns: stdout.columns || 80,
    stopping: stop.signal,
    keepSecret: (secrets) => {
      mask = (text) => secrets.mask(text);
    },
    emit: (event: EventBody) => reporter.handle(maskAll({ at: new Date().toISOString(), ...event }, mask)),
    print: async (text) => {
      if (options.quiet) return;
      await reporter.pause?.();
      stdout.write(typeof text !== 'string' || text.endsWith('\n') ? text : `${text}\n`);
    },
    confirm: async (question) => {
      await reporter.pause?.();
      return ask(question, stop.signal);
    },
  };
  try {
    process.exitCode = await run(options, context);
    await reporter.close();
  } catch (error) {
    await reporter.close();
    stderr.write(
      `${mask(renderError(error, { color: options.color && wantsColor(env, stderr), verbose }))}\n`,
    );
    process.exitCode = error instanceof HaprovError ? error.exitCode : ExitCode.failed;
  }
}

/** The same, with every string of it masked. */
function maskAll<T>(value: T, mask: (text: string) => string): T {
  if (typeof value === 'string') return mask(value) as T;
  if (Array.isArray(value)) return value.map((item) => maskAll(item, mask)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskAll(item, mask)])) as T;
}

async function ask(question: string, signal: AbortSignal): Promise<boolean | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } catch (error) {
    // Ctrl-C, or the end of the input, is a "no".
    if ((error as Error).name === 'AbortError') return false;
    throw error;
  } finally {
    lines.close();
  }
}

// Whoever reads us may go (`haprov apply … | head`), or have a full disk: what was begun is still carried to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && stream === process.stdout)
      process.stderr.write(`standard output: ${error.message}\n`);
  });
}

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? ExitCode.done : ExitCode.badInput;
});
