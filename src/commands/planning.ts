import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { HaprovError, InputError, UsageError } from '../errors';
import type { SshTarget } from '../host/connection';
import { holds, interfaceFor, unsupported } from '../host/facts';
import { type Survey, type Surveyed, type SurveyListener, survey } from '../host/survey';
import type { Host, Inventory } from '../inventory/inventory';
import { loadInventory } from '../inventory/load';
import { buildChanges } from '../plan/build';
import type { FullPlan, PlannedHost } from '../plan/plan';
import type { HostKnowledge } from '../playbook/context';
import { expand, type Resource } from '../playbook/expand';
import { loadPlaybooks } from '../playbook/load';
import type { FileSpec } from '../resources/file';
import { resourceType } from '../resources/registry';
import type { CommonOptions, Context } from './context';

/** A plan, and the connections that it was made over. */
export interface Planned {
  inventory: Inventory;
  plan: FullPlan;
  survey: Survey;
  /** Hosts that hold one of the inventory's VIPs right now. */
  holders: Set<string>;
}

/** Loads and checks everything the user says; asks all hosts, one exec each; and compares. Changes nothing. */
export async function makePlan(
  options: CommonOptions,
  context: Context,
  begin: (hosts: string[]) => void = () => {},
): Promise<Planned> {
  const inventory = loadInventory(resolve(options.inventory), context.env);
  context.keepSecret(inventory.secrets);
  const playbooks = loadPlaybooks(inventory);
  const hosts = selectHosts(inventory, options.limit);
  const wanted = new Map(
    expandAll(inventory, playbooks, inventory.hosts).filter(([host]) => hosts.includes(host)),
  );

  begin(hosts.map((host) => host.name));
  const targets = hosts.map((host) => ({
    target: toTarget(host, options),
    questions: questionsOf(wanted.get(host) ?? []),
  }));
  const surveyed = await survey(targets, listenerFor(context));
  try {
    const planned = hosts.flatMap((host) => {
      const found = surveyed.hosts.find((one) => one.name === host.name);
      return found ? [planHost(inventory, host, found, wanted.get(host) ?? [])] : [unreached(host, surveyed)];
    });
    const holders = surveyed.hosts.filter(({ facts }) =>
      inventory.vips.some((vip) => holds(facts, vip.address)),
    );
    const plan: FullPlan = {
      version: 1,
      inventory: inventory.name,
      createdAt: new Date().toISOString(),
      hosts: planned,
      warnings: [],
    };
    return { inventory, plan, survey: surveyed, holders: new Set(holders.map((host) => host.name)) };
  } catch (error) {
    surveyed.close();
    throw error;
  }
}

/** Every host is expanded, also those outside --limit: a fault is a fault. All faults at once, each once. */
function expandAll(
  inventory: Inventory,
  playbooks: Parameters<typeof expand>[1],
  hosts: Host[],
): [Host, Resource[]][] {
  const faults = new Map<string, InputError['faults'][number]>();
  const expanded = hosts.flatMap((host): [Host, Resource[]][] => {
    try {
      return [[host, expand(inventory, playbooks, host)]];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const fault of error.faults) faults.set(JSON.stringify(fault), fault);
      return [];
    }
  });
  if (faults.size > 0) throw new InputError([...faults.values()]);
  return expanded;
}

function selectHosts(inventory: Inventory, limit: string[] | undefined): Host[] {
  if (!limit || limit.length === 0) return inventory.hosts;
  const names = new Set(
    limit
      .flatMap((words) => words.split(','))
      .map((word) => word.trim())
      .filter(Boolean),
  );
  for (const name of names) {
    if (!inventory.groups.has(name) && !inventory.hosts.some((host) => host.name === name)) {
      const known = [...inventory.hosts.map((host) => host.name), ...inventory.groups.keys()];
      throw new UsageError(`--limit: there is no host or group "${name}"`, `known: ${known.join(', ')}`);
    }
  }
  return inventory.hosts.filter(
    (host) => names.has(host.name) || host.groups.some((group) => names.has(group)),
  );
}

function toTarget(host: Host, options: CommonOptions): SshTarget {
  const { ssh } = host;
  return {
    name: host.name,
    address: host.address,
    user: options.user ?? ssh.user,
    port: options.port ?? ssh.port,
    identityFiles: options.identity ?? ssh.identityFiles,
    knownHostsFile: options.knownHosts ?? ssh.knownHostsFile,
    sshConfigFile: options.sshConfig ?? ssh.configFile,
    acceptNewHostKeys: options.acceptNewHostKeys ?? false,
    sudo: options.sudo ?? ssh.sudo ?? 'auto',
    sudoPassword: ssh.sudoPassword,
    password: ssh.password,
    passphrase: ssh.passphrase,
    connectTimeoutMs: ssh.connectTimeout === undefined ? undefined : ssh.connectTimeout * 1000,
  };
}

const questionsOf = (resources: readonly Resource[]) =>
  [...resources, ...impliedServices(resources)].map(({ id, type, spec }) => ({
    id,
    script: type.probe(spec),
  }));

/** A service that is only notified has to be known too: whether it runs decides whether it is reloaded. */
function impliedServices(resources: readonly Resource[]): Resource[] {
  const service = resourceType('service');
  if (!service) return [];
  const known = new Set(resources.map((resource) => resource.id));
  const units = new Set(
    resources.flatMap((resource) =>
      resource.notify.map((wish) => ('restart' in wish ? wish.restart : wish.reload)),
    ),
  );
  return [...units]
    .filter((unit) => !known.has(`service ${unit}`))
    .map((unit) => ({
      id: `service ${unit}`,
      task: 'Notified services',
      type: service,
      spec: { type: 'service', unit },
      notify: [],
    }));
}

function planHost(
  inventory: Inventory,
  host: Host,
  found: Surveyed,
  resources: readonly Resource[],
): PlannedHost {
  const base = { host: host.name, address: host.address, os: found.facts.os.name };
  const refused = unsupported(found.facts);
  if (refused) return { ...base, changes: [], error: refused };
  try {
    const knowledge = knowledgeOf(inventory, host, found);
    const observed = [...resources, ...impliedServices(resources)].map((resource) => {
      const { id, task, type, notify, renderContent } = resource;
      const spec = renderContent
        ? { ...(resource.spec as FileSpec), rendered: renderContent(knowledge) }
        : resource.spec;
      const answer = found.answers.get(id);
      if (answer?.code !== 0)
        throw new Error(`${id} could not be read on the host (exit code ${answer?.code ?? 'none'})`);
      return { id, task, type, spec, state: type.read(answer.output, spec), notify };
    });
    return { ...base, changes: buildChanges(host.name, observed, (text) => inventory.secrets.mask(text)) };
  } catch (error) {
    return { ...base, changes: [], error: inventory.secrets.mask((error as Error).message) };
  }
}

/** @throws Error when a VIP fits none of the host's networks, or its named interface is missing. */
function knowledgeOf(inventory: Inventory, host: Host, { facts }: Surveyed): HostKnowledge {
  const interfaces = new Map<string, string>();
  for (const vip of inventory.vips) {
    if (!vip.members.some((member) => member.host === host)) continue;
    const known = [...new Set(facts.addresses.map((own) => own.interface))];
    const has = facts.addresses.map((own) => `${own.interface} ${own.address}/${own.prefix}`).join(', ');
    if (vip.interface !== undefined && !known.includes(vip.interface)) {
      throw new Error(
        `vips.${vip.name}.interface: the host has no interface "${vip.interface}" with an address; it has ${has}`,
      );
    }
    const name = vip.interface ?? interfaceFor(facts, vip.address);
    if (name === undefined) {
      throw new Error(
        `vips.${vip.name}: ${vip.address} is in none of the host's networks (${has}); correct the address, or name the interface`,
      );
    }
    interfaces.set(vip.name, name);
  }
  return { interfaceOf: (vip) => interfaces.get(vip.name) ?? '', major: facts.os.major };
}

function unreached(host: Host, { failures }: Survey): PlannedHost {
  const error = failures.find((failure) => failure.name === host.name)?.error;
  const message = error?.message.replace(`${host.name}: `, '') ?? 'was not reached';
  return {
    host: host.name,
    address: host.address,
    os: 'unknown',
    changes: [],
    error: error?.hint ? `${message}; ${error.hint}` : message,
  };
}

function listenerFor(context: Context): SurveyListener {
  return {
    begin: (host, phase) => context.emit({ type: 'phase-start', host, phase }),
    end: (host, phase, ms, error) =>
      context.emit({
        type: 'phase-end',
        host,
        phase,
        ok: !error,
        ms: Math.round(ms),
        ...(error ? { message: error.message } : {}),
      }),
    script: (host, script) => context.emit({ type: 'command', host, script }),
  };
}

/** Sorts by time, and does not clash. */
export function newRunId(now = new Date()): string {
  return `${now.toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z')}-${randomBytes(3).toString('hex')}`;
}

/** @throws the first host's own error (exit 3), or one that names the hosts the inventory does not fit (exit 2). */
export function requireWhole({ plan, survey: { failures } }: Planned): void {
  const [first] = failures;
  if (first) {
    const others =
      failures.length > 1
        ? `\n${failures
            .slice(1)
            .map(({ error }) => error.message)
            .join('\n')}`
        : '';
    throw new HaprovError(first.error.exitCode, `${first.error.message}${others}`, first.error.hint);
  }
  const unfit = plan.hosts.filter((host) => host.error !== undefined);
  if (unfit.length > 0)
    throw new HaprovError(
      2,
      unfit.map((host) => `${host.host}: ${host.error}`).join('\n'),
      'nothing was changed on any host',
    );
}
