import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Adopted, adopt as adoptHosts, placeOf } from '../adopt/adopted';
import { adoptQuestion, readFoundHost } from '../adopt/found-host';
import { gainsOf } from '../adopt/gains';
import { inventoryOf, type SshSaid } from '../adopt/inventory';
import { reportOf } from '../adopt/report';
import { jsonSchema } from '../document/json-schema';
import { refuseFilled, writeBelow } from '../document/write-below';
import { describeFault, ExitCode, HaprovError, InputError, UsageError } from '../errors';
import { type Survey, type Surveyed, survey } from '../host/survey';
import { fittingNames } from '../inventory/ansible/names';
import type { Host } from '../inventory/inventory';
import { inventorySchema } from '../inventory/schema/schema';

import type { Finding } from '../plan/plan';
import type { CommonOptions, Context } from '../planning/context';
import { loadDesiredState } from '../planning/desired-state';
import { listenerFor, notAsked, toTarget } from '../planning/hosts';
import { findingsOf } from '../planning/lint-subject';
import { count } from '../text/format';

export interface AdoptOptions extends Omit<CommonOptions, 'inventory' | 'limit'> {
  /** Each `[USER@]HOST`, as ssh takes it. */
  hosts: string[];
  /** The folder that is written; it must be empty, or not be there. */
  out: string;
}

/** `haprov adopt`: an inventory and files, byte for byte, of a pair that runs without haprov. Changes no host. */
export async function adopt(options: AdoptOptions, context: Context): Promise<ExitCode> {
  const { out, json } = options;
  refuseFilled(out);
  const asked = hostsOf(options.hosts);
  const surveyed = await askHosts(asked, options, context);
  try {
    const names = namesOf(surveyed.hosts);
    const adopted = adoptHosts(
      surveyed.hosts.map(({ name, answers, facts }) => ({
        host: readFoundHost(names.get(name) ?? name, answers.of(adoptQuestion.id), facts.hostname),
        versions: facts.versions,
      })),
    );
    requireSomething(adopted);
    const hosts = new Map(
      asked.map(({ name, address, ssh }) => [
        names.get(name) ?? name,
        { address, ...(ssh.user ? { ssh } : {}) },
      ]),
    );
    const { findings, faults } = write(out, adopted, inventoryOf(adopted, hosts, sshOf(options)), context);
    if (json) await context.printJson(asData(out, adopted, findings, faults), 2);
    else await context.printRendered(summary(out, adopted, findings, faults));
    return faults.length > 0 ? ExitCode.failed : ExitCode.done;
  } finally {
    surveyed.close();
  }
}

/** @throws UsageError */
function hostsOf(words: readonly string[]): Host[] {
  if (words.length === 0)
    throw new UsageError('adopt: no host is named', 'name the pair: haprov adopt HOST HOST --out FOLDER');
  const hosts = words.map((word): Host => {
    const at = word.lastIndexOf('@');
    const [user, address] = [word.slice(0, Math.max(at, 0)), word.slice(at + 1)];
    return { name: address, address, ssh: user === '' ? {} : { user }, vars: {}, groups: ['all'] };
  });
  const twice = hosts.find(({ name }, index) => hosts.findIndex((one) => one.name === name) < index);
  if (twice) throw new UsageError(`adopt: ${twice.name} is named twice`);
  return hosts;
}

async function askHosts(hosts: readonly Host[], options: AdoptOptions, context: Context): Promise<Survey> {
  const targets = hosts.map((host) => ({
    target: toTarget(host, { ...options, inventory: '' }),
    questions: [adoptQuestion],
  }));
  const surveyed = await survey(targets, listenerFor(context));
  const error = notAsked(surveyed.failures, 'nothing was written');
  if (!error) return surveyed;
  surveyed.close();
  throw error;
}

/** Of a host that was named by its address, its own name. */
function namesOf(hosts: readonly Surveyed[]): Map<string, string> {
  const isAddress = (name: string) => /^[\d.]+$|:/.test(name);
  const short = (name: string) => name.replace(/\..*/, '');
  const wished = new Map(
    hosts.map(({ name, facts }) => [name, short(isAddress(name) ? facts.hostname : name) || name]),
  );
  const isTwice = (name: string) => [...wished.values()].filter((one) => one === name).length > 1;
  const own = new Map(
    [...wished].map(([name, wish]) => [name, isTwice(wish) || wish === 'localhost' ? name : wish]),
  );
  const fitting = fittingNames(own.values(), 'host', (name) => name === 'all');
  return new Map([...own].map(([name, wish]) => [name, fitting.get(wish) ?? wish]));
}

function requireSomething({ files, hosts }: Adopted): void {
  if (files.length > 0) return;
  throw new HaprovError(
    ExitCode.failed,
    `${hosts.map(({ found }) => found.name).join(', ')}: neither HAProxy nor keepalived has a configuration there, so there is nothing to adopt`,
    'begin a pair instead: haprov init --out inventory.json',
  );
}

/** What was said on the command line, so that plan and push need not be told again. */
function sshOf({ user, port, identity, knownHosts, sshConfig, sudo }: AdoptOptions): SshSaid {
  const home = (path: string) => resolve(path).replace(new RegExp(`^${homedir()}/`), '~/');
  return {
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identity === undefined ? {} : { identityFiles: identity.map(home) }),
    ...(knownHosts === undefined ? {} : { knownHostsFile: home(knownHosts) }),
    ...(sshConfig === undefined || sshConfig === 'none' ? {} : { configFile: home(sshConfig) }),
    ...(sudo === undefined ? {} : { sudo }),
  };
}

interface Written {
  findings: Finding[];
  /** Why the inventory cannot be used as it is. */
  faults: string[];
}

/** Writes the folder, and reads it again as every other command does. @throws UsageError */
function write(folder: string, adopted: Adopted, inventory: object, context: Context): Written {
  const asJson = (value: object) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  for (const file of adopted.files)
    for (const [host, { content }] of file.isSame ? [...file.on].slice(0, 1) : file.on)
      writeBelow(folder, placeOf(file, host), content, file.isSecret ? 0o600 : 0o644);
  writeBelow(folder, 'inventory.schema.json', asJson(jsonSchema(inventorySchema, 'haprov inventory')), 0o644);
  writeBelow(folder, 'inventory.json', asJson(inventory), 0o644);
  const found = readAgain(join(folder, 'inventory.json'), context);
  const report = reportOf({ adopted, gains: gainsOf(adopted), ...found });
  writeBelow(folder, 'report.md', Buffer.from(report), 0o600);
  return found;
}

function readAgain(file: string, context: Context): Written {
  try {
    const said = loadDesiredState(file, context);
    return { findings: findingsOf(said, 'inventory.json'), faults: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { findings: [], faults: error.faults.map(describeFault) };
  }
}

function asData(folder: string, { files, hosts }: Adopted, findings: readonly Finding[], faults: string[]) {
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
    findings,
    faults,
  };
}

function summary(folder: string, { files }: Adopted, findings: readonly Finding[], faults: string[]): string {
  const different = files.filter(({ isSame }) => !isSame).length;
  const rows = [
    `${join(folder, 'inventory.json')}: ${count(files.length, 'file')} of HAProxy and keepalived, byte for byte; ${different === 0 ? 'all are the same on all hosts' : `${different} not the same on all hosts`}`,
    `${join(folder, 'report.md')}: what differs, what is not managed, ${count(findings.length, 'finding')} of lint`,
    ...faults.map((one) => `still wrong: ${one}`),
    `next: haprov plan ${join(folder, 'inventory.json')}`,
  ];
  return rows.join('\n');
}
