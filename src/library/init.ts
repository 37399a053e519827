import { basename, dirname, join, resolve } from 'node:path';
import { sshOf } from '../adopt/ask-hosts';
import { type SaidWords, saidOrAsked } from '../adopt/new-pair/ask';
import { type Looked, look } from '../adopt/new-pair/look';
import { propose } from '../adopt/new-pair/propose';
import type { SaidPair } from '../adopt/new-pair/said';
import { newSecretNames, writeNewPair } from '../adopt/new-pair/write';
import { readText } from '../document/document';
import { refuseThere, writeNew } from '../document/write-below';
import { describeFault, ExitCode, HaprovError, UsageError } from '../errors';
import { readAnsible } from '../inventory/ansible/beside';
import { type Converted, convertAnsible } from '../inventory/ansible/convert';
import { fittingNames } from '../inventory/ansible/names';
import { schemaFile } from '../inventory/schema/schema';
import { Secrets } from '../inventory/secrets';
import type { Finding } from '../plan/plan';
import { agreed } from '../planning/agree';
import type { CommonOptions, Context } from '../planning/context';
import { notAsked } from '../planning/hosts';
import { installation } from '../playbook/playbook';

export interface InitOptions extends Omit<CommonOptions, 'inventory' | 'limit' | 'json'>, SaidWords {
  /** An Ansible inventory, INI or YAML. */
  from?: string | undefined;
  /** The file to write; by default that of a new pair is inventory.json, and of the others nothing is written. */
  out?: string | undefined;
  /** Ask no host: write what was said. */
  offline: boolean;
  /** Whether somebody who named neither hosts nor an Ansible inventory is asked. */
  mayAsk: boolean;
}

/** An inventory that was written of a new pair. Its passwords are in an encrypted file beside it. */
export interface NewPair {
  file: string;
  /** What was seen on its hosts, a sentence each. */
  seen: readonly string[];
  /** What could not be told, and the user must look at. */
  doubts: readonly string[];
  /** Why the inventory cannot be used as it is. */
  faults: readonly string[];
  findings: readonly Finding[];
}

/** An inventory's text: the example, or of an Ansible inventory. */
export interface InventoryText {
  text: string;
  /** A sentence for each thing that was left out or is still wrong. */
  lost: readonly string[];
  /** A sentence for each thing that the user does next. */
  toDo: readonly string[];
}

/**
 * Begins an inventory: of a new pair, whose hosts it looks at; of an Ansible inventory; else the example. Writes over nothing.
 * @throws UsageError; HostError where a host could not be asked
 */
export async function init(options: InitOptions, context: Context): Promise<NewPair | InventoryText> {
  const { from, out, host, vip, mayAsk } = options;
  const isNamed = host !== undefined || vip !== undefined;
  if (from !== undefined && isNamed)
    throw new UsageError(
      'init: --from is named beside --host or --vip',
      'take --from for what an Ansible inventory says, or --host and --vip for a new pair',
    );
  if (from === undefined && (isNamed || (mayAsk && context.canAsk && context.askSecret))) {
    const file = out ?? 'inventory.json';
    const refuse = () => refuseThere(file);
    if (out !== undefined) refuse();
    const pair = await saidOrAsked({ host, vip }, context, refuse);
    if (pair) return newPair(file, pair, options, context);
  }
  const made = from === undefined ? example() : imported(from);
  if (out !== undefined) writeNew(out, made.text, 'name another file');
  return made;
}

async function newPair(
  file: string,
  pair: SaidPair,
  options: InitOptions,
  context: Context,
): Promise<NewPair> {
  // There is no inventory yet to know what is typed meanwhile.
  context.keepSecret(new Secrets());
  const looked = await lookUnlessOffline(pair, options, context);
  const secrets = await newSecretNames(file, context);
  const [name = 'pair'] = fittingNames([basename(dirname(resolve(file)))], 'pair', () => false).values();
  const proposal = propose(pair, looked, { name, ssh: sshOf(options), secrets });
  const { findings, faults } = await writeNewPair(file, proposal, secrets, context);
  const { seen, doubts } = proposal;
  return { file, seen, doubts, faults, findings };
}

/** @throws HaprovError (exit 3) where a host cannot be asked, and nobody says to go on */
async function lookUnlessOffline(
  pair: SaidPair,
  options: InitOptions,
  context: Context,
): Promise<(Looked | undefined)[]> {
  if (options.offline) return pair.hosts.map(() => undefined);
  const { looked, failures } = await look(pair, options, context);
  const error = notAsked(failures);
  if (!error) return looked;
  const names = failures.map((one) => one.name).join(' and ');
  if (!context.canAsk)
    throw new HaprovError(
      error.exitCode,
      `${error.message}; nothing was written`,
      `${error.hint === undefined ? '' : `${error.hint}; `}or write it without having looked: --offline`,
    );
  context.emit({
    type: 'message',
    level: 'warning',
    text: `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`,
  });
  const question = {
    text: `Write the inventory without having looked at ${names}?`,
    about: '',
    todo: 'write it',
  };
  if (await agreed(question, { yes: false }, context)) return looked;
  throw new HaprovError(ExitCode.failed, 'nothing was written');
}

const forEditors = `for editors, beside it: haprov schema >${schemaFile}`;

/** The shipped example; its `$schema` is the file that an editor finds beside it. */
function example(): InventoryText {
  const text = readText(join(installation, 'inventory.example.json')).replace(
    './schema/inventory.schema.json',
    schemaFile,
  );
  const toDo = [
    forEditors,
    'next: put in your own hosts, the shared address (vips) and its virtualRouterId, and the services',
    'keep passwords out of it: { "env": "NAME" } reads the environment variable NAME',
  ];
  return { text, lost: [], toDo };
}

function imported(file: string): InventoryText {
  const { text, notes, faults, missing } = convertAnsible(readAnsible(file));
  return {
    text,
    lost: [...notes.map(describeFault), ...faults.map(atFault)],
    toDo: [forEditors, ...missing.map((what) => `next: add ${what}`)],
  };
}

const atFault = ({ path, message, expected }: Converted['faults'][number]) =>
  `to be put right in the inventory: ${describeFault({ file: '', path, message, ...(expected ? { expected } : {}) })}`;
