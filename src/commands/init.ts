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
import { agreed } from '../planning/agree';
import type { CommonOptions, Context } from '../planning/context';
import { notAsked } from '../planning/hosts';
import { installation } from '../playbook/playbook';
import { renderFinding } from '../report/plan-text';
import { command } from '../shell/quote';
import { visibleLines } from '../text/format';

export interface InitOptions extends Omit<CommonOptions, 'inventory' | 'limit' | 'json'>, SaidWords {
  /** An Ansible inventory, INI or YAML. */
  from?: string;
  /** The file to write; the example and what comes from Ansible go to stdout by default, a new pair to inventory.json. */
  out?: string;
  /** Ask no host: write what was said. */
  offline: boolean;
  /** Whether stdout is a terminal: only then is anybody asked who gave no options. */
  toTerminal: boolean;
}

/**
 * `haprov init`: writes an inventory. Of a new pair, whose hosts it looks at; of an Ansible inventory; else the example.
 */
export async function init(options: InitOptions, context: Context): Promise<ExitCode> {
  const { from, out, host, vip, toTerminal } = options;
  const isNamed = host !== undefined || vip !== undefined;
  if (from !== undefined && isNamed)
    throw new UsageError(
      'init: --from is named beside --host or --vip',
      'take --from for what an Ansible inventory says, or --host and --vip for a new pair',
    );
  if (from === undefined && (isNamed || (toTerminal && context.canAsk && context.askSecret))) {
    const file = out ?? 'inventory.json';
    const refuse = () => refuseThere(file);
    if (out !== undefined) refuse();
    const pair = await saidOrAsked({ host, vip }, context, refuse);
    if (pair) return newPair(file, pair, options, context);
  }
  const made = from === undefined ? example() : imported(from);
  if (out === undefined) await context.print(Buffer.from(made.text));
  else writeNew(out, made.text, 'name another file');
  for (const text of made.lost) context.emit({ type: 'message', level: 'warning', text });
  for (const text of made.toDo) context.emit({ type: 'message', level: 'info', text });
  return ExitCode.done;
}

async function newPair(
  file: string,
  pair: SaidPair,
  options: InitOptions,
  context: Context,
): Promise<ExitCode> {
  // There is no inventory yet to know what is typed meanwhile.
  context.keepSecret(new Secrets());
  const looked = await lookUnlessOffline(pair, options, context);
  const secrets = await newSecretNames(file, context);
  const [name = 'pair'] = fittingNames([basename(dirname(resolve(file)))], 'pair', () => false).values();
  const proposal = propose(pair, looked, { name, ssh: sshOf(options), secrets });
  const { findings, faults } = await writeNewPair(file, proposal, secrets, context);
  const { color } = context;
  const commands = ['plan', 'apply', 'status'].map((word) => command('haprov', word, file));
  await context.printRendered(
    visibleLines(
      [
        ...proposal.seen,
        `${file}: a new pair; its passwords are in secrets.age beside it, encrypted`,
        ...faults.map((one) => `still wrong: ${one}`),
        ...proposal.doubts.map((one) => `! ${one}`),
      ].join('\n'),
    ),
  );
  if (findings.length > 0)
    await context.printRendered(findings.map((finding) => renderFinding(finding, { color })).join('\n\n'));
  await context.print(['next:', ...commands].join('\n  '));
  return faults.length > 0 ? ExitCode.failed : ExitCode.done;
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

interface Made {
  text: string;
  /** A sentence for each thing that was left out or is still wrong. */
  lost: string[];
  /** A sentence for each thing that the user does next. */
  toDo: string[];
}

const forEditors = `for editors, beside it: haprov schema >${schemaFile}`;

/** The shipped example; its `$schema` is the file that an editor finds beside it. */
function example(): Made {
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

function imported(file: string): Made {
  const { text, notes, faults, missing } = convertAnsible(readAnsible(file));
  return {
    text,
    lost: [...notes.map(describeFault), ...faults.map(atFault)],
    toDo: [forEditors, ...missing.map((what) => `next: add ${what}`)],
  };
}

const atFault = ({ path, message, expected }: Converted['faults'][number]) =>
  `to be put right in the inventory: ${describeFault({ file: '', path, message, ...(expected ? { expected } : {}) })}`;
