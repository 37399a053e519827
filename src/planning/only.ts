import { didYouMean } from '../document/suggest';
import { UsageError } from '../errors';
import type { Host } from '../inventory/inventory';
import type { FullPlan, PlannedChange, PlannedHost } from '../plan/plan';
import type { Resource } from '../playbook/expand';

/**
 * Whether the words of `--only` name a resource: a task, a type, a resource ("service haproxy") or what it is about ("haproxy"),
 * or a path, with `*` for what is in a folder and `**` for all below it. What a file notifies is reloaded all the same.
 * @param wanted all that there is
 * @throws UsageError where a word names nothing, with what there is
 */
export function picker(
  words: readonly string[],
  wanted: ReadonlyMap<Host, readonly Resource[]>,
): (resource: Resource) => boolean {
  const all = [...wanted.values()].flat();
  const names = words
    .flatMap((word) => (isTask(all, word) ? [word] : word.split(',')))
    .map((word) => word.trim())
    .filter(Boolean);
  if (names.length === 0)
    throw new UsageError(
      '--only names nothing',
      'leave --only out for all of it; was a shell variable empty?',
    );
  const tests = names.map((name) => {
    const fits = fitting(name);
    if (!all.some(fits)) throw nothingCalled(name, all);
    return fits;
  });
  return (resource) => tests.some((fits) => fits(resource));
}

const isTask = (all: readonly Resource[], word: string) => all.some(({ task }) => isSame(task, word.trim()));
const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

function fitting(name: string): (resource: Resource) => boolean {
  const path = name.startsWith('/') ? pathPattern(name) : undefined;
  return ({ task, type, id, target, about }) =>
    path
      ? [target, about.path ?? ''].some((one) => path.test(one))
      : isSame(task, name) ||
        [type, id, target, ...(about.packages ?? []), ...Object.keys(about.values ?? {})].includes(name);
}

function pathPattern(name: string): RegExp {
  const parts = (name.endsWith('/') ? `${name}**` : name).split(/(\*\*|\*|\?)/);
  const any: Record<string, string> = { '**': '.*', '*': '[^/]*', '?': '[^/]' };
  const source = parts.map((part) => any[part] ?? part.replace(/[\\^$.+()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${source.join('')}$`, 's');
}

const mostPaths = 12;

function nothingCalled(name: string, all: readonly Resource[]): UsageError {
  const each = (of: (resource: Resource) => string | undefined) => [
    ...new Set(all.flatMap((one) => of(one) ?? [])),
  ];
  const tasks = each(({ task }) => task);
  const types = each(({ type }) => type);
  const paths = each(({ about }) => about.path);
  const more = paths.length > mostPaths ? `, and ${paths.length - mostPaths} more` : '';
  const known = name.startsWith('/') ? paths : [...tasks, ...types];
  return new UsageError(
    `--only: no task, type, resource or path is "${name}"${didYouMean(name, known)}`,
    [
      `tasks: ${tasks.map((task) => `"${task}"`).join(', ')}`,
      `types: ${types.join(', ')}`,
      `paths: ${paths.slice(0, mostPaths).join(', ')}${more}`,
    ].join('; '),
  );
}

/**
 * The units that are to run, and do, by what a host differs in as a whole: they are to run after a part of it, too.
 * @param changes absent where the host cannot be planned as a whole
 */
export function runningUnits(
  resources: readonly Resource[],
  changes: readonly PlannedChange[] | undefined,
): string[] {
  const starts = changes?.filter(({ attributes }) => attributes.some(({ name }) => name === 'active'));
  return resources.flatMap(({ unit, about }) =>
    unit !== undefined && about.runs && starts?.every((change) => change.unit !== unit) ? [unit] : [],
  );
}

/** What the hosts differ in as a whole, and what of it a plan of a part leaves. */
export interface Part {
  whole: Pick<FullPlan, 'hosts'>;
  left: Pick<FullPlan, 'hosts'>;
}

/** @param whole by host; one that cannot be planned as a whole is absent */
export function partOf(planned: readonly PlannedHost[], whole: ReadonlyMap<Host, PlannedChange[]>): Part {
  const changesOf = new Map([...whole].map(([{ name }, changes]) => [name, changes]));
  const hosts = planned.map((one) => ({ ...one, changes: changesOf.get(one.host) ?? one.changes }));
  return {
    whole: { hosts },
    left: {
      hosts: hosts.map((one, index) => ({
        ...one,
        changes: one.changes.filter(({ id }) => !planned[index]?.changes.some((made) => made.id === id)),
      })),
    },
  };
}
