import { createHash } from 'node:crypto';
import { quote } from '../shell/quote';
import type { Attribute, Script } from './resource';

/** What stands at a path on a host. */
export type FileState =
  | { kind: 'absent' }
  | { kind: 'other'; what: string }
  | {
      kind: 'file';
      owner: string;
      group: string;
      mode: string;
      size: number;
      sha256: string;
      content?: Buffer;
    };

/** Files up to this size come back with their content, for the diff. */
const contentLimit = 262_144;

/** Prints the state of `path` (a link is followed) for {@link readFileState}. */
export function probeFile(path: string): Script {
  return `probe_file ${quote(path)} ${contentLimit}`;
}

/** Prints the state of the file that sets kernel parameters at boot, after what it is and what else sets them. */
export function probeSysctlFile(path: string): Script {
  return `probe_sysctl_file ${quote(path)} ${contentLimit}`;
}

export function readFileState(output: string): FileState {
  const [head = '', ...rest] = output.split('\n');
  if (head === 'absent') return { kind: 'absent' };
  if (head.startsWith('other ')) return { kind: 'other', what: head.slice('other '.length) };
  // A directory server's groups have names such as "domain users".
  const [, owner, group, mode, size, sha256] =
    /^file (\S+) (.+) ([0-7]{1,4}) (\d+) ([0-9a-f]{64}|-)$/.exec(head) ?? [];
  if (!owner || !group || !mode || !size || !sha256) throw new Error(`not a file's state: ${head}`);
  const complete = Number(size) <= contentLimit;
  const content = complete ? Buffer.from(rest.join('').trim(), 'base64') : undefined;
  if (sha256 === '-' && !content) throw new Error(`a file without its content or sum: ${head}`);
  return {
    kind: 'file',
    owner,
    group,
    mode: mode.padStart(4, '0'),
    size: Number(size),
    sha256: sha256 === '-' ? sumOf(content ?? '') : sha256,
    ...(content ? { content } : {}),
  };
}

const sumOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

export { sumOf as sha256 };

/** A mode as `stat -c %a` prints it: `/etc/shadow`'s 0000 is "0". */
export const asStatSays = (mode: string) => mode.replace(/^0+(?=.)/, '');

/** The words for `check_file`: what must still be at the path when the step runs. */
export function expectation(state: FileState, packagesPending: boolean): string {
  if (state.kind === 'file')
    return `${state.sha256} ${asStatSays(state.mode)} ${quote(state.owner)}:${quote(state.group)}`;
  return packagesPending ? 'absent-or-packaged' : 'absent';
}

export interface FileWish {
  owner?: string;
  group?: string;
  mode?: string;
}

/** The attributes of ownership that differ; for a new file, those that it will have. */
export function ownershipChanges(wish: FileWish, state: FileState): Attribute[] {
  const now = state.kind === 'file' ? state : undefined;
  return (['owner', 'group', 'mode'] as const).flatMap((name) => {
    const to = wish[name];
    const from = now?.[name] ?? null;
    return to === undefined || to === from ? [] : [{ name, from, to }];
  });
}
