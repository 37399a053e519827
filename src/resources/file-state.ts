import { createHash } from 'node:crypto';
import { call } from '../shell/library';
import type { Attribute, Script } from './resource';

/** What to know about the place that a path leads to; all absent at an ordinary place. */
export interface Surroundings {
  /** Where its symbolic links lead. */
  real?: string;
  /** The first folder on the way that others than root can change, and who: `/srv/www, which the group web can change`. */
  shared?: string;
  /** The number of hard links, where it is not 1. */
  names?: number;
  /** Wanted owners that the host does not have: `user redis`. */
  missing?: string[];
  /** SELinux's types, where it is on: `null` for none, `?` where no program on the host can tell. */
  label?: { now: string | null; wanted: string | null };
}

/** Owners, by number and by name, and mode with four digits. */
export interface Ownership {
  uid: number;
  gid: number;
  owner: string;
  group: string;
  mode: string;
}

/** The state of a path on a host. */
export type FileState = { place?: Surroundings } & (
  | { kind: 'absent' }
  | { kind: 'other'; what: string }
  /** The host does not look at it, and why. */
  | { kind: 'refused'; why: string }
  | ({ kind: 'file'; size: number; sha256: string; content?: Buffer } & Ownership)
);

/** In bytes. Smaller files come with their content, for the diff. */
const contentLimit = 262_144;

/** A script that prints the state of `path` for {@link readFileState}. @param owners the wanted owners */
export function probeFile(path: string, owners?: { owner: string; group: string }): Script {
  const wanted: [owner?: string, group?: string] = owners ? [owners.owner, owners.group] : [];
  return call('probe_file', path, contentLimit, ...wanted);
}

/** A script that prints what sets kernel parameters at boot, how `path` is written there, and that file's state. */
export function probeSysctlFile(path: string): Script {
  return call('probe_sysctl_file', path, contentLimit);
}

/** Reads what `probe_file` prints. @throws Error where it is something else */
export function readFileState(output: string): FileState {
  const { place, rest } = readSurroundings(output);
  const [head = '', ...rows] = rest;
  if (head === 'absent') return { kind: 'absent', ...place };
  if (head.startsWith('other ')) return { kind: 'other', what: head.slice('other '.length), ...place };
  if (head.startsWith('refused ')) return { kind: 'refused', why: head.slice('refused '.length), ...place };
  const [, owners = '', size, sha256] = /^file (.*) (\d+) ([0-9a-f]{64}|-)$/.exec(head) ?? [];
  const owned = readOwnership(owners);
  if (!owned || !size || !sha256) throw new Error(`not a file's state: ${head}`);
  const complete = sha256 === '-' || Number(size) <= contentLimit;
  const content = complete ? Buffer.from(rows.join('').trim(), 'base64') : undefined;
  if (content && content.length !== Number(size) && sha256 === '-')
    throw new Error(`a file without its content or sum: ${head}`);
  return {
    kind: 'file',
    ...owned,
    size: Number(size),
    sha256: sha256 === '-' ? sumOf(content ?? '') : sha256,
    ...(content ? { content } : {}),
    ...place,
  };
}

/** Reads `UID:USER GID:GROUP MODE`; a directory server's groups may have spaces ("domain users"). */
export function readOwnership(text: string): Ownership | undefined {
  const [, uid, owner, gid, group, mode] = /^(\d+):(.+) (\d+):(.+) ([0-7]{1,4})$/.exec(text) ?? [];
  if (!uid || !owner || !gid || !group || !mode) return undefined;
  return { uid: Number(uid), gid: Number(gid), owner, group, mode: mode.padStart(4, '0') };
}

/** Reads the rows about the place before a state; `rest` are the rows after them. */
export function readSurroundings(output: string): { place: { place?: Surroundings }; rest: string[] } {
  const rows = output.split('\n');
  const place: Surroundings = {};
  const missing: string[] = [];
  let at = 0;
  for (; at < rows.length; at += 1) {
    const [, key, value = ''] = /^(real|shared|names|missing|label)=(.+)$/.exec(rows[at] ?? '') ?? [];
    if (!key) break;
    if (key === 'real' || key === 'shared') place[key] = value;
    if (key === 'names') place.names = Number(value);
    if (key === 'missing') missing.push(value);
    if (key === 'label') {
      const [now = '-', wanted = '-'] = value.split(' ');
      place.label = { now: now === '-' ? null : now, wanted: wanted === '-' ? null : wanted };
    }
  }
  if (missing.length > 0) place.missing = missing;
  return { place: Object.keys(place).length > 0 ? { place } : {}, rest: rows.slice(at) };
}

const sumOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

export { sumOf as sha256 };

/** A mode as `stat -c %a` prints it: "0" for 0000. */
const asStatSays = (mode: string) => mode.replace(/^0+(?=.)/, '');

/** @throws Error where `path` is not a file, or the host does not look at it. */
export function requireFile(
  path: string,
  state: FileState,
): asserts state is FileState & { kind: 'file' | 'absent' } {
  if (state.kind === 'other') throw new Error(`${path} is ${state.what}, not a file`);
  if (state.kind === 'refused') throw new Error(`${path} is ${state.why}`);
}

/** Mode and owners as `stat -c '%a %u:%g'` prints them. */
export const ownedAs = ({ mode, uid, gid }: Ownership): [mode: string, owners: string] => [
  asStatSays(mode),
  `${uid}:${gid}`,
];

/** The words for `check_file`: what must still be at the path when the step runs. */
export function expectation(
  state: FileState,
  packagesPending: boolean,
): [expected: string, mode?: string, owners?: string] {
  if (state.kind === 'file') return [state.sha256, ...ownedAs(state)];
  return [packagesPending ? 'absent-or-packaged' : 'absent'];
}

/** Wanted owners, by name, and mode with four digits; absent where they may be anything. */
interface FileWish {
  owner?: string;
  group?: string;
  mode?: string;
}

/** The attributes that differ: owners, mode, and SELinux's label; all wanted ones where nothing is there (`now`). */
export function ownershipChanges(
  wish: FileWish,
  now: Ownership | undefined,
  place: Surroundings | undefined,
): Attribute[] {
  const owned = (['owner', 'group', 'mode'] as const).flatMap((name): Attribute[] => {
    const to = wish[name];
    const from = now?.[name] ?? null;
    return to === undefined || to === from ? [] : [{ name, from, to }];
  });
  const { now: from = null, wanted = null } = place?.label ?? {};
  const isSo = wanted === null || wanted === '?' || wanted === from;
  return isSo ? owned : [...owned, { name: 'label', from, to: wanted }];
}

/** What the operator should know before something is changed there, a sentence each. */
export function notesOn(
  { real, shared, names, missing = [], label }: Surroundings = {},
  packagesPending = false,
): string[] {
  return [
    ...(real === undefined ? [] : [`a link leads to ${real}, which is what changes`]),
    ...(shared === undefined
      ? []
      : [`${shared}: no link is followed there, and what is staged is out of their reach`]),
    ...(names === undefined
      ? []
      : [
          `it has ${names} names (hard links): the ${names === 2 ? 'other one keeps' : 'others keep'} the old content`,
        ]),
    ...missing.map((who) =>
      packagesPending
        ? `the host has no ${who} yet: a package of this plan should bring it`
        : `the host has no ${who}: it must be there before this is made`,
    ),
    ...(label?.wanted === '?'
      ? [
          'SELinux is on, and the host has neither matchpathcon nor restorecon: nobody can tell which label is right',
        ]
      : []),
  ];
}

/** The bytes that a step recorded: a file's whole content, or the record of another type. */
export function recordedBytes({ before }: { before: string }): Buffer {
  const state = readFileState(before);
  return (state.kind === 'file' && state.content) || Buffer.alloc(0);
}

/** As {@link recordedBytes}, as text. */
export const recordedText = (record: { before: string }) => recordedBytes(record).toString();

/** `{ notes }`, or nothing without notes. */
export const noted = (...notes: string[]) => (notes.length > 0 ? { notes } : {});
