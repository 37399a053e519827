import { homedir } from 'node:os';
import { basename, dirname, extname, relative, resolve } from 'node:path';
import { type Document, type Path, readDocument, readText } from '../document/document';
import { faultsToReport } from '../document/faults';
import { validate } from '../document/validate';
import { type Fault, InputError } from '../errors';
import { command } from '../shell/quote';
import { isAnsibleIni, isAnsibleYaml } from './ansible/looks-like';
import { askAll } from './ask-sources';
import { buildVips } from './build-vips';
import { checkReferences } from './check';
import { rangeOf } from './endpoints';
import { isFile } from './find';
import type {
  Backends,
  Endpoint,
  Host,
  Inventory,
  Route,
  Server,
  Service,
  Stats,
  Tls,
  Vars,
  Vip,
  VirtualServer,
} from './inventory';
import { type OwnConfigurations, ownConfigurations } from './own-files';
import type { SshSettings } from './schema/host';
import { inventorySchema, type RawInventory } from './schema/schema';
import type { ServerSettings } from './schema/service';
import type { TlsSettings } from './schema/tls';
import type { Users } from './schema/users';
import type { SecretAsker } from './secret-file';
import { resolveSecrets, type Secrets } from './secrets';
import type { Answers } from './sources';

/** Who is asked for the values that stand elsewhere, and must show none of them. */
interface InventoryAsker extends SecretAsker {
  keepSecret(secrets: Secrets): void;
}

/**
 * Reads and checks the inventory in `file`, and asks for the values that stand elsewhere. They are kept secret before
 * anything is said of them.
 * @param read is given the document, before anybody is asked
 * @param instead what stands for references in place of what they lead to
 * @throws InputError with every fault of the file, each with its place.
 */
export async function loadInventory(
  file: string,
  asker: InventoryAsker,
  read: (document: Document) => void = () => {},
  instead: Answers = () => undefined,
): Promise<Inventory> {
  const document = readInventory(file);
  read(document);
  const asked = await askAll(document, asker);
  const answers: Answers = (reference) => instead(reference) ?? asked(reference);
  return buildInventory(document, asker.env, answers, (secrets) => asker.keepSecret(secrets));
}

/**
 * As {@link loadInventory}, of a document; `answers` has what commands and the encrypted file say.
 * @param known is given the secrets, before anything is checked
 * @throws InputError
 */
export function buildInventory(
  document: Document,
  env: NodeJS.ProcessEnv,
  answers?: Answers,
  known: (secrets: Secrets) => void = () => {},
): Inventory {
  const resolved = resolveSecrets(document, env, answers);
  const { value, secrets, unset, conceal } = resolved;
  known(secrets);
  const checked = validate(inventorySchema, { document, value, unknown: unset, conceal });
  const found = checked.ok ? ownConfigurations(checked.value, document) : undefined;
  const unmade = resolved.unmade.map((one) => ({ ...one, fault: resolved.withoutValues(one.fault) }));
  const lacks = unmade.map(({ fault }) => fault);
  const faults = [...document.faults, ...resolved.faults, ...checked.faults];
  if (checked.remains)
    faults.push(...withoutEchoes(checkReferences(checked.remains, document), [...faults, ...lacks]));
  faults.push(...(found?.faults ?? []));
  if (faults.length > 0 || !checked.ok || !found)
    throw new InputError(faultsToReport([...faults.map(resolved.withoutValues), ...lacks]));
  return { ...build(document, checked.value, secrets, found.own), unmade };
}

/** @throws InputError */
export function readInventory(file: string): Document {
  try {
    const document = readDocument(file);
    if (isAnsibleYaml(document.value)) throw ansible(file);
    return document;
  } catch (error) {
    if (!(error instanceof InputError) || error.hint !== undefined) throw error;
    if (isFile(file)) throw isReadAsJson(file) && isAnsibleIni(readText(file)) ? ansible(file) : error;
    const hint =
      extname(file) === ''
        ? 'where a host is meant: --limit HOST, and the inventory before it, or none where it is found'
        : 'name the inventory, or begin one: haprov init --out inventory.json';
    throw new InputError(error.faults, hint);
  }
}

const isReadAsJson = (file: string) => !/^\.ya?ml$/i.test(extname(file));

function ansible(file: string): InputError {
  const words = command('haprov', 'init', '--from', relative('', file) || file, '--out', 'pair.json');
  return new InputError(
    [{ file, path: '', message: 'is an inventory of Ansible, and none of haprov' }],
    `make one of it: ${words}`,
  );
}

/** What is already at fault by itself is not also at fault for what it refers to. */
function withoutEchoes(later: Fault[], earlier: readonly Fault[]): Fault[] {
  return later.filter(({ path }) => !earlier.some((fault) => fault.path === path));
}

function build(
  document: Document,
  raw: RawInventory,
  secrets: Secrets,
  own: OwnConfigurations,
): Omit<Inventory, 'unmade'> {
  const { file } = document;
  const { config: _, packages: __, ...haproxy } = raw.haproxy;
  const groups = new Map<string, string[]>([['all', Object.keys(raw.hosts)]]);
  for (const [name, group] of Object.entries(raw.groups))
    groups.set(name, Array.isArray(group) ? group : group.hosts);

  const hosts = new Map<string, Host>();
  for (const [name, host] of Object.entries(raw.hosts)) {
    const memberOf = [...groups].filter(([, members]) => members.includes(name)).map(([group]) => group);
    const settings = memberOf.flatMap((group) => {
      const found = raw.groups[group];
      return found && !Array.isArray(found) ? [found] : [];
    });
    const ssh = Object.assign({}, raw.ssh, ...settings.map((group) => group.ssh), host.ssh) as SshSettings;
    const vars = Object.assign({}, raw.vars, ...settings.map((group) => group.vars), host.vars) as Vars;
    hosts.set(name, {
      name,
      address: host.address,
      ssh: resolvePaths(ssh, dirname(file)),
      vars,
      groups: memberOf,
    });
  }
  const hostsOf = (group: string) => (groups.get(group) ?? []).flatMap((name) => hosts.get(name) ?? []);

  const vips = buildVips(raw, hostsOf);
  const services = Object.entries(raw.services).map(
    ([name, { port, vips: names, routes: _, backends, tls, ...service }]): Service & { routes: Route[] } => ({
      ...service,
      ...(tls ? { tls: buildTls(tls, ['services', name, 'tls']) } : {}),
      name,
      endpoints: buildEndpoints(
        port,
        vips.filter((vip) => names?.includes(vip.name)),
        tls ? (tls.vips ?? 'every') : [],
      ),
      routes: [],
      backends: buildBackends(backends, hosts, hostsOf),
    }),
  );
  for (const { name, routes } of services)
    for (const { host = [], path = [], sni = [], service: target } of raw.services[name]?.routes ?? []) {
      const service = services.find((one) => one.name === target);
      if (service) routes.push({ hosts: [host].flat(), paths: [path].flat(), sni: [sni].flat(), service });
    }

  const virtualServers = Object.entries(raw.virtualServers).flatMap(
    ([name, { vip: named, backends, ...settings }]): VirtualServer[] => {
      const vip = vips.find((one) => one.name === named);
      const all = { ...backends, port: backends.port ?? settings.port };
      return vip ? [{ ...settings, name, vip, backends: buildBackends(all, hosts, hostsOf) }] : [];
    },
  );

  return {
    name: raw.name ?? basename(file, extname(file)),
    file,
    document,
    hosts: [...hosts.values()],
    groups: new Map([...groups.keys()].map((group) => [group, hostsOf(group)])),
    vars: (raw.vars ?? {}) as Vars,
    sysctl: Object.fromEntries(Object.entries(raw.sysctl).map(([key, value]) => [key, String(value)])),
    vips,
    services,
    virtualServers,
    ...(raw.stats ? { stats: buildStats(raw.stats, vips) } : {}),
    ...(raw.acme ? { acme: raw.acme } : {}),
    haproxy,
    keepalived: { sections: raw.keepalived.sections },
    own,
    hooks: raw.hooks,
    playbooks: raw.playbooks,
    secrets: markPasswords(raw, secrets),
  };
}

function buildEndpoints(
  ports: RawInventory['services'][string]['port'],
  vips: readonly Vip[],
  tls: readonly string[] | 'every',
): Endpoint[] {
  if (ports === undefined) return [];
  const range = rangeOf(ports);
  if (vips.length === 0) return [{ address: '*', ...range, tls: tls === 'every' }];
  const hasTls = ({ name }: Vip) => tls === 'every' || tls.includes(name);
  return vips.flatMap((vip) =>
    vip.addresses.map(({ address }) => ({ address, ...range, vip, tls: hasTls(vip) })),
  );
}

function buildTls({ certificate, key, certificates = [], vips: _, ...tls }: TlsSettings, at: Path): Tls {
  const first = certificate !== undefined && key !== undefined ? [{ certificate, key, at }] : [];
  const others = certificates.map((one, index) => ({ ...one, at: [...at, 'certificates', index] }));
  return { ...tls, certificates: [...first, ...others] };
}

/** The group's hosts, then the servers of their own; what `servers` says of a host of the group counts for it. */
function buildBackends(
  raw:
    | (Partial<Omit<NonNullable<RawInventory['services'][string]['backends']>, 'servers'>> & {
        servers?: Record<string, Partial<ServerSettings>> | undefined;
      })
    | undefined,
  hosts: ReadonlyMap<string, Host>,
  hostsOf: (group: string) => Host[],
): Backends {
  if (!raw) return { servers: [], hosts: [] };
  const { port, group = raw.servers ? undefined : 'all', servers: special = {}, tls, resolvers } = raw;
  const names = [
    ...new Set([...(group ? hostsOf(group).map((host) => host.name) : []), ...Object.keys(special)]),
  ];
  const servers = names.map((name): Server => {
    const host = hosts.get(name);
    const settings = special[name] ?? {};
    const address = settings.address ?? host?.address ?? '';
    return {
      ...(port === undefined ? {} : { port }),
      backup: false,
      ...settings,
      name,
      address,
      ...(host ? { host } : {}),
    };
  });
  return {
    ...(port === undefined ? {} : { port }),
    servers,
    hosts: servers.flatMap((server) => server.host ?? []),
    ...(tls ? { tls } : {}),
    ...(resolvers === undefined ? {} : { resolvers }),
  };
}

function buildStats({ vip: named, ...stats }: NonNullable<RawInventory['stats']>, vips: Vip[]): Stats {
  const vip = named ? vips.find((one) => one.name === named) : vips[0];
  return { ...stats, ...(vip ? { vip } : {}) };
}

/** Secret by place: a password is masked even when it is written into the inventory itself. */
function markPasswords(raw: RawInventory, secrets: Secrets): Secrets {
  const settings = [raw.ssh, ...Object.values(raw.hosts).map((host) => host.ssh)];
  for (const group of Object.values(raw.groups)) if (!Array.isArray(group)) settings.push(group.ssh);
  for (const ssh of settings) {
    for (const secret of [ssh?.password, ssh?.passphrase, ssh?.sudoPassword]) if (secret) secrets.add(secret);
  }
  if (raw.stats) secrets.add(raw.stats.password);
  if (raw.acme) secrets.add(raw.acme.key);
  for (const vip of Object.values(raw.vips)) if (vip.auth) secrets.add(vip.auth);
  for (const { tls } of Object.values(raw.services))
    if (tls) for (const { key } of buildTls(tls, []).certificates) secrets.add(key);
  for (const { password, hash } of Object.values(raw.haproxy.users).flatMap(
    Object.values<Users[string][string]>,
  ))
    secrets.add(password ?? hash ?? '');
  for (const { url, secret } of raw.hooks) {
    if (secret !== undefined) secrets.add(secret);
    // Anybody who knows the path of a chat's webhook may write to it.
    if (url !== undefined && new URL(url).pathname !== '/') secrets.add(url);
  }
  return secrets;
}

/** Paths in an inventory are relative to it; `~/` is the user's home, and `none` is no file, as OpenSSH has it. */
function resolvePaths(ssh: SshSettings, folder: string): SshSettings {
  const absolute = (path: string) =>
    path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : resolve(folder, path);
  const orNone = (path: string) => (path === 'none' ? path : absolute(path));
  return {
    ...ssh,
    ...(ssh.identityFiles ? { identityFiles: ssh.identityFiles.map(absolute) } : {}),
    ...(ssh.knownHostsFile ? { knownHostsFile: orNone(ssh.knownHostsFile) } : {}),
    ...(ssh.configFile ? { configFile: orNone(ssh.configFile) } : {}),
  };
}
