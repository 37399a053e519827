import { type FileSpec, modeOf } from '../resources/file';
import type { Difference } from '../resources/resource';
import type { HostKnowledge } from './context';
import type { Resource } from './expand';

/** What a host would have by one of its resources. */
export type Rendered = RenderedFile | RenderedOther;

export interface RenderedFile {
  task: string;
  /** The whole content, nothing masked. */
  content: Buffer;
  path: string;
  owner: string;
  group: string;
  mode: string;
  /** All of it, not only the secrets of the inventory that may stand in it. */
  isSecret: boolean;
  /** The template or file that it is made from. */
  origin?: string;
}

export interface RenderedOther {
  task: string;
  type: string;
  target: string;
  /** In one line: `service httpd: enabled, running`. */
  says: string;
}

export const isFile = (one: Rendered): one is RenderedFile => 'content' in one;

/** What a host would have by `resources`, in their order. @param knowledge what stands for the host's own answers. */
export function renderResources(resources: readonly Resource[], knowledge: HostKnowledge): Rendered[] {
  return resources.flatMap((resource): Rendered[] => {
    const { task, type, spec, renderContent, origin } = resource;
    if (type.type === 'sysctl') return renderSysctl(resource, knowledge);
    const { absent, path, owner, group, secret } = spec as FileSpec;
    if (!renderContent || absent)
      return [{ task, type: type.type, target: type.target(spec), says: says(resource) }];
    const content = renderContent(knowledge);
    const isSecret = secret || content.includes(' PRIVATE KEY-----');
    const from = origin?.();
    const mode = modeOf({ ...(spec as FileSpec), rendered: content });
    return [{ task, content, path, owner, group, mode, isSecret, ...(from ? { origin: from } : {}) }];
  });
}

const editedInPlace = '/etc/sysctl.conf';

/** The drop-in, as the resource itself writes it on a host that has none; EL6 has only a file that is edited. */
function renderSysctl({ task, type, spec }: Resource, { major }: HostKnowledge): Rendered[] {
  const { path, values } = spec as { path: string; values: Record<string, unknown> };
  const bare = { running: {}, boot: [], place: { path, isOurs: true, name: path }, file: { kind: 'absent' } };
  const [written]: (Difference | undefined)[] = type.diff(spec, bare, { packagesPending: true });
  const content = written?.text?.to;
  if (content === undefined || content === null) return [];
  if (major > 6 && path !== editedInPlace) {
    const place = { path, owner: 'root', group: 'root', mode: '0644' };
    return [{ task, content: Buffer.from(content), ...place, isSecret: false }];
  }
  const settings = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
  const says = `lines in ${editedInPlace}: ${settings.join(', ')}`;
  return [{ task, type: type.type, target: editedInPlace, says }];
}

function says({ type, spec }: Resource): string {
  const head = `${type.type} ${type.target(spec)}`;
  const fields = spec as Record<string, string | undefined>;
  switch (type.type) {
    case 'file':
      return `no file ${fields.path}`;
    case 'directory':
      return `${head} ${fields.owner}:${fields.group} ${fields.mode}`;
    case 'line':
      return `line in ${fields.path}: ${fields.line}`;
    case 'service':
      return [head, serviceState(fields)].filter(Boolean).join(': ');
    case 'firewall':
      return `${head}: ${[fields.ports, fields.protocols].flat().join(', ')}, where firewalld runs`;
    case 'selinux':
      return `${head}, where SELinux is on`;
    default:
      return head;
  }
}

function serviceState({ enabled, running }: { enabled?: unknown; running?: unknown }): string {
  const words = [
    enabled === undefined ? '' : enabled ? 'enabled' : 'disabled',
    running === undefined ? '' : running ? 'running' : 'stopped',
  ];
  return words.filter(Boolean).join(', ');
}

/** The text that the bytes are; nothing where they are none. */
export function asText(content: Buffer): string | undefined {
  const text = content.toString();
  return Buffer.from(text).equals(content) ? text : undefined;
}
