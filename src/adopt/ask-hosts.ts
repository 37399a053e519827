import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { UsageError } from '../errors';
import { type Survey, type Surveyed, survey } from '../host/survey';
import { fittingNames } from '../inventory/ansible/names';
import type { Host } from '../inventory/inventory';
import type { CommonOptions, Context } from '../planning/context';
import { listenerFor, notAsked, toTarget } from '../planning/hosts';
import { adoptQuestion, readFoundHost } from './found-host';
import type { Sources } from './sources';

export type SshOptions = Omit<CommonOptions, 'inventory' | 'limit' | 'json'>;

/**
 * Logs in at all hosts and reads what they have, in one exec each.
 * @param words each `[USER@]HOST`, as ssh takes it
 * @throws UsageError; HostError where one could not be asked
 */
export async function askHosts(
  words: readonly string[],
  options: SshOptions,
  context: Context,
): Promise<Sources> {
  const asked = hostsOf(words);
  const surveyed = await surveyOf(asked, options, context);
  surveyed.close();
  const names = namesOf(surveyed.hosts);
  return {
    found: surveyed.hosts.map(({ name, answers, facts }) => ({
      host: readFoundHost(names.get(name) ?? name, answers.of(adoptQuestion.id), facts.hostname),
      versions: facts.versions,
    })),
    base: {
      ...(Object.keys(sshOf(options)).length > 0 ? { ssh: sshOf(options) } : {}),
      hosts: Object.fromEntries(
        asked.map(({ name, address, ssh }) => [
          names.get(name) ?? name,
          { address, ...(ssh.user ? { ssh } : {}) },
        ]),
      ),
    },
  };
}

/** @throws UsageError */
function hostsOf(words: readonly string[]): Host[] {
  if (words.length === 0)
    throw new UsageError(
      'adopt: no host is named',
      'name the pair: haprov adopt HOST HOST --out FOLDER; or files: --from haproxy.cfg',
    );
  const hosts = words.map((word): Host => {
    const at = word.lastIndexOf('@');
    const [user, address] = [word.slice(0, Math.max(at, 0)), word.slice(at + 1)];
    return { name: address, address, ssh: user === '' ? {} : { user }, vars: {}, groups: ['all'] };
  });
  const twice = hosts.find(({ name }, index) => hosts.findIndex((one) => one.name === name) < index);
  if (twice) throw new UsageError(`adopt: ${twice.name} is named twice`);
  return hosts;
}

async function surveyOf(hosts: readonly Host[], options: SshOptions, context: Context): Promise<Survey> {
  const targets = hosts.map((host) => ({
    target: toTarget(host, { ...options, inventory: '', json: false }, context),
    questions: [adoptQuestion],
  }));
  const surveyed = await survey(targets, listenerFor(context));
  const error = notAsked(surveyed.failures, 'nothing was written');
  if (!error) return surveyed;
  surveyed.close();
  throw error;
}

/** Of a host that was named by its address, its own name; by the name that it was asked under. */
export function namesOf(hosts: readonly Surveyed[]): Map<string, string> {
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

/** What was said on the command line, so that plan and push need not be told again. */
export function sshOf({
  user,
  port,
  identity,
  knownHosts,
  sshConfig,
  sudo,
}: SshOptions): Record<string, unknown> {
  const home = (path: string) => resolve(path).replace(new RegExp(`^${homedir()}/`), '~/');
  const orNone = (path: string) => (path === 'none' ? path : home(path));
  return {
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identity === undefined ? {} : { identityFiles: identity.map(home) }),
    ...(knownHosts === undefined ? {} : { knownHostsFile: orNone(knownHosts) }),
    ...(sshConfig === undefined ? {} : { configFile: orNone(sshConfig) }),
    ...(sudo === undefined ? {} : { sudo }),
  };
}
