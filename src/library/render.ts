import { isUtf8 } from 'node:buffer';
import { didYouMean } from '../document/suggest';
import { UsageError } from '../errors';
import { shippedVersions } from '../host/release';
import type { Inventory } from '../inventory/inventory';
import type { CommonOptions, Context } from '../planning/context';
import { loadAndTell } from '../planning/desired-state';
import { anyHost, type HostKnowledge } from '../playbook/context';
import { isFile, type Rendered, type RenderedFile, type RenderedLine } from '../resources/rendered';
import { textOfBytes } from '../resources/text-of';

export interface RenderOptions extends Pick<CommonOptions, 'inventory' | 'loaded'> {
  /** Only this host. */
  host?: string;
  /** The EL major version that is assumed for all hosts. */
  el: number;
  /** Secrets as they are, not `***`. */
  showSecrets: boolean;
}

/** A host, and the resources that it would have, in the playbooks' order. */
export interface RenderedHost {
  host: string;
  address: string;
  /** `hasSecret`: the file on the host has a secret, for which `***` stands here unless secrets were asked for. */
  resources: ((RenderedFile & { hasSecret: boolean }) | RenderedLine)[];
}

/** What hosts would have, and a sentence for each fact that only a host knows, and that was assumed. */
export interface RenderedState {
  inventory: string;
  assumptions: string[];
  hosts: RenderedHost[];
}

/** What `apply` would put on the hosts. Asks none. @throws InputError, UsageError */
export async function render(options: RenderOptions, context: Context): Promise<RenderedState> {
  const { inventory, wanted } = await loadAndTell(options, context);
  const knowledge = assumedOf(options.el);
  const mask = (text: string) => inventory.secrets.mask(text);
  const hosts = inventory.hosts.filter(({ name }) => name === (options.host ?? name));
  if (hosts.length === 0) {
    const known = inventory.hosts.map(({ name }) => name);
    throw new UsageError(
      `--host: there is no host "${options.host}"${didYouMean(options.host ?? '', known)}`,
      `the hosts: ${known.join(', ')}`,
    );
  }
  const shown = (one: Rendered): RenderedHost['resources'][number] => {
    if (!isFile(one))
      return options.showSecrets ? one : { ...one, target: mask(one.target), says: mask(one.says) };
    const masked = maskedContent(one, mask);
    return {
      ...one,
      content: options.showSecrets ? one.content : masked,
      hasSecret: !masked.equals(one.content),
    };
  };
  const rendered = hosts.map((host) => ({
    host: host.name,
    address: options.showSecrets ? host.address : mask(host.address),
    resources: (wanted.get(host) ?? []).flatMap((resource) => resource.shows(knowledge)).map(shown),
  }));
  const names = hosts.map(({ name }) => name);
  return {
    inventory: inventory.name,
    assumptions: assumptionsOf(inventory, names, knowledge),
    hosts: rendered,
  };
}

const assumedOf = (major: number): HostKnowledge => ({
  ...anyHost,
  major,
  versions: shippedVersions(major),
});

function maskedContent({ content, isSecret }: RenderedFile, mask: (text: string) => string): Buffer {
  if (isSecret) return Buffer.from('***\n');
  const text = textOfBytes(content);
  const shown = mask(text);
  return shown === text ? content : Buffer.from(shown, isUtf8(content) ? 'utf8' : 'latin1');
}

/** A sentence for each fact that only a host knows and that was assumed. */
function assumptionsOf({ vips }: Inventory, hosts: readonly string[], knowledge: HostKnowledge): string[] {
  const asked = vips.filter(
    (vip) => vip.interface === undefined && vip.members.some(({ host }) => hosts.includes(host.name)),
  );
  return [
    `EL ${knowledge.major} stands for what each host is, with its HAProxy ${knowledge.versions.haproxy} and keepalived ${knowledge.versions.keepalived} (--el says another)`,
    ...asked.map(
      (vip) =>
        `${knowledge.interfaceOf(vip)} stands for the interface of VIP ${vip.name}, which each host will tell (or vips.${vip.name}.interface)`,
    ),
  ];
}
