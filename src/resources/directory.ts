import { z } from 'zod';
import { absolutePath, object } from '../document/fields';
import { quote } from '../shell/quote';
import { common, formatMode, mode, owner } from './fields';
import { ownershipChanges } from './file-state';
import type { ResourceType } from './resource';

const schema = object({
  ...common,
  type: z.literal('directory'),
  path: absolutePath(),
  owner: owner().default('root'),
  group: owner().default('root'),
  mode: mode().default('0755').transform(formatMode),
});

type DirectorySpec = z.output<typeof schema>;
type DirectoryState =
  | { kind: 'absent' }
  | { kind: 'other'; what: string }
  | { kind: 'directory'; owner: string; group: string; mode: string };

/** A folder with its owner and mode; its parents are made as needed. */
export const directory: ResourceType<DirectorySpec, DirectoryState> = {
  type: 'directory',
  schema,
  target: (spec) => spec.path,
  probe: (spec) => `probe_directory ${quote(spec.path)}`,
  read(output) {
    const [kind, owner, group, mode] = output.trim().split(' ');
    if (kind === 'absent') return { kind };
    if (kind === 'other') return { kind, what: output.trim().slice('other '.length) };
    if (kind !== 'directory' || !owner || !group || !mode) throw new Error(`not a folder's state: ${output}`);
    return { kind, owner, group, mode: mode.padStart(4, '0') };
  },
  diff(spec, state, context) {
    if (state.kind === 'other') throw new Error(`${spec.path} is ${state.what}, not a folder`);
    const attributes = ownershipChanges(
      spec,
      state.kind === 'directory' ? { ...state, kind: 'file', size: 0, sha256: '' } : { kind: 'absent' },
    );
    if (state.kind === 'directory' && attributes.length === 0) return [];
    const path = quote(spec.path);
    const expected =
      state.kind === 'directory'
        ? `${state.mode} ${state.owner}:${state.group}`
        : context.packagesPending
          ? 'absent-or-packaged'
          : 'absent';
    return [
      {
        action: state.kind === 'absent' ? 'create' : 'update',
        attributes,
        step: {
          phase: 'prepare',
          check: `check_directory ${path} ${expected}`,
          run: `make_directory ${path} ${quote(spec.owner)} ${quote(spec.group)} ${spec.mode}`,
          undo: `restore_directory ${path}`,
        },
      },
    ];
  },
};
