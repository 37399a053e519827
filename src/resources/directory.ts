import * as z from 'zod';
import { absolutePath, object } from '../document/fields';
import { quote } from '../shell/quote';
import { common, formatMode, mode, owner } from './fields';
import { asStatSays, ownershipChanges } from './file-state';
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
    const row = output.trim();
    if (row === 'absent') return { kind: 'absent' };
    if (row.startsWith('other ')) return { kind: 'other', what: row.slice('other '.length) };
    const [, owner, group, mode] = /^directory (\S+) (.+) ([0-7]{1,4})$/.exec(row) ?? [];
    if (!owner || !group || !mode) throw new Error(`not a folder's state: ${output}`);
    return { kind: 'directory', owner, group, mode: mode.padStart(4, '0') };
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
        ? `${asStatSays(state.mode)} ${quote(state.owner)}:${quote(state.group)}`
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
          // Five digits: with four, chmod keeps a folder's set-group-ID bit.
          run: `make_directory ${path} ${quote(spec.owner)} ${quote(spec.group)} 0${spec.mode}`,
          undo: `restore_directory ${path}`,
        },
      },
    ];
  },
};
