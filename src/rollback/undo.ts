import { ExitCode, HaprovError } from '../errors';
import type { RecordedRun, StepRecord } from '../host/history';
import { bootType, type Manifest, rehearsal } from '../host/transaction';
import type { Finding } from '../plan/plan';
import type { Resource } from '../playbook/expand';
import type { Back } from '../resources/before-step';
import type { Notify } from '../resources/fields';
import type { FileState } from '../resources/file-state';
import { before, touchedBy } from '../resources/registry';
import { runningValues } from '../resources/sysctl';
import { textOfBytes } from '../resources/text-of';
import { unitOf } from '../resources/unit';

/** A run to undo on one host, with its records there. */
export interface UndoneRun {
  run: RecordedRun & { manifest: Manifest };
  /** By step number, from 1. */
  records: ReadonlyMap<number, StepRecord>;
}

/** How one host becomes as it was before some of its runs. */
export interface Undo {
  resources: Resource[];
  warnings: Finding[];
  /** Units that will not run afterwards. */
  stopped: string[];
  /** The text of each file now (empty where it is no text file) and after the undo. */
  files: { from: string; to: string }[];
}

type Step = Manifest['steps'][number];

/** The path of the file that a step wrote whole. */
export const fileOf = (step: Step): string | undefined => touchedBy(step).file;

/** What the undo needs to know of the host besides its runs. */
interface Around {
  host: string;
  /** The state now of each path that a run wrote. */
  current: ReadonlyMap<string, FileState>;
  /** The resources of the playbooks: they name the units that reload for a file. */
  byPlaybooks: readonly Resource[];
}

/**
 * The resources whose wanted state is the state before the oldest of `runs` (newest first). Where several runs touched
 * the same thing, the oldest record counts.
 * @throws HaprovError when a record is damaged.
 */
export function undoOf(runs: readonly UndoneRun[], { host, current, byPlaybooks }: Around): Undo {
  const undo: Undo = { resources: [], warnings: [], stopped: [], files: [] };
  const told = wishes(runs, byPlaybooks);
  const warn = (rule: string, message: string, fix: string) =>
    undo.warnings.push({ rule, severity: 'warning', where: host, message, fix });
  const seen = new Set<string>();
  const kept = new Set<string>();
  const values: Record<string, string> = {};
  const found: { past: Back; task: string; notify: Notify[] }[] = [];

  for (const { run, records } of [...runs].reverse()) {
    for (const [index, step] of run.manifest.steps.entries()) {
      const { type, target, action, attributes } = step;
      if (type === rehearsal || type === bootType) continue;
      if (action === 'install') {
        kept.add(target);
        continue;
      }
      const record = records.get(index + 1);
      if (!record) throw damaged(host, run, step);
      if (record.has.has('purged')) throw purged(host, run, step);
      const path = fileOf(step);
      const writers = path === undefined ? [] : newest(runs, path);
      const validator = writers.map((one) => one.record.validator).find(Boolean);
      const id = `${run.run} ${index + 1}`;
      const pasts = before({ type, target, id, attributes, record, validator });
      if (!pasts)
        warn(
          'rollback-command',
          `is not undone, since it has no "undo": ${target}`,
          'take back by hand what it did, if it matters',
        );
      for (const past of pasts ?? []) {
        if (seen.has(past.key)) continue;
        seen.add(past.key);
        if (past.turn === 'damaged') throw damaged(host, run, step);
        if (past.turn === 'values') {
          Object.assign(values, past.values);
          continue;
        }
        const notify = past.isLoaded ? restartedBy(run.manifest) : told.get(path ?? '');
        found.unshift({ past, task: `Undo ${run.run}`, notify: notify ?? [] });
        if (past.stops !== undefined) undo.stopped.push(past.stops);
        if (path === undefined || past.text === undefined) continue;
        const now = current.get(path);
        undo.files.push({ from: textOf(now), to: past.text });
        const edited = edit(writers, now);
        if (edited)
          warn('rollback-edited', `${path} ${edited}`, 'look at its diff: the rollback replaces it');
      }
    }
  }
  if (kept.size > 0)
    warn('rollback-packages', `packages stay: ${[...kept].join(' ')}`, 'remove them by hand if they must go');
  // A file whose units will all be stopped is not validated: what a package brought need not be valid, and nobody reads it.
  const isRead = (notify: Notify[]) =>
    notify.length === 0 || notify.some((wish) => !undo.stopped.includes(unitOf(wish)));
  const inTurn = (turn: Back['turn']) => found.filter(({ past }) => past.turn === turn);
  const bound = (all: typeof found) =>
    all.map(({ past, task, notify }) => past.bind({ task, notify }, isRead(notify)));
  // A folder is removed after its subfolders.
  const folders = inTurn('folder').sort((a, b) => (a.past.key < b.past.key ? 1 : -1));
  undo.resources.push(
    ...bound(inTurn('reverse')),
    ...(Object.keys(values).length > 0
      ? [runningValues(values, { task: 'Running kernel parameters as before' })]
      : []),
    ...bound(folders),
    ...bound(inTurn('unit')),
  );
  return undo;
}

/** To restart again what a run has restarted. */
const restartedBy = ({ steps }: Manifest): Notify[] =>
  steps
    .filter(({ action }) => action === 'restart')
    .flatMap((step) => touchedBy(step).unit ?? [])
    .map((restart) => ({ restart }));

function purged(host: string, { run }: RecordedRun, { target }: Step): HaprovError {
  return new HaprovError(
    ExitCode.failed,
    `${host}: what ${target} was before the run ${run} is wiped (haprov log --purge), so that it cannot come back`,
    'nothing was changed; put the inventory back as it was then, from your repository, and apply it',
  );
}

function damaged(host: string, { run }: RecordedRun, { action, type, target }: Step): HaprovError {
  return new HaprovError(
    ExitCode.failed,
    `${host}: what was before "${action} ${type} ${target}" of the run ${run} is not on record`,
    `nothing was changed; look into /var/lib/haprov/runs/${run} on the host, and put it back by hand`,
  );
}

/** The records of a file, newest run first: the first says what the file should hold now. */
function newest(runs: readonly UndoneRun[], path: string): { run: RecordedRun; record: StepRecord }[] {
  return runs.flatMap(({ run, records }) =>
    run.manifest.steps.flatMap((step, index) => {
      const record = records.get(index + 1);
      return fileOf(step) === path && record ? [{ run, record }] : [];
    }),
  );
}

const textOf = (state: FileState | undefined) =>
  state?.kind === 'file' ? textOfBytes(state.content ?? Buffer.alloc(0)) : '';

/** How the file differs from what the newest run made of it; undefined where it does not. */
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

/**
 * The units to reload or restart for each file: those that the playbooks name for it. The other units that the undone
 * runs reloaded or restarted are added to the files that no playbook has any more, or to all where there are none.
 */
function wishes(runs: readonly UndoneRun[], byPlaybooks: readonly Resource[]): Map<string, Notify[]> {
  const known = new Map(byPlaybooks.map(({ about, notify }) => [about.path ?? '', notify]));
  const result = new Map<string, Notify[]>();
  for (const { manifest } of runs.map(({ run }) => run)) {
    const paths = manifest.steps.flatMap((step) => fileOf(step) ?? []);
    const named = paths.flatMap((path) => known.get(path) ?? []).map(unitOf);
    const others = manifest.steps.flatMap((step): Notify[] => {
      const { unit } = touchedBy(step);
      if (unit === undefined || named.includes(unit)) return [];
      const { action } = step;
      return action === 'reload' ? [{ reload: unit }] : action === 'restart' ? [{ restart: unit }] : [];
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
