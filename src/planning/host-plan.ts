import { bindsOf } from '../ha/haproxy/bind';
import { readConfiguration, type Section, type Source } from '../ha/haproxy/section';
import { healthListenerIn } from '../ha/health-listener';
import { passwordsIn } from '../ha/own/secrets-in';
import { interfaceFor, unsupported } from '../host/facts';
import { secretLinesQuestion } from '../host/history';
import type { Question } from '../host/probe';
import type { Survey, Surveyed } from '../host/survey';
import { movingAddresses, portsOf } from '../inventory/endpoints';
import type { Host, Inventory } from '../inventory/inventory';
import type { Readiness } from '../pair/health';
import { buildChanges } from '../plan/build-changes';
import type { PlannedHost } from '../plan/plan';
import type { HostSecrets } from '../plan/secret-texts';
import { anyHost, type HostKnowledge } from '../playbook/context';
import type { Resource } from '../playbook/expand';
import { SecretLines } from '../resources/secret-lines';
import { serviceNamed } from '../resources/service';
import { textOfBytes } from '../resources/text-of';
import { unitName, unitOf } from '../resources/unit';

/**
 * What a host is asked about its resources, about the services that they notify, and about former secrets. One that fails makes
 * the plan of its host say so: {@link planHost}.
 */
export const questionsOf = (resources: readonly Resource[]): Question[] => [
  ...[...resources, ...impliedServices(resources)].map(({ id, question }) => ({
    id,
    ...question,
    inPlace: true,
    mayFail: true,
  })),
  { ...secretLinesQuestion, mayFail: true },
];

/** A service that is only notified has to be known too: whether it runs decides whether it is reloaded. */
function impliedServices(resources: readonly Resource[]): Resource[] {
  const known = resources.flatMap(({ unit }) => unit ?? []);
  const units = new Set(resources.flatMap(({ notify }) => notify.map(unitOf)));
  return [...units]
    .filter((unit) => !known.includes(unit))
    .map((unit) => serviceNamed(unit, { task: 'Notified services' }));
}

/**
 * By the playbooks: the units that are to run. By the inventory: the ports that HAProxy and the service listen on.
 * @param others units that are to run beside those of the resources: HAProxy listens on what the resources have it read
 */
export function readinessOf(
  inventory: Inventory,
  host: Host,
  resources: readonly Resource[],
  others: readonly string[] = [],
): Readiness {
  const running = resources.flatMap(({ unit, about }) => (unit !== undefined && about.runs ? [unit] : []));
  const looked = running.includes('keepalived') ? lookedAt(inventory, host) : { units: [], ports: [] };
  const own = [...running, ...looked.units];
  const units = [...new Set([...own, ...others])];
  const balances = units.includes('haproxy');
  const serves = inventory.services.flatMap(({ backends }) =>
    backends.servers.filter(
      (server) => server.host === host && server.address === host.address && !server.mayBeDown,
    ),
  );
  const sources = balances ? readByHaproxy(inventory, host, resources) : [];
  const { sections } = readConfiguration(sources);
  const isConfigured = own.includes('haproxy') || sources.length > 0;
  const ports = [
    // What the user's own files bind may differ from host to host.
    ...(inventory.own.haproxy ? boundBy(sections) : []),
    ...(isConfigured && !inventory.own.haproxy
      ? portsOf(inventory.services.flatMap(({ endpoints }) => endpoints))
      : []),
    ...(own.length > 0 ? serves.flatMap((server) => server.port ?? []) : []),
    ...looked.ports,
  ];
  const { healthPort, page } = inventory.haproxy;
  const { answers, statistics } = healthListenerIn(sections, healthPort);
  return {
    units,
    ports: [...new Set(ports)],
    balances,
    ...(answers || statistics || (isConfigured && page) ? { healthPort } : {}),
  };
}

/** What keepalived looks at before it has the host hold a VIP: without it the host would not take one. */
function lookedAt({ vips }: Inventory, host: Host): Pick<Readiness, 'units' | 'ports'> {
  const checks = vips
    .filter(({ members }) => members.some((member) => member.host === host))
    .map(({ check }) => check);
  return {
    units: checks.flatMap(({ unit }) => (unit === undefined ? [] : [unitName(unit)])),
    ports: checks.flatMap(({ port }) => (port?.protocol === 'tcp' ? [port.port] : [])),
  };
}

const boundBy = (sections: readonly Section[]): number[] =>
  sections.flatMap(bindsOf).flatMap(({ sockets }) => sockets.flatMap(({ from, to }) => [from, to]));

/** What HAProxy is to read, as far as the resources write it. */
function readByHaproxy({ own }: Inventory, { name }: Host, resources: readonly Resource[]): Source[] {
  const listed = own.haproxy?.files.get(name)?.filter(({ role }) => role !== 'named');
  const isRead = (path: string) =>
    listed ? listed.some((one) => one.path === path) : /^\/etc\/haproxy\/.*\.cfg$/.test(path);
  return resources.flatMap(({ about: { path = '' }, content }) =>
    content && isRead(path) ? [{ file: path, text: textOfBytes(content(anyHost)) }] : [],
  );
}

/**
 * What would change on a host that answered; `error` says why nothing can be said.
 * @param isPast it is to have what it had once
 */
export function planHost(
  inventory: Inventory,
  host: Host,
  found: Surveyed,
  resources: readonly Resource[],
  isPast = false,
): PlannedHost {
  const base = { host: host.name, address: host.address, os: found.facts.os.name };
  const refused = unsupported(found.facts);
  if (refused) return { ...base, changes: [], error: refused };
  try {
    const knowledge = knowledgeOf(inventory, host, found);
    const observed = [...resources, ...impliedServices(resources)].map((resource) =>
      resource.observe(found.answers.of(resource.id), knowledge),
    );
    const secrets: HostSecrets = {
      mask: (text) => inventory.secrets.mask(text),
      lines: new SecretLines(found.answers.of(secretLinesQuestion.id)),
      find: passwordsIn,
      isPast,
    };
    return { ...base, changes: buildChanges(host.name, observed, secrets) };
  } catch (error) {
    return { ...base, changes: [], error: inventory.secrets.mask((error as Error).message) };
  }
}

/** @throws Error when a VIP fits none of the host's networks, or its named interface is missing. */
function knowledgeOf(inventory: Inventory, host: Host, { facts }: Surveyed): HostKnowledge {
  const interfaces = new Map<string, string>();
  const moving = movingAddresses(inventory);
  // Where a VIP sits that was read is known: no file is made of it.
  for (const vip of (inventory.said ?? inventory).vips) {
    if (!vip.members.some((member) => member.host === host)) continue;
    const known = [...new Set(facts.addresses.map((own) => own.interface))];
    const has = facts.addresses.map((own) => `${own.interface} ${own.address}/${own.prefix}`).join(', ');
    if (vip.interface !== undefined && !known.includes(vip.interface)) {
      throw new Error(
        `vips.${vip.name}.interface: the host has no interface "${vip.interface}" with an address; it has ${has}`,
      );
    }
    const name = vip.interface ?? interfaceFor(facts, vip.address, moving);
    if (name === undefined) {
      throw new Error(
        `vips.${vip.name}: ${vip.address} is in none of the host's networks (${has}); correct the address, or name the interface`,
      );
    }
    interfaces.set(vip.name, name);
  }
  const { os, versions } = facts;
  return { interfaceOf: (vip) => interfaces.get(vip.name) ?? '', major: os.major, versions };
}

/** The plan of a host that could not be asked. */
export function unreached(host: Host, { failures }: Pick<Survey, 'failures'>): PlannedHost {
  const error = failures.find((failure) => failure.name === host.name)?.error;
  const message = error?.message.replace(`${host.name}: `, '') ?? 'was not reached';
  return {
    host: host.name,
    address: host.address,
    os: 'unknown',
    changes: [],
    error: error?.hint ? `${message}${/^[A-Z]/.test(error.hint) ? '.' : ';'} ${error.hint}` : message,
  };
}
