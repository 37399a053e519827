import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { didYouMean } from '../document/suggest';
import { UsageError } from '../errors';
import { shippedVersions } from '../host/release';
import { isAnsibleIni } from '../inventory/ansible/looks-like';
import type { Inventory } from '../inventory/inventory';
import { hostsOf, languageOf } from '../lint/given-files';
import type { Versions } from '../lint/host-files';
import { lintFiles, rules } from '../lint/lint';
import type { Finding } from '../plan/plan';
import type { Context } from '../planning/context';
import { loadAndTell } from '../planning/desired-state';
import { readGivenFiles, readNamed } from '../planning/given-files';
import { findingsOf } from '../planning/lint-subject';
import { ofReading } from '../planning/own-configuration';

export interface LintOptions {
  /** An inventory, or files of HAProxy and keepalived. */
  files: string[];
  /** The inventory, where it is read already. */
  loaded?: Inventory;
  /** Names of rules whose findings are left out. */
  allow?: string[];
  /** The EL major version of the hosts, and versions of programs that do not come from it. */
  el?: number;
  haproxy?: string;
  keepalived?: string;
}

/** What is wrong in a valid inventory, or in files of HAProxy and keepalived. Asks no host. @throws InputError, UsageError */
export async function lint(options: LintOptions, context: Context): Promise<Finding[]> {
  const allowed = new Set((options.allow ?? []).map(knownRule));
  const [inventory = '', ...more] = options.files;
  const isInventory = options.loaded !== undefined || (more.length === 0 && looksLikeInventory(inventory));
  return isInventory ? ofInventory(inventory, options, allowed, context) : ofFiles(options, allowed, context);
}

async function ofInventory(
  file: string,
  options: LintOptions,
  allowed: Set<string>,
  context: Context,
): Promise<Finding[]> {
  const said = await loadAndTell({ inventory: file, loaded: options.loaded }, context);
  const known = {
    ...(options.el === undefined ? {} : { major: options.el }),
    versions: versionsOf(options),
  };
  return findingsOf(said, file, allowed, () => known);
}

function ofFiles(options: LintOptions, allowed: Set<string>, context: Context): Finding[] {
  const inventory = options.files.find(isNamedLikeInventory);
  if (inventory !== undefined)
    throw new UsageError(
      `${inventory} is an inventory, and not the only file`,
      'look at inventories by themselves',
    );
  const { files, shown } = readGivenFiles(options.files);
  const hosts = hostsOf(files, versionsOf(options), readNamed);
  const unknowns = hosts.flatMap(({ keepalived, keepalivedMain }) =>
    (keepalived?.unknowns ?? []).map(
      ({ file = keepalivedMain, line, column, what }) =>
        `${shown(file)}:${line}:${column}: nobody here can tell ${what}: it is left out`,
    ),
  );
  for (const text of new Set(unknowns)) context.emit({ type: 'message', level: 'warning', text });
  return lintFiles(hosts, new Date(), allowed, shown);
}

/** The versions that the rules assume, as far as the user gives them. */
const versionsOf = ({ el, haproxy, keepalived }: LintOptions): Versions => ({
  ...(el === undefined ? {} : shippedVersions(el)),
  ...(haproxy === undefined ? {} : { haproxy }),
  ...(keepalived === undefined ? {} : { keepalived }),
});

/** Whether a file is taken for an inventory by its name. */
export const isNamedLikeInventory = (file: string) => /^\.(?:json|ya?ml)$/i.test(extname(file));

/**
 * Whether a file is taken for an inventory: by its name, or where it begins with "{" or looks like one of Ansible, and is
 * neither HAProxy's nor keepalived's. A file that cannot be read counts as one.
 */
function looksLikeInventory(file: string): boolean {
  if (file === '-' || isNamedLikeInventory(file)) return file !== '-';
  try {
    const text = readFileSync(file, 'utf8');
    return languageOf(text) === undefined && (text.trimStart().startsWith('{') || isAnsibleIni(text));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !/\.(?:cfg|conf)$/.test(file);
  }
}

function knownRule(name: string): string {
  const known = [...rules.map((rule) => rule.name), ofReading];
  if (known.includes(name)) return name;
  throw new UsageError(
    `--allow: there is no rule "${name}"${didYouMean(name, known)}`,
    `the rules: ${known.join(', ')}`,
  );
}
