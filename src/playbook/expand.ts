import type { Path } from '../document/document';
import { faultAt, settled } from '../document/faults';
import { validate } from '../document/validate';
import { describeFault, type Fault, InputError } from '../errors';
import type { Host, Inventory, Vars } from '../inventory/inventory';
import type { Secrets } from '../inventory/secrets';
import type { Notify } from '../resources/fields';
import type { FileSpec } from '../resources/file';
import type { LineSpec } from '../resources/line';
import { resourceType } from '../resources/registry';
import type { ResourceType } from '../resources/resource';
import { contentField, contentOf, originOf } from './content';
import { anyHost, contextFor, type HostKnowledge } from './context';
import { fill, type Unfilled } from './fill';
import type { Playbook } from './playbook';
import type { PlaybookOutline } from './schema';
import { strict } from './strict';

/** One resource that one host is to have, its strings filled in. */
export interface Resource {
  /** Unique on its host: `file /etc/hosts`. */
  id: string;
  task: string;
  type: ResourceType;
  spec: unknown;
  notify: Notify[];
  /** Writes what the file must hold, once the host has told what it must. */
  renderContent?: (knowledge: HostKnowledge) => Buffer;
  /** The template or file on this machine that it is made from. */
  origin?: () => string | undefined;
}

/** A resource, and where in which playbook it stands. */
interface Entry {
  resource: Resource;
  playbook: Playbook;
  at: Path;
}

/**
 * What `host` is to have, in the playbooks' order.
 * Everything is filled in and checked, templates too, before any host is asked anything.
 * @throws InputError with the faults of all playbooks and templates.
 */
export function expand(inventory: Inventory, playbooks: readonly Playbook[], host: Host): Resource[] {
  const faults: Fault[] = [];
  const entries = withoutRepeats(
    playbooks.flatMap((playbook) => expandPlaybook(inventory, playbook, host, faults)),
  );
  faults.push(...clashes(entries));
  if (faults.length > 0) throw new InputError(settled(faults));
  return entries.map(({ resource }) => resource);
}

function expandPlaybook(inventory: Inventory, playbook: Playbook, host: Host, faults: Fault[]): Entry[] {
  const context = contextFor(inventory, host, playbook.outline.vars as Vars, anyHost);
  return playbook.outline.tasks.flatMap((task, taskIndex) => {
    if (!host.groups.includes(task.group)) return [];
    const each = task.resources.flatMap((raw, index) => {
      const at: Path = ['tasks', taskIndex, 'resources', index];
      return repeat(raw, at, context, playbook, faults).map((repeated) => ({ ...repeated, at }));
    });
    return each.flatMap(({ raw, at, item }): Entry[] => {
      const type = resourceType(raw.type);
      if (!type) return [];
      const spec = specOf(type, raw, at, { ...context, ...item }, playbook, faults);
      if (!spec) return [];
      const { notify } = spec as { notify?: Notify | Notify[] };
      const resource: Resource = {
        id: `${type.type} ${type.target(spec)}`,
        task: task.name,
        type,
        spec,
        notify: notify ? [notify].flat() : [],
      };
      if (type.type === 'file') {
        resource.renderContent = onceForAnyHost(contentOf(spec as FileSpec, inventory, host, playbook, item));
        resource.origin = () => originOf(spec as FileSpec, playbook);
        faults.push(...contentFaults(resource.renderContent, spec as FileSpec, at, playbook));
      }
      if (['file', 'line'].includes(type.type)) noteSecret(resource, inventory.secrets);
      return [{ resource, playbook, at }];
    });
  });
}

type RawResource = PlaybookOutline['tasks'][number]['resources'][number];

/** A resource as often as its "forEach" has items, each with the name that its strings see. */
function repeat(
  { forEach, ...raw }: RawResource,
  at: Path,
  context: Record<string, unknown>,
  { document }: Playbook,
  faults: Fault[],
): { raw: RawResource; item: { item?: unknown } }[] {
  const resource = raw as RawResource;
  if (forEach === undefined) return [{ raw: resource, item: {} }];
  const unfilled: Unfilled[] = [];
  const items = fill(forEach, [...at, 'forEach'], context, unfilled);
  faults.push(...unfilled.map(({ path, message }) => faultAt(document, path, message)));
  if (Array.isArray(items))
    return items.map((item) => ({ raw: resource, item: { item: strict(item, 'item') } }));
  if (unfilled.length === 0)
    faults.push(faultAt(document, [...at, 'forEach'], 'is no list', 'a list, as { "var": "certificates" }'));
  return [];
}

/** The entry with its strings filled in, and checked; nothing when it is at fault. */
function specOf(
  type: ResourceType,
  raw: object,
  at: Path,
  context: Record<string, unknown>,
  { document }: Playbook,
  faults: Fault[],
): object | undefined {
  const unfilled: Unfilled[] = [];
  const value = fill(raw, at, context, unfilled);
  const checked = validate(type.schema, { document, value, at, unknown: unfilled.map(({ path }) => path) });
  faults.push(...unfilled.map(({ path, message }) => faultAt(document, path, message)), ...checked.faults);
  return checked.ok ? (checked.value as object) : undefined;
}

type RenderContent = NonNullable<Resource['renderContent']>;

/** What is rendered for a host that was not asked yet is looked at more than once: to see whether it can be, and by lint. */
function onceForAnyHost(renderContent: RenderContent): RenderContent {
  let draft: Buffer | undefined;
  return (knowledge) => {
    if (knowledge !== anyHost) return renderContent(knowledge);
    draft ??= renderContent(anyHost);
    return draft;
  };
}

/** Whether a secret is in what is written: then not everybody may read it. */
function noteSecret({ spec, renderContent }: Resource, secrets: Secrets): void {
  const wish = spec as Partial<Pick<LineSpec, 'line'>> & Pick<FileSpec, 'absent' | 'holdsSecret'>;
  let text = wish.line ?? '';
  try {
    if (renderContent && !wish.absent) text = renderContent(anyHost).toString();
  } catch {
    // It is at fault, which is told already.
  }
  if (secrets.mask(text) !== text) wish.holdsSecret = true;
}

/** Renders for a host that was not asked yet, to see whether it can be. */
function contentFaults(
  renderContent: RenderContent,
  spec: FileSpec,
  at: Path,
  { document }: Playbook,
): Fault[] {
  try {
    renderContent(anyHost);
    return [];
  } catch (error) {
    if (error instanceof InputError) return [...error.faults];
    return [faultAt(document, [...at, contentField(spec)], (error as Error).message)];
  }
}

/** Two playbooks may ask for the very same package or service: once is enough. */
function withoutRepeats(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ resource: { id, type, spec, notify } }) => {
    const key = JSON.stringify([id, spec, notify]);
    const isRepeat = seen.has(key) && ['package', 'service'].includes(type.type);
    seen.add(key);
    return !isRepeat;
  });
}

/** Resources of one host that would write over each other, or over themselves. */
function clashes(entries: readonly Entry[]): Fault[] {
  const seen = new Map<string, Entry>();
  return entries.flatMap((entry) => {
    const { resource, playbook, at } = entry;
    const first = seen.get(claim(resource));
    if (!first) {
      seen.set(claim(resource), entry);
      return [];
    }
    const place = faultAt(
      first.playbook.document,
      first.at,
      `is "${first.resource.id}" of task "${first.resource.task}"`,
    );
    const message = `${claim(resource)} has a resource already: ${describeFault(place)}`;
    return [faultAt(playbook.document, at, message, 'one resource for it on each host')];
  });
}

/** What a resource decides about alone: whoever writes a path, writes all of it. */
function claim({ id, type, spec }: Resource): string {
  return ['file', 'line', 'directory'].includes(type.type) ? (spec as { path: string }).path : id;
}
