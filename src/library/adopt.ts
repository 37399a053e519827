import { join } from 'node:path';
import { type Adopted, adopt as adoptHosts } from '../adopt/adopted';
import { askHosts } from '../adopt/ask-hosts';
import { fromFiles } from '../adopt/from-files';
import { withOwnFiles } from '../adopt/inventory';
import { modelled } from '../adopt/model/compare';
import type { ModelReport } from '../adopt/report';
import type { Sources } from '../adopt/sources';
import { troublesOf } from '../adopt/trouble';
import { writeFolder } from '../adopt/write-folder';
import { refuseFilled } from '../document/write-below';
import { ExitCode, HaprovError, UsageError } from '../errors';
import { Secrets } from '../inventory/secrets';
import type { Finding } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';

export { troubleRow } from '../adopt/report';

export interface AdoptOptions extends Omit<CommonOptions, 'inventory' | 'limit' | 'json'> {
  /** Each `[USER@]HOST`, as ssh takes it. */
  hosts: string[];
  /** Files and folders of this machine, in place of hosts. */
  from?: string[];
  /** Write as much as possible in the inventory's own keys instead of copying files. */
  model: boolean;
  /** The folder to write; it must be empty or missing. */
  out: string;
}

/** What was found on a pair, and written of it. */
export interface AdoptedPair {
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

/**
 * Writes an inventory, and byte for byte the files, of a pair that runs without haprov. Changes no host.
 * @throws UsageError where the folder is not empty; HostError where a host could not be asked
 */
export async function adopt(options: AdoptOptions, context: Context): Promise<AdoptedPair> {
  const { out } = options;
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
  try {
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
    const inModel = said && {
      ...said,
      leftOut: Object.fromEntries(said.leftOut),
      refused: Object.fromEntries(said.refused),
    };
    return {
      ...asData(out, adopted),
      findings,
      faults,
      troubles: troublesOf(adopted),
      ...(inModel ? { model: inModel } : {}),
    };
  } finally {
    context.stopping.removeEventListener('abort', sayHowFar);
  }
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

function asData(
  folder: string,
  { files, hosts }: Adopted,
): Pick<AdoptedPair, 'inventory' | 'report' | 'hosts' | 'files'> {
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
  };
}
