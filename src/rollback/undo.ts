import { ExitCode, HaprovError } from '../errors';
import type { RecordedRun, StepRecord } from '../host/history';
import type { Manifest } from '../host/transaction';
import type { Finding } from '../plan/plan';
import type { Resource } from '../playbook/expand';
import type { Notify } from '../resources/fields';
import { type FileState, readFileState } from '../resources/file-state';
import { resourceType } from '../resources/registry';
import type { ResourceType } from '../resources/resource';
import { readRunning } from '../resources/sysctl';
import { leftDirectory, runningSysctl, undoneCommand } from '../resources/undo';
import { quote } from '../shell/quote';

/** A run that is to be undone on one host, with what it wrote down there. */
export interface UndoneRun {
  run: RecordedRun & { manifest: Manifest };
  /** By the step's number. */
  records: ReadonlyMap<number, StepRecord>;
}

/** What one host must become to be as before some of its runs. */
export interface Undo {
  resources: Resource[];
  warnings: Finding[];
  /** Units that will not run afterwards. */
  stopped: string[];
  /** What files hold now, as far as it is text, and what they will hold. */
  files: { from: string; to: string }[];
}

type Step = Manifest['steps'][number];

/** Whether a step wrote a whole file, whatever type asked for it. */
export const writesFile = ({ type, target }: Step) =>
  ['file', 'line', 'sysctl'].includes(type) && target.startsWith('/');

/** What a restored file has to be told to, and the files that hold what no playbook names. */
interface Around {
  host: string;
  /** What stands at the paths of the runs' files now. */
  current: ReadonlyMap<string, FileState>;
  /** What the playbooks want of the host: who has to be told of a file. */
  byPlaybooks: readonly Resource[];
}

/**
 * The resources whose wanted state is what was before the oldest of `runs` (newest first). Where several of them
 * touched the same thing, the oldest record counts.
 * @throws HaprovError when a record is damaged.
 */
export function undoOf(runs: readonly UndoneRun[], around: Around): Undo {
  const resources: Resource[] = [];
  const folders: Resource[] = [];
  const services: Resource[] = [];
  const undo: Undo = { resources, warnings: [], stopped: [], files: [] };
  const notify = wishes(runs, around.byPlaybooks);
  const seen = new Set<string>();
  const isFirst = (key: string) => !seen.has(key) && seen.add(key).size > 0;
  const warn = (rule: string, message: string, fix: string) =>
    undo.warnings.push({ rule, severity: 'warning', where: around.host, message, fix });
  const kept: string[] = [];
  const values: Record<string, string> = {};

  for (const { run, records } of [...runs].reverse()) {
    const task = `Undo ${run.run}`;
    // What is pushed to the front is undone first: the newest, the last step of each.
    const add = (resource: Omit<Resource, 'task' | 'notify'>, told: Notify[] = []) =>
      resources.unshift({ ...resource, task, notify: told });
    run.manifest.steps.forEach((step, index) => {
      const { type, target, action } = step;
      if (type === 'rehearsal') return;
      const record = records.get(index + 1);
      if (type === 'package' || action === 'install') {
        kept.push(target);
        return;
      }
      if (!record) throw damaged(around.host, run, step);
      if (writesFile(step)) {
        if (!isFirst(`file ${target}`)) return;
        const wish = fileWish(step, record, newest(runs, target), () => damaged(around.host, run, step));
        add({ id: `file ${target}`, type: typeNamed('file'), spec: wish }, notify.get(target));
        const now = around.current.get(target);
        undo.files.push({ from: textOf(now), to: wish.rendered?.toString() ?? '' });
        const edited = edit(newest(runs, target), now);
        if (edited)
          warn('rollback-edited', `${target} ${edited}`, 'look at its diff: it goes back all the same');
      } else if (type === 'sysctl') {
        for (const [key, value] of Object.entries(readRunning(contentOf(record).toString())))
          if (value !== null && isFirst(`sysctl ${key}`)) values[key] = value;
      } else if (type === 'service') {
        if (!isFirst(`service ${target}`)) return;
        const spec = serviceWish(target, contentOf(record).toString());
        if (!spec) throw damaged(around.host, run, step);
        if (spec.running === false) undo.stopped.push(target);
        services.unshift({ id: `service ${target}`, task, type: typeNamed('service'), spec, notify: [] });
      } else if (type === 'directory') {
        if (!isFirst(`directory ${target}`)) return;
        const folder = folderWish(target, record);
        if (!folder) return;
        if (folder.isMade) folders.push({ ...folder.resource, task, notify: [] });
        else add(folder.resource);
      } else if (record.undo && record.undo !== ':') {
        const what = type === 'command' ? target : `${type} ${target}`;
        const spec = { title: `undo of ${what}`, run: record.run, undo: record.undo, timeout: record.limit };
        add({ id: `command ${run.run} ${index + 1}`, type: asAny(undoneCommand), spec });
      } else {
        warn(
          'rollback-command',
          `is not undone, since it has no "undo": ${target}`,
          'take back by hand what it did, if it matters',
        );
      }
    });
  }
  if (Object.keys(values).length > 0) {
    const task = 'Running kernel parameters as before';
    const id = `sysctl ${Object.keys(values).join(', ')}`;
    resources.push({ id, task, type: asAny(runningSysctl), spec: { values }, notify: [] });
  }
  if (kept.length > 0)
    warn(
      'rollback-packages',
      `packages stay: ${[...new Set(kept)].join(' ')}`,
      'remove them by hand if they must go',
    );
  for (const resource of resources) dropValidator(resource, undo.stopped);
  // A folder goes after all that is in it, folders too.
  const path = ({ spec }: Resource) => (spec as { path: string }).path;
  resources.push(...folders.sort((a, b) => (path(a) < path(b) ? 1 : -1)), ...services);
  return undo;
}

/** Whatever stood there before the packages' own services first ran need not please a validator: nobody will read it. */
function dropValidator({ spec, notify }: Resource, stopped: readonly string[]): void {
  const units = notify.map(unitOf);
  if (units.length > 0 && units.every((unit) => stopped.includes(unit)))
    delete (spec as { validate?: string }).validate;
}

const unitOf = (wish: Notify) => ('restart' in wish ? wish.restart : wish.reload);

const asAny = <S, T>(type: ResourceType<S, T>) => type as unknown as ResourceType;

function typeNamed(name: string): ResourceType {
  const type = resourceType(name);
  if (!type) throw new Error(`there is no resource type ${name}`);
  return type;
}

function damaged(host: string, { run }: RecordedRun, { action, type, target }: Step): HaprovError {
  return new HaprovError(
    ExitCode.failed,
    `${host}: what was before "${action} ${type} ${target}" of the run ${run} is not on record`,
    `nothing was changed; look into /var/lib/haprov/runs/${run} on the host, and put it back by hand`,
  );
}

/** The newest record of a file: what it should hold now, and who validates it. */
function newest(runs: readonly UndoneRun[], path: string): { run: RecordedRun; record: StepRecord }[] {
  return runs.flatMap(({ run, records }) =>
    run.manifest.steps.flatMap((step, index) => {
      const record = records.get(index + 1);
      return writesFile(step) && step.target === path && record ? [{ run, record }] : [];
    }),
  );
}

function fileWish(
  { target: path }: Step,
  record: StepRecord,
  records: ReturnType<typeof newest>,
  onDamage: () => HaprovError,
) {
  const common = { type: 'file', path };
  if (record.has.has('was-absent')) return { ...common, absent: true, rendered: undefined };
  const before = readFileState(record.before);
  if (before.kind !== 'file') throw onDamage();
  const { owner, group, mode } = before;
  const call = `validate_file ${quote(path)} `;
  const validated = records.map((one) => one.record.validate).find((script) => script.startsWith(call));
  const validate = validated && unquote(validated.slice(call.length));
  return { ...common, owner, group, mode, rendered: contentOf(record), ...(validate ? { validate } : {}) };
}

/** The inverse of `quote`. */
const unquote = (word: string) => (word.startsWith("'") ? word.slice(1, -1).replaceAll(`'\\''`, "'") : word);

/** All of it, also of a file that is too long to be shown. */
function contentOf({ before }: StepRecord): Buffer {
  const state = readFileState(before);
  return (state.kind === 'file' && state.content) || Buffer.alloc(0);
}

const textOf = (state: FileState | undefined) =>
  state?.kind === 'file' ? (state.content?.toString() ?? '') : '';

/** How the file is no longer what the newest of the runs made of it. */
function edit([last]: ReturnType<typeof newest>, now: FileState | undefined): string | undefined {
  if (!last || !now) return undefined;
  const { run, record } = last;
  if (record.after === undefined)
    return now.kind === 'absent' ? undefined : `is there again since ${run.run} took it away`;
  if (now.kind === 'absent') return `is gone since ${run.run} wrote it`;
  return now.kind === 'file' && now.sha256 === record.after
    ? undefined
    : `was edited since ${run.run} wrote it`;
}

function serviceWish(unit: string, before: string) {
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(before)?.[1];
  const active = value('ActiveState');
  const enabled = value('UnitFileState');
  if (!active) return undefined;
  return {
    type: 'service',
    unit,
    running: ['active', 'activating', 'reloading', 'refreshing'].includes(active),
    ...(enabled === 'enabled'
      ? { enabled: true }
      : enabled === 'disabled' || !enabled
        ? { enabled: false }
        : {}),
  };
}

function folderWish(
  path: string,
  record: StepRecord,
): { isMade: boolean; resource: Omit<Resource, 'task' | 'notify'> } | undefined {
  const id = `directory ${path}`;
  if (record.made)
    return { isMade: true, resource: { id, type: asAny(leftDirectory), spec: { path, top: record.made } } };
  const [, bits, owner, group] = /^([0-7]+) ([^:\s]+):(.+)\n?$/.exec(contentOf(record).toString()) ?? [];
  if (!bits || !owner || !group) return undefined;
  const spec = { type: 'directory', path, owner, group, mode: bits.padStart(4, '0') };
  return { isMade: false, resource: { id, type: typeNamed('directory'), spec } };
}

/**
 * Which services have to be told of which file: those that the playbooks name for it; and of what the undone runs
 * reloaded beside those, all files that no playbook knows (any more).
 */
function wishes(runs: readonly UndoneRun[], byPlaybooks: readonly Resource[]): Map<string, Notify[]> {
  const known = new Map(
    byPlaybooks.map(({ spec, notify }) => [(spec as { path?: string }).path ?? '', notify]),
  );
  const result = new Map<string, Notify[]>();
  for (const { manifest } of runs.map(({ run }) => run)) {
    const paths = manifest.steps.filter(writesFile).map(({ target }) => target);
    const named = paths.flatMap((path) => known.get(path) ?? []).map(unitOf);
    const others = manifest.steps.flatMap(({ type, action, target }): Notify[] => {
      if (type !== 'service' || named.includes(target)) return [];
      return action === 'reload' ? [{ reload: target }] : action === 'restart' ? [{ restart: target }] : [];
    });
    const strangers = paths.filter((path) => !known.has(path));
    const told = strangers.length > 0 ? strangers : paths;
    for (const path of paths) {
      const all = [
        ...(result.get(path) ?? []),
        ...(known.get(path) ?? []),
        ...(told.includes(path) ? others : []),
      ];
      result.set(path, [...new Map(all.map((wish) => [JSON.stringify(wish), wish])).values()]);
    }
  }
  return result;
}
