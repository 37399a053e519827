import * as z from 'zod';
import { absolutePath, flag, mode, object, owner } from '../document/fields';
import { call } from '../shell/library';
import type { Past, RecordedStep } from './before-step';
import { bind } from './bind';
import { common, formatMode } from './fields';
import {
  noted,
  notesOn,
  type Ownership,
  ownedAs,
  ownershipChanges,
  readOwnership,
  readSurroundings,
  recordedText,
  type Surroundings,
} from './file-state';
import type { ResourceType } from './resource-type';

const schema = object({
  ...common,
  type: z.literal('directory').describe('A folder with its owner and mode.'),
  path: absolutePath().describe('Where it is on the host.'),
  owner: owner().default('root').describe('A user’s name or number.'),
  group: owner().default('root').describe('A group’s name or number.'),
  mode: mode().default('0755').transform(formatMode).describe('Its mode, as chmod takes it.'),
  keep: flag().default(false).describe('true: one that is there already stays as it is.'),
});

type DirectorySpec = z.output<typeof schema>;
type DirectoryState = { place?: Surroundings } & (
  | { kind: 'absent' }
  | { kind: 'other'; what: string }
  | { kind: 'refused'; why: string }
  | ({ kind: 'directory' } & Ownership)
);

/** A folder with its owner and mode; missing parents are created. */
export const directory: ResourceType<DirectorySpec, DirectoryState> = {
  type: 'directory',
  schema,
  target: (spec) => spec.path,
  about: (spec) => ({ path: spec.path }),
  asksFor: (spec) => ({ files: [spec.path], labels: [spec.path] }),
  probe: (spec) => call('probe_directory', spec.path, spec.owner, spec.group),
  read: readDirectory,
  shows: ({ path, owner, group, mode }) => [{ says: `directory ${path} ${owner}:${group} ${mode}` }],
  before,
  diff(spec, state, context) {
    if (state.kind === 'other') throw new Error(`${spec.path} is ${state.what}, not a folder`);
    if (state.kind === 'refused') throw new Error(`${spec.path} is ${state.why}`);
    const isThere = state.kind === 'directory';
    if (isThere && spec.keep) return [];
    const attributes = ownershipChanges(spec, isThere ? state : undefined, state.place);
    if (isThere && attributes.length === 0) return [];
    const absent = context.packagesPending ? 'absent-or-packaged' : 'absent';
    const expected: [string, string?] = isThere ? ownedAs(state) : [absent];
    return [
      {
        action: isThere ? 'update' : 'create',
        attributes,
        ...noted(...notesOn(state.place, context.packagesPending)),
        step: {
          phase: 'prepare',
          check: call('check_directory', spec.path, ...expected),
          // Five digits, because with four chmod keeps a folder's set-group-ID bit.
          run: call('make_directory', spec.path, spec.owner, spec.group, `0${spec.mode}`),
          verify: call('verify_directory', spec.path),
          undo: call('restore_directory', spec.path),
        },
      },
    ];
  },
};

function readDirectory(output: string): DirectoryState {
  const { place, rest } = readSurroundings(output);
  const row = rest.join('\n').trim();
  if (row === 'absent') return { kind: 'absent', ...place };
  if (row.startsWith('other ')) return { kind: 'other', what: row.slice('other '.length), ...place };
  if (row.startsWith('refused ')) return { kind: 'refused', why: row.slice('refused '.length), ...place };
  const owned = row.startsWith('directory ') && readOwnership(row.slice('directory '.length));
  if (!owned) throw new Error(`not a folder's state: ${output}`);
  return { kind: 'directory', ...owned, ...place };
}

function before({ target: path, record }: RecordedStep): Past[] {
  const key = `directory ${path}`;
  const { made } = record;
  if (made !== undefined)
    return [{ key, turn: 'folder', bind: (placing) => bind(leftDirectory, { path, top: made }, placing) }];
  const [, bits, owner, group] = /^([0-7]+) ([^:\s]+):(.+)\n?$/.exec(recordedText(record)) ?? [];
  if (!bits || !owner || !group) return [];
  const mode = bits.padStart(4, '0');
  const spec: DirectorySpec = { type: 'directory', path, owner, group, mode, keep: false };
  return [{ key, turn: 'reverse', bind: (placing) => bind(directory, spec, placing) }];
}

interface LeftDirectorySpec {
  path: string;
  /** The topmost folder that was created with it. */
  top: string;
}

/** Removes a folder that a run has created, unless anything else is in it. No playbook names it. */
const leftDirectory: ResourceType<LeftDirectorySpec, DirectoryState> = {
  type: 'directory',
  schema: z.object({ path: z.string(), top: z.string() }),
  target: (spec) => spec.path,
  probe: (spec) => call('probe_directory', spec.path),
  read: readDirectory,
  diff(spec, state) {
    if (state.kind !== 'directory') return [];
    return [
      {
        action: 'remove',
        attributes: [],
        notes: ['stays if anything else is in it'],
        step: {
          phase: 'commit',
          check: call('check_directory', spec.path, ...ownedAs(state)),
          run: call('leave_directory', spec.path, spec.top),
          undo: call('keep_directory'),
        },
      },
    ];
  },
};
