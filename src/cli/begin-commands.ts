import { type Command, Option } from 'commander';
import type { AdoptOptions } from '../commands/adopt';
import type { EjectOptions } from '../commands/eject';
import type { InitOptions } from '../commands/init';
import { execute } from './execute-later';
import { noColor, sshOptions } from './options';
import { collect, oneOf } from './values';

/** Adds the commands that write what one begins with: inventories, copies of what is shipped, schemas. */
export function beginCommands(program: Command): void {
  program
    .command('eject')
    .description('copy a shipped playbook, template or file to edit it; without a name, list them')
    .argument('[name]', 'such as ha-pair or haproxy/haproxy.cfg')
    .option('--to <folder>', 'the folder of the inventory that will use it (default: as found, else this)')
    .action((name, options) =>
      execute<EjectOptions>(
        { ...options, name, color: true },
        async () => (await import('../commands/eject')).eject,
      ),
    );

  sshOptions(
    program
      .command('init')
      .description(
        'begin an inventory: of a new pair, whose hosts it looks at and does not change; of an Ansible inventory; else the example',
      )
      .option('--host <name=address>', 'a host of a new pair, [NAME=][USER@]ADDRESS (twice or more)', collect)
      .option('--vip <address>', 'the shared address of a new pair, with its prefix if you like')
      .option('--offline', 'ask no host: write what was said', false)
      .option('--from <hosts>', 'the Ansible inventory: YAML by its ending, else INI')
      .option(
        '--out <file>',
        'the new file to write (default: inventory.json for a new pair, else standard output)',
      ),
  ).action((options) =>
    execute<InitOptions>(
      { ...options, toTerminal: process.stdout.isTTY ?? false },
      async () => (await import('../commands/init')).init,
    ),
  );

  sshOptions(
    program
      .command('adopt')
      .description(
        'make an inventory of a pair that runs without haprov, its files byte for byte; changes no host',
      )
      .argument('[hosts...]', 'the hosts of the pair, as ssh takes them')
      .option(
        '--from <path>',
        'files of HAProxy and keepalived in place of hosts, or folders with etc in them (repeatable)',
        collect,
      )
      .option('--model', 'say as much as possible in the inventory itself, and tell what that changes', false)
      .option('--out <folder>', 'write it to this folder, which must be empty or missing', 'adopted')
      .option('--json', 'what was found as data', false),
  ).action((hosts, options) =>
    execute<AdoptOptions>({ ...options, hosts }, async () => (await import('../commands/adopt')).adopt),
  );

  program
    .command('schema')
    .description(
      'print the JSON Schema of an inventory or a playbook, for editors, or of what a command prints with --json',
    )
    .argument('[kind]', schemaKinds.join(', '), oneOf(...schemaKinds), 'inventory')
    .addOption(new Option('--write <folder>', 'write those of inventory and playbook there').hideHelp())
    .option(...noColor)
    .action((kind: string, options: { write?: string; color: boolean }) =>
      execute<{ kind: string; write?: string }>(
        { kind, ...options },
        async () => (await import('../commands/schema')).schema,
      ),
    );
}

/** What there are schemas of: schema/KIND.schema.json. */
const schemaKinds = [
  ...['inventory', 'playbook'],
  ...[
    'plan',
    'status',
    'lint',
    'several',
    'event',
    'log',
    'purge',
    'render',
    'drill',
    'adopt',
    'secrets',
    'hooks',
    'hook',
    'certificates',
    'exec',
    'facts',
    'logs',
  ],
];
