import { join } from 'node:path';
import { type Adopted, adopt as adoptHosts } from '../adopt/adopted';
import { askHosts } from '../adopt/ask-hosts';
import { fromFiles } from '../adopt/from-files';
import { withOwnFiles } from '../adopt/inventory';
import { modelled } from '../adopt/model/compare';
import { type ModelReport, troubleRow } from '../adopt/report';
import type { Sources } from '../adopt/sources';
import { type Trouble, troublesOf } from '../adopt/trouble';
import { writeFolder } from '../adopt/write-folder';
import { refuseFilled } from '../document/write-below';
import { ExitCode, HaprovError, UsageError } from '../errors';
import { Secrets } from '../inventory/secrets';
import type { Finding } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';
import { count } from '../text/format';

export interface AdoptOptions extends Omit<CommonOptions, 'inventory' | 'limit'> {
  /** Each `[USER@]HOST`, as ssh takes it. */
  hosts: string[];
  /** Files and folders of this machine, in place of hosts. */
  from?: string[];
  /** Write as much as possible in the inventory's own keys instead of copying files. */
  model: boolean;
  /** The folder to write; it must be empty or missing. */
  out: string;
}

/** `haprov adopt`: writes an inventory, and byte for byte the files, of a pair that runs without haprov. Changes no host. */
export async function adopt(options: AdoptOptions, context: Context): Promise<ExitCode> {
  const { out, json } = options;
  // There is no inventory yet to know what is typed meanwhile.
  context.keepSecret(new Secrets());
  refuseFilled(out);
  let written = 'nothing was written';
  const sayHowFar = () =>
    context.emit({
      type: 'message',
      level: 'warning',
      text: `stopped: no host was changed, and ${written}`,
    });
  context.stopping.addEventListener('abort', sayHowFar);
  const { found, base } = await sourcesOf(options, context);
  const adopted = adoptHosts(found);
  requireSomething(adopted);
  const model = options.model ? modelled(adopted, base, context) : undefined;
  const made = model ?? withOwnFiles(adopted, base);
  const said = model && {
    said: model.said,
    differences: model.differences,
    leftOut: model.leftOut,
    sections: model.sections,
    refused: model.kept.programs,
  };
  // What is written from here on is left where it is.
  written = `${out} is written but for its report.md: name another --out, or remove it`;
  const { findings, faults } = await writeFolder(
    out,
    { adopted, made, ...(said ? { modelled: said } : {}) },
    context,
  );
  context.stopping.removeEventListener('abort', sayHowFar);
  const inModel = said && {
    ...said,
    leftOut: Object.fromEntries(said.leftOut),
    refused: Object.fromEntries(said.refused),
  };
  const troubles = troublesOf(adopted);
  if (json) {
    const document: AdoptedDocument = {
      version: 1,
      ...asData(out, adopted, { findings, faults, troubles }),
      ...(inModel ? { model: inModel } : {}),
    };
    await context.printJson(document, 2);
  } else await context.printRendered(summary(out, adopted, { findings, faults, troubles }, said));
  return faults.length > 0 || troubles.some(({ isFatal }) => isFatal) ? ExitCode.failed : ExitCode.done;
}

function sourcesOf({ from = [], ...options }: AdoptOptions, context: Context): Sources | Promise<Sources> {
  if (from.length === 0) return askHosts(options.hosts, options, context);
  if (options.hosts.length > 0)
    throw new UsageError(
      'adopt: hosts and --from are named both',
      'hosts are read as they are now; --from reads files of this machine in their place',
    );
  return fromFiles(from, (text) => context.emit({ type: 'message', level: 'warning', text }));
}

function requireSomething({ files, hosts }: Adopted): void {
  if (files.length > 0) return;
  throw new HaprovError(
    ExitCode.failed,
    `${hosts.map(({ found }) => found.name).join(', ')}: neither HAProxy nor keepalived has a configuration there, so there is nothing to adopt`,
    'begin a pair instead: haprov init --out inventory.json',
  );
}

interface Seen {
  findings: readonly Finding[];
  faults: readonly string[];
  troubles: readonly Trouble[];
}

/** What `adopt --json` prints. */
export interface AdoptedDocument {
  version: 1;
  /** Paths of what was written. */
  inventory: string;
  report: string;
  hosts: { name: string; versions: { haproxy: string; keepalived: string } }[];
  files: {
    path: string;
    of: 'haproxy' | 'keepalived';
    /** By which word the configuration names it. */
    what: string;
    hosts: string[];
    /** Whether all hosts have it with the same bytes. */
    same: boolean;
    secret: boolean;
  }[];
  findings: readonly Finding[];
  /** Why the inventory cannot be used as it is. */
  faults: readonly string[];
  troubles: readonly { hosts: string[]; text: string; isFatal: boolean }[];
  /** With `--model`: what it says, and what it does otherwise. */
  model?: {
    said: readonly string[];
    differences: readonly ModelReport['differences'][number][];
    leftOut: Record<string, readonly string[]>;
    sections: readonly string[];
    refused: Record<string, readonly string[]>;
  };
}

function asData(folder: string, { files, hosts }: Adopted, seen: Seen) {
  return {
    inventory: join(folder, 'inventory.json'),
    report: join(folder, 'report.md'),
    hosts: hosts.map(({ found, versions }) => ({ name: found.name, versions })),
    files: files.map(({ path, of, what, on, isSame, isSecret }) => ({
      path,
      of,
      what,
      hosts: [...on.keys()],
      same: isSame,
      secret: isSecret,
    })),
    ...seen,
  };
}

function summary(
  folder: string,
  { files }: Adopted,
  { findings, faults, troubles }: Seen,
  model?: ModelReport,
): string {
  const different = files.filter(({ isSame }) => !isSame).length;
  const inventory = join(folder, 'inventory.json');
  const rows = [
    model
      ? `${inventory}: by keys ${model.said.length === 0 ? 'nothing' : model.said.join(', ')}; ${count(model.sections.length, 'block')} as they are written; ${count(model.differences.length, 'part')} of HAProxy and keepalived will do otherwise`
      : `${inventory}: ${count(files.length, 'file')} of HAProxy and keepalived, byte for byte; ${different === 0 ? 'all are the same on all hosts' : `${different} not the same on all hosts`}`,
    `${join(folder, 'report.md')}: what differs, what is not managed, ${count(findings.length, 'finding')} of lint`,
    ...faults.map((one) => `still wrong: ${one}`),
    ...troubles.map((one) => `${one.isFatal ? '✗' : '!'} ${troubleRow(one)}`),
    `next: haprov plan ${inventory}`,
  ];
  return rows.join('\n');
}
