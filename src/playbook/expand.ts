import type { Path } from '../document/document';
import { faultAt, faultsToReport } from '../document/faults';
import { describeFault, type Fault, InputError } from '../errors';
import type { Host, Inventory, Vars } from '../inventory/inventory';
import type { KnownType, Entry as ValidEntry } from '../resources/bind';
import type { BoundResource, Placing } from '../resources/bound-resource';
import { resourceType } from '../resources/registry';
import type { ContentSource } from '../resources/resource';
import { contentField, contentOf, originOf } from './content';
import { anyHost, contextFor, type HostKnowledge, withItem } from './context';
import { fill, type Unfilled } from './fill';
import type { Playbook } from './playbook';
import type { PlaybookOutline } from './schema';
import { strict } from './strict';

/** One resource that one host is to have, its strings filled in. */
export type Resource = BoundResource<HostKnowledge>;

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
  if (faults.length > 0) throw new InputError(faultsToReport(faults));
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
      const entry = entryOf(type, raw, at, withItem(context, item), playbook, faults);
      if (!entry) return [];
      const placing: Placing<HostKnowledge> = {
        task: task.name,
        mask: (text) => inventory.secrets.mask(text),
      };
      const { content: source } = entry;
      if (source) {
        placing.content = onceForAnyHost(contentOf(source, inventory, host, playbook, item));
        placing.origin = () => originOf(source, inventory, host, playbook);
        faults.push(...contentFaults(placing.content, source, at, playbook));
      }
      return [{ resource: entry.bind(placing), playbook, at }];
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
function entryOf(
  type: KnownType,
  raw: object,
  at: Path,
  context: Record<string, unknown>,
  { document }: Playbook,
  faults: Fault[],
): ValidEntry | undefined {
  const unfilled: Unfilled[] = [];
  const value = fill(raw, at, context, unfilled);
  const checked = type.check({ document, value, at, unknown: unfilled.map(({ path }) => path) });
  faults.push(...unfilled.map(({ path, message }) => faultAt(document, path, message)), ...checked.faults);
  return checked.entry;
}

type WriteContent = NonNullable<Resource['content']>;

/** What is rendered for a host that was not asked yet is looked at more than once: to see whether it can be, and by lint. */
function onceForAnyHost(write: WriteContent): WriteContent {
  let draft: Buffer | undefined;
  return (knowledge) => {
    if (knowledge !== anyHost) return write(knowledge);
    draft ??= write(anyHost);
    return draft;
  };
}

/** Renders for a host that was not asked yet, to see whether it can be. */
function contentFaults(
  write: WriteContent,
  source: ContentSource,
  at: Path,
  { document }: Playbook,
): Fault[] {
  try {
    write(anyHost);
    return [];
  } catch (error) {
    if (error instanceof InputError) return [...error.faults];
    return [faultAt(document, [...at, contentField(source)], (error as Error).message)];
  }
}

/** Two playbooks may ask for the very same package or service: once is enough. */
function withoutRepeats(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ resource: { id, spec, notify, mayRepeat } }) => {
    const key = JSON.stringify([id, spec, notify]);
    const isRepeat = mayRepeat && seen.has(key);
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

/** What a resource decides about alone. */
const claim = ({ id, about }: Resource): string => about.path ?? id;
