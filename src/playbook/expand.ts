import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Path } from '../document/document';
import { faultAt, validate } from '../document/validate';
import { type Fault, InputError } from '../errors';
import type { Host, Inventory, Vars } from '../inventory/inventory';
import type { Notify } from '../resources/fields';
import type { FileSpec } from '../resources/file';
import { resourceType } from '../resources/registry';
import type { ResourceType } from '../resources/resource';
import { anyHost, contextFor, type HostKnowledge } from './context';
import { escapeFor, escapePlain } from './escape';
import { type Playbook, searchFolders } from './load';
import { render, TemplateError } from './template';

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
}

/**
 * What `host` is to have, in the playbooks' order.
 * Everything is filled in and checked, templates too, before any host is asked anything.
 * @throws InputError with the faults of all playbooks and templates.
 */
export function expand(inventory: Inventory, playbooks: readonly Playbook[], host: Host): Resource[] {
  const faults: Fault[] = [];
  const resources = playbooks.flatMap((playbook) => expandPlaybook(inventory, playbook, host, faults));
  const seen = new Map<string, string>();
  for (const { id, task } of resources) {
    const first = seen.get(id);
    if (first !== undefined)
      faults.push({
        file: inventory.file,
        path: 'playbooks',
        message: `${id} is in task "${first}" and again in task "${task}", for host ${host.name}`,
      });
    seen.set(id, task);
  }
  if (faults.length > 0) throw new InputError(faults);
  return resources;
}

function expandPlaybook(inventory: Inventory, playbook: Playbook, host: Host, faults: Fault[]): Resource[] {
  const { outline, document } = playbook;
  const context = contextFor(inventory, host, outline.vars as Vars, anyHost);
  return outline.tasks.flatMap((task, taskIndex) => {
    if (!host.groups.includes(task.group)) return [];
    return task.resources.flatMap((raw, index): Resource[] => {
      const at: Path = ['tasks', taskIndex, 'resources', index];
      const type = resourceType(raw.type);
      if (!type) return [];
      const before = faults.length;
      const filled = fill(raw, at, context, playbook, faults);
      if (faults.length > before) return [];
      const checked = validate(type.schema, document, filled, at);
      if (!checked.ok) {
        faults.push(...checked.faults);
        return [];
      }
      const spec = checked.value;
      const { notify } = spec as { notify?: Notify | Notify[] };
      const resource: Resource = {
        id: `${type.type} ${type.target(spec)}`,
        task: task.name,
        type,
        spec,
        notify: notify ? [notify].flat() : [],
      };
      if (type.type !== 'file') return [resource];
      const fileSpec = spec as FileSpec;
      const renderContent = contentOf(fileSpec, inventory, host, playbook);
      try {
        renderContent(anyHost);
      } catch (error) {
        faults.push(asFault(error, at, fileSpec, playbook));
      }
      return [{ ...resource, renderContent }];
    });
  });
}

/** Fills in the strings of a playbook's entry: `<%= … %>` inside one, or `{ "var": "a.b" }` for a value as it is. */
function fill(
  node: unknown,
  path: Path,
  context: Record<string, unknown>,
  playbook: Playbook,
  faults: Fault[],
): unknown {
  if (typeof node === 'string') {
    if (!node.includes('<%')) return node;
    try {
      return render(node, 'text', context, escapePlain);
    } catch (error) {
      faults.push(
        faultAt(playbook.document, path, error instanceof TemplateError ? error.why : String(error)),
      );
      return node;
    }
  }
  if (Array.isArray(node))
    return node.map((item, index) => fill(item, [...path, index], context, playbook, faults));
  if (typeof node !== 'object' || node === null) return node;
  const keys = Object.keys(node);
  const variable = (node as { var?: unknown }).var;
  if (keys.length === 1 && typeof variable === 'string') {
    try {
      return structuredCloneOf(
        variable
          .split('.')
          .reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], checkedNames(context)),
      );
    } catch (error) {
      faults.push(faultAt(playbook.document, path, (error as Error).message));
      return undefined;
    }
  }
  return Object.fromEntries(
    keys.map((key) => [
      key,
      fill((node as Record<string, unknown>)[key], [...path, key], context, playbook, faults),
    ]),
  );
}

function checkedNames(context: Record<string, unknown>): Record<string, unknown> {
  return new Proxy(context, {
    get(target, key) {
      if (typeof key === 'string' && key in target) return target[key];
      throw new ReferenceError(
        `there is no variable "${String(key)}"; there are ${Object.keys(target).join(', ')}`,
      );
    },
  });
}

/** A copy without the watching that templates get. */
const structuredCloneOf = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

function contentOf(
  spec: FileSpec,
  inventory: Inventory,
  host: Host,
  playbook: Playbook,
): (knowledge: HostKnowledge) => Buffer {
  const { template, source, content } = spec;
  if (template !== undefined) {
    return (knowledge) => {
      const file = find(inventory, playbook, 'templates', `${template}.ejs`);
      const context = contextFor(inventory, host, playbook.outline.vars as Vars, knowledge);
      const text = render(readFileSync(file, 'utf8'), `${template}.ejs`, context, escapeFor(template));
      return Buffer.from(text.endsWith('\n') ? text : `${text}\n`);
    };
  }
  if (source !== undefined)
    return () => readFileSync(isAbsolute(source) ? source : find(inventory, playbook, 'files', source));
  const text = content ?? '';
  return () => Buffer.from(text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

function find(inventory: Inventory, playbook: Playbook, kind: 'templates' | 'files', name: string): string {
  const tried = searchFolders(inventory, playbook).map((folder) => join(folder, kind, name));
  if (kind === 'files') tried.unshift(join(playbook.folder, name));
  for (const file of tried) {
    try {
      readFileSync(file);
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(
    `there is no ${kind === 'templates' ? 'template' : 'file'} "${name}"; looked for ${tried.join(', ')}`,
  );
}

function asFault(error: unknown, at: Path, spec: FileSpec, playbook: Playbook): Fault {
  if (error instanceof TemplateError) {
    return {
      file: error.template,
      path: '',
      ...(error.line === undefined ? {} : { line: error.line }),
      message: error.why,
    };
  }
  const field = spec.template !== undefined ? 'template' : 'source';
  return faultAt(playbook.document, [...at, field], (error as Error).message);
}
