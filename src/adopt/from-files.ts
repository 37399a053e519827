import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describeFault, type Fault, InputError, UsageError } from '../errors';
import { namedFilesOf } from '../ha/haproxy/named-file';
import { readSections } from '../ha/haproxy/section';
import { serversOf } from '../ha/haproxy/server';
import { readConfiguration } from '../ha/keepalived/configuration';
import { parse } from '../ha/keepalived/parse';
import { shippedVersions } from '../host/release';
import { readAnsible } from '../inventory/ansible/beside';
import { convertAnsible } from '../inventory/ansible/convert';
import { textOfBytes } from '../resources/text-of';
import type { FoundFile, FoundHost } from './found-host';
import type { InventoryBase, Sources } from './sources';

const haproxyMain = '/etc/haproxy/haproxy.cfg';
const keepalivedMain = '/etc/keepalived/keepalived.conf';

/** What is given on the command line, as it is on this machine. */
interface Given {
  /** As the user called it. */
  file: string;
  content: Buffer;
  text: string;
  language: Language;
}

type Language = 'haproxy' | 'keepalived';

/**
 * The hosts that files tell of: each keepalived.conf is one host's, and HAProxy's files, in their order, are those of all.
 * A folder with `etc` in it is the root of the host that it is called after. What is neither is an Ansible inventory: its
 * hosts of these names are reached as it says.
 * @param note is told of what an Ansible inventory says and ours does not
 * @throws InputError for what cannot be read; UsageError where nobody's configuration is among them
 */
export function fromFiles(names: readonly string[], note: (text: string) => void): Sources {
  const isRoot = (name: string) => aboutOf(join(name, 'etc'))?.isDirectory() ?? false;
  const read = readGiven(names.filter((name) => !isRoot(name)));
  const given = read.filter((one): one is Given => one.language !== undefined);
  const [ansible, another] = read.filter(({ language }) => language === undefined);
  if (another)
    throw new UsageError(
      `--from: ${another.file} and ${ansible?.file} are neither HAProxy's nor keepalived's`,
      'one of them may be an Ansible inventory',
    );
  const told = [...names.filter(isRoot).map(hostOfRoot), ...hostsOf(given)];
  const converted = ansible && converting(ansible.file, note);
  if (told.length === 0)
    throw new UsageError(
      '--from: no file of HAProxy or keepalived is named',
      ansible ? `an inventory of ${ansible.file} alone: haprov init --from ${ansible.file}` : 'name them',
    );
  const own = told.map((host): [string, { address: string }] => [host.name, { address: addressOf(host) }]);
  const hosts = { ...Object.fromEntries(own), ...converted?.hosts };
  const others = Object.keys(hosts).length > told.length;
  const balancers = { balancers: told.map(({ name }) => name) };
  return {
    found: told.map((host) => ({ host, versions: shippedVersions(usualMajor) })),
    base: { ...converted, hosts, ...(others ? { groups: { ...converted?.groups, ...balancers } } : {}) },
  };
}

function aboutOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** What `render` takes hosts for, too. */
const usualMajor = 9;

function converting(file: string, note: (text: string) => void): InventoryBase {
  const { text, notes } = convertAnsible(readAnsible(file));
  for (const one of notes) note(describeFault(one));
  const { playbooks: _, ...base } = JSON.parse(text) as InventoryBase & { playbooks: unknown };
  return base;
}

function hostsOf(given: readonly Given[]): FoundHost[] {
  const of = (language: Language) => given.filter((one) => one.language === language);
  const placed = of('haproxy').map((one, index): [string, Given] => [
    index === 0 ? haproxyMain : `/etc/haproxy/conf.d/${basename(one.file)}`,
    one,
  ]);
  const common = placed.flatMap(([path, one]) => filesOf(one, path));
  const order = placed.map(([path]) => path);
  const hosts = namesOf(of('keepalived')).map(([name, one]) =>
    foundHost(name, [...common, ...filesOf(one, keepalivedMain)], order),
  );
  return hosts.length === 0 && common.length > 0 ? [foundHost('balancer', common, order)] : hosts;
}

function readGiven(names: readonly string[]): (Omit<Given, 'language'> & { language?: Language })[] {
  const faults: Fault[] = [];
  const read = names.flatMap((file) => {
    try {
      const content = readFileSync(file);
      const text = textOfBytes(content);
      const language = languageOf(text);
      return [{ file, content, text, ...(language ? { language } : {}) }];
    } catch (error) {
      faults.push({ file, path: '', message: `cannot be read: ${(error as Error).message}` });
      return [];
    }
  });
  if (faults.length > 0) throw new InputError(faults);
  return read;
}

const blocks = /^(?:global_defs|vrrp_\w+|virtual_server(?:_group)?|static_\w+|include[rmwba]?)$/;

function languageOf(text: string): Language | undefined {
  const { nodes } = parse(text);
  if (nodes.some((node) => node.kind === 'statement' && blocks.test(node.words[0].raw))) return 'keepalived';
  return readSections(text).length > 0 ? 'haproxy' : undefined;
}

/** By `router_id`, or else by what the file or its folder is called. */
function namesOf(files: readonly Given[]): [name: string, file: Given][] {
  const used = new Set<string>();
  return files.map((one, index) => {
    const { globals } = readConfiguration({
      files: new Map([[keepalivedMain, one.text]]),
      main: keepalivedMain,
    });
    const stem = basename(one.file)
      .replace(/\.conf$/, '')
      .replace(/^keepalived[-_.]?/, '');
    const folder = dirname(resolve(one.file))
      .split('/')
      .findLast((part) => !/^(?:etc|keepalived)$/.test(part));
    const fits = (name: string | undefined): name is string =>
      name !== undefined &&
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name) &&
      !used.has(name) &&
      name !== 'all';
    const name = [stem, globals.routerId, folder].find(fits) ?? `host${index + 1}`;
    used.add(name);
    return [name, one];
  });
}

/** A file, and what it names, where that lies beside it as it does on the host. */
function filesOf({ file, content, text, language }: Given, path: string): FoundFile[] {
  const named =
    language === 'haproxy' ? namedFilesOf(readSections(text)).map((one) => one.path) : pathsIn(text);
  const included = language === 'haproxy' ? [] : includedFolders(text);
  const beside = [...named, ...included].flatMap((one): FoundFile[] => {
    const within = one.startsWith(`${dirname(path)}/`)
      ? one.slice(dirname(path).length + 1)
      : one.startsWith('/')
        ? basename(one)
        : one;
    const local = join(dirname(file), within);
    const about = aboutOf(local);
    if (about?.isDirectory()) return filesBelow(local, one);
    return about?.isFile()
      ? [toFile(one.startsWith('/') ? one : `${dirname(path)}/${one}`, readFileSync(local))]
      : [];
  });
  return [toFile(path, content), ...beside];
}

/** What a keepalived.conf may name: paths, and what it includes. */
const pathsIn = (text: string): string[] => [
  ...[...text.matchAll(/(?<![\w/])\/[\w./-]+/g)].map(([path]) => path),
  ...[...text.matchAll(/^[ \t]*(?:@\S+[ \t]+)?include[rmwba]?[ \t]+"?([^\s"/*?[]+)"?/gm)].map(
    ([, path = '']) => path,
  ),
];

/** The folders that includes with a wildcard look into, but for the file's own. */
const includedFolders = (text: string): string[] =>
  [...text.matchAll(/^[ \t]*(?:@\S+[ \t]+)?include[rmwba]?[ \t]+"?([^\s"]+[*?[][^\s"]*)/gm)]
    .map(([, pattern = '']) => dirname(pattern))
    .filter((folder) => folder !== '.')
    .map((folder) => (folder.startsWith('/') ? folder : `${dirname(keepalivedMain)}/${folder}`));

function filesBelow(folder: string, path: string): FoundFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const local = join(folder, name);
      if (statSync(local).isDirectory()) return filesBelow(local, `${path.replace(/\/$/, '')}/${name}`);
      return [toFile(`${path.replace(/\/$/, '')}/${name}`, readFileSync(local))];
    });
}

/** Owners are guesses: what lies here is not on a host. */
function toFile(path: string, content: Buffer): FoundFile {
  const mode = content.subarray(0, 2).toString() === '#!' ? '0755' : '0644';
  return { path, content, uid: 0, gid: 0, owner: 'root', group: 'root', mode };
}

function hostOfRoot(folder: string): FoundHost {
  const files = filesBelow(join(folder, 'etc'), '/etc');
  const ofHaproxy = files
    .map(({ path }) => path)
    .filter((path) => /^\/etc\/haproxy\/(?:conf\.d\/)?[^/]+\.cfg$/.test(path));
  const order = [haproxyMain, ...ofHaproxy.filter((path) => path !== haproxyMain)].filter((path) =>
    ofHaproxy.includes(path),
  );
  return foundHost(basename(resolve(folder)), files, order);
}

function foundHost(name: string, files: readonly FoundFile[], haproxy: readonly string[]): FoundHost {
  const paths = files.map(({ path }) => path);
  return {
    name,
    haproxy: [...haproxy],
    keepalived: { main: keepalivedMain, configId: name },
    environment: new Map(),
    files: new Map(files.map((one) => [one.path, one])),
    links: new Map(),
    folders: new Set(
      files
        .map(({ path }) => dirname(path))
        .filter((folder) => !/^\/etc\/(?:haproxy|keepalived)$/.test(folder)),
    ),
    packaged: new Map(),
    big: new Map(),
    there: paths.filter((path) => /^\/etc\/(?:haproxy|keepalived)\//.test(path)),
    beside: paths.filter((path) => /^\/etc\/(?:sysconfig|systemd)\//.test(path)),
    units: new Map(),
    packages: new Map(),
    users: new Map(),
    sysctls: new Map(),
    bootSysctls: [],
  };
}

/** From where its keepalived speaks, or as whom HAProxy has it among its servers. */
function addressOf({ name, files, keepalived }: FoundHost): string {
  const texts = new Map([...files].map(([path, { content }]) => [path, textOfBytes(content)]));
  const { instances } = readConfiguration({ files: texts, ...keepalived });
  const spoken = instances.flatMap(({ unicastSource }) => unicastSource ?? [])[0];
  if (spoken !== undefined) return spoken;
  const servers = [...texts]
    .filter(([path]) => path.endsWith('.cfg'))
    .flatMap(([, text]) => readSections(text).flatMap(serversOf));
  const own = servers.find((one) => one.name === name)?.endpoint ?? '';
  return /^(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/.exec(own)?.[1] ?? name;
}
