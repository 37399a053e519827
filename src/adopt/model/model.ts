import {
  type Configuration as HaproxyConfiguration,
  readConfiguration as readHaproxy,
} from '../../ha/haproxy/section';
import { readConfiguration as readKeepalived } from '../../ha/keepalived/configuration';
import { readEffective } from '../../ha/keepalived/effective';
import { parse } from '../../ha/keepalived/parse';
import { settingsOf } from '../../ha/keepalived/settings';
import { type Node, tokensOf } from '../../ha/keepalived/syntax';
import { schemaFile } from '../../inventory/schema/schema';
import { textOfBytes } from '../../resources/text-of';
import type { Adopted, AdoptedHost } from '../adopted';
import { placeOf } from '../adopted';
import { besides } from '../besides';
import { configOf } from '../inventory';
import { asJson } from '../made';
import { holdsSecret } from '../secret';
import type { InventoryBase } from '../sources';
import { modelOfHaproxy } from './haproxy';
import { type Behaviour, behaviours } from './haproxy-behaviour';
import { linesOf, modelOfKeepalived, ownerOf } from './keepalived';
import { keepalivedBehaviours } from './keepalived-behaviour';

/** What stays as it is written, with the reason; it is added to as one learns. */
export interface Kept {
  /** Proxies that stay sections. */
  proxies: Set<string>;
  /** Programs that keep their own files, and why. */
  programs: Map<'haproxy' | 'keepalived', string[]>;
}

/** A folder's inventory, and its files by their places in it. */
export interface Model {
  inventory: object;
  files: Map<string, { content: Buffer; isSecret: boolean }>;
  /** What is said by keys, for the report. */
  said: string[];
  /** What no key says: the headings of blocks that stand in the inventory as they are written. */
  sections: string[];
}

/** What is read of a host, by the program. */
export const haproxyOf = ({ found, versions, named }: AdoptedHost): HaproxyConfiguration =>
  readHaproxy(
    named.found
      .filter(({ of, what }) => of === 'haproxy' && what === 'configuration')
      .map(({ path }) => ({ file: path, text: textAt(found.files, path) })),
    { version: versions.haproxy, variables: found.environment },
  );

export const keepalivedOf = (host: AdoptedHost) => readKeepalived(sourceOf(host));

const sourceOf = ({ found, versions }: AdoptedHost) => ({
  files: new Map([...found.files].map(([path, { content }]) => [path, textOfBytes(content)])),
  ...found.keepalived,
  version: versions.keepalived,
});

const textAt = (files: AdoptedHost['found']['files'], path: string) =>
  textOfBytes(files.get(path)?.content ?? Buffer.alloc(0));

/** The inventory of a pair with as much as possible said in the model. */
export function modelOf({ hosts, files }: Adopted, base: InventoryBase, kept: Kept): Model {
  const written: Model['files'] = new Map();
  const said: string[] = [];
  const put = (place: string, text: string) => {
    written.set(place, { content: Buffer.from(text), isSecret: true });
    return { file: place };
  };
  const vips = kept.programs.has('keepalived') ? undefined : vipsOf(hosts, kept, put);
  if (vips) said.push(...Object.keys(vips.keys.vips).map((name) => `vips.${name}`));
  const haproxy = kept.programs.has('haproxy') ? undefined : servicesOf(hosts, kept, { put, base });
  // Whose HAProxy has no place that answers haprov's check would give the address up.
  if (vips && !haproxy) for (const vip of Object.values(vips.keys.vips)) vip.check = { haproxy: false };
  if (haproxy) said.push(...Object.keys(haproxy.keys.services ?? {}).map((name) => `services.${name}`));
  const own = files.filter(({ of, what }) => kept.programs.has(of) || what !== 'configuration');
  for (const file of own)
    for (const [host, { content }] of file.on)
      written.set(placeOf(file, host), { content, isSecret: file.isSecret });
  const beside = own.filter(({ of }) => !kept.programs.has(of));
  const isWritten = { haproxy: haproxy !== undefined, keepalived: vips !== undefined };
  const gone = files.filter(
    ({ of, what, path }) => isWritten[of] && what === 'configuration' && !mains.includes(path),
  );
  const group = playbookFor(hosts, kept) === 'address-only' ? 'pair' : 'balancers';
  const names = hosts.map(({ found }) => found.name);
  const pushed = besides(beside, gone, {
    name: 'Files that the configuration names',
    group,
    hosts: names,
  });
  if (pushed)
    written.set('files.json', {
      content: asJson(pushed.playbook),
      isSecret: false,
    });
  const inventory = {
    $schema: schemaFile,
    ...base,
    groups: { ...base.groups, [group]: names, ...pushed?.groups },
    ...sysctlOf(hosts),
    ...vips?.keys,
    ...haproxy?.keys,
    ...(kept.programs.has('haproxy') ? configOf(files, hosts, 'haproxy') : {}),
    ...(kept.programs.has('keepalived') ? configOf(files, hosts, 'keepalived') : {}),
    playbooks: [...(pushed ? ['./files.json'] : []), playbookFor(hosts, kept)],
  };
  const sections = [...(haproxy?.headings ?? []), ...(vips?.headings ?? [])];
  return { inventory, files: written, said, sections };
}

const haproxyMain = '/etc/haproxy/haproxy.cfg';
export const keepalivedMain = '/etc/keepalived/keepalived.conf';
const mains = [haproxyMain, keepalivedMain];

/** What has its own files for all that it runs needs nothing of the model; what runs no HAProxy is not given one. */
function playbookFor(hosts: readonly AdoptedHost[], { programs }: Kept): string {
  const balances = hosts.some(({ found }) => found.haproxy.length > 0);
  if (programs.has('keepalived') && (programs.has('haproxy') || !balances)) return 'own-configuration';
  return balances ? 'load-balancer' : 'address-only';
}

/** What a pair rests on, and every host has by now. */
function sysctlOf(hosts: readonly AdoptedHost[]): { sysctl?: Record<string, string> } {
  const keys = ['net.ipv4.ip_nonlocal_bind', 'net.ipv6.ip_nonlocal_bind', 'net.ipv4.ip_forward'];
  const set = keys.filter((key) => hosts.every(({ found }) => found.sysctls.get(key) === '1'));
  return set.length > 0 ? { sysctl: Object.fromEntries(set.map((key) => [key, '1'])) } : {};
}

/** Its first line of `.if` and the like, which an inventory cannot have: `FILE:LINE: .if …`. */
const macroOf = ({ files }: HaproxyConfiguration): string | undefined =>
  files
    .flatMap(({ file, syntax }) =>
      syntax.lines.map(({ tokens }, index) => ({
        at: `${file ?? ''}:${index + 1}`,
        row: tokens
          .map(({ raw }) => raw)
          .join('')
          .trim(),
      })),
    )
    .filter(({ row }) => /^\.[a-z]/.test(row))
    .map(({ at, row }) => `${at}: ${row}`)[0];

type Put = (place: string, text: string) => { file: string };

/** Its first line that is no comment. */
const headingOf = (text: string): string =>
  text
    .split('\n')
    .find((line) => !/^\s*(?:[#!].*)?$/.test(line))
    ?.trim()
    .replace(/\s*\{$/, '') ?? '';

/** A text that may stand in the inventory, or the place of one that may not. */
const hidden = (text: string, place: string, put: Put) => (holdsSecret(text) ? put(place, text) : text);

function vipsOf(hosts: readonly AdoptedHost[], kept: Kept, put: Put) {
  const own = hosts.map((host) => ({
    host: host.found.name,
    configuration: keepalivedOf(host),
    blocks: blocksOf(host),
  }));
  const { vips, keepalived, passwords, refused } = modelOfKeepalived(own);
  if (hosts.some(({ found }) => found.keepalived.main !== keepalivedMain))
    refused.push(`it does not begin with ${keepalivedMain} on all hosts`);
  if (refused.length > 0 || Object.keys(vips).length === 0) {
    kept.programs.set('keepalived', refused.length > 0 ? refused : ['it has no vrrp_instance']);
    return undefined;
  }
  for (const [name, password] of passwords)
    Object.assign(vips[name] ?? {}, { auth: put(`secrets/auth-${name}`, password) });
  const sections = keepalived.sections?.map((text, index) =>
    hidden(text, `secrets/keepalived-${index + 1}`, put),
  );
  return {
    keys: { vips, ...(sections ? { keepalived: { sections } } : {}) },
    headings: (keepalived.sections ?? []).map(headingOf),
  };
}

/**
 * What stands outside of what haprov writes, each program with whom it runs as: with its comments, where it is plain text; as
 * keepalived understands it, where it has names and conditions.
 */
function blocksOf(host: AdoptedHost): string[] {
  const owner = ownerOf(keepalivedOf(host)).join(' ');
  const texts = host.named.found
    .filter(({ of, what }) => of === 'keepalived' && what === 'configuration')
    .map(({ path }) => textAt(host.found.files, path));
  const isPlain = texts.every((text) => !/^\s*[@$~]|\$[{A-Za-z_]/m.test(text));
  const { nodes, dialect } = readEffective(sourceOf(host));
  const blocks = isPlain
    ? texts.flatMap(blocksIn)
    : settingsOf(nodes, dialect)
        .filter(({ keyword }) => !written.test(keyword))
        .map((one) => linesOf(one).join('\n'));
  return blocks.map((text) => withOwner(text, owner));
}

const withOwner = (text: string, owner: string): string =>
  (/^(?:\s*[#!].*\n)*\s*vrrp_script\b/.test(text) && !/^\s*user\s/m.test(text)
    ? text.replace(/\n?[ \t]*\}\s*$/, `\n    user ${owner}\n}`)
    : text
  ).replace(
    /^([ \t]*notify(?:_(?:master|backup|fault|stop))?[ \t]+(?:"[^"\n]*"|[^\s"]+))[ \t]*$/gm,
    `$1 ${owner}`,
  );

const blocksIn = (text: string): string[] =>
  parse(text)
    .nodes.filter((node) => node.kind === 'statement' && !written.test(node.words[0].raw))
    .map((node) => textOf(node));

const written = /^(?:vrrp_instance|vrrp_sync_group|global_defs|include[rmwba]?)$/;

const textOf = (node: Node): string =>
  [...tokensOf([node])]
    .map(({ lead, raw }) => lead + raw)
    .join('')
    .replace(/^\s*\n/, '');

function servicesOf(
  hosts: readonly AdoptedHost[],
  kept: Kept,
  { put, base }: { put: Put; base: InventoryBase },
): { keys: { services?: object; haproxy?: object }; headings: string[] } | undefined {
  const [first, ...others] = hosts.map(haproxyOf);
  if (!first || first.sections.length === 0) return undefined;
  const mains = new Set(hosts.map(({ found }) => found.haproxy[0]));
  if (mains.size > 1 || !mains.has(haproxyMain)) {
    kept.programs.set('haproxy', [`it does not begin with ${haproxyMain} on all hosts`]);
    return undefined;
  }
  const macro = [first, ...others].map(macroOf).find((one) => one !== undefined);
  if (macro !== undefined) {
    kept.programs.set('haproxy', [`it has lines that hold in some cases only: ${macro}`]);
    return undefined;
  }
  const asText = (one: HaproxyConfiguration) => JSON.stringify([...behaviours(one.sections)]);
  if (others.some((one) => asText(one) !== asText(first))) {
    kept.programs.set('haproxy', ['its configuration does not do the same on all hosts']);
    return undefined;
  }
  const addresses = Object.entries(base.hosts).map(([name, { address }]): [string, string] => [
    name,
    String(address),
  ]);
  const vips = kept.programs.has('keepalived')
    ? []
    : hosts
        .slice(0, 1)
        .flatMap((host) =>
          keepalivedOf(host).instances.flatMap(({ name, addresses: own }) =>
            own.map((one): [string, string] => [one.name.replace(/\/.*/, ''), name]),
          ),
        );
  const { services, haproxy } = modelOfHaproxy(first, {
    hosts: new Map(addresses),
    vips: new Map(vips),
    kept: kept.proxies,
  });
  const sections = haproxy.sections?.map((text, index) =>
    hidden(text, `secrets/haproxy-${index + 1}.cfg`, put),
  );
  return {
    keys: {
      ...(Object.keys(services).length > 0 ? { services } : {}),
      haproxy: { ...haproxy, ...(sections ? { sections } : {}) },
    },
    headings: (haproxy.sections ?? []).map(headingOf),
  };
}

/** What a host's programs do, as they are found; of those that keep their files nothing. */
export const doneBy = (host: AdoptedHost, programs: Kept['programs']): Map<string, Behaviour> =>
  new Map([
    ...(programs.has('haproxy') ? [] : behaviours(haproxyOf(host).sections)),
    ...(programs.has('keepalived') || !host.found.files.has(host.found.keepalived.main)
      ? []
      : keepalivedBehaviours(keepalivedOf(host))),
  ]);
