import * as z from 'zod';
import { absolutePath, object, record, sysctlKey, sysctlValue } from '../document/fields';
import { call } from '../shell/library';
import type { Past, RecordedStep } from './before-step';
import { bind } from './bind';
import type { BoundResource, HostKind, Placing } from './bound-resource';
import { common } from './fields';
import { fileBefore, replaceFile } from './file';
import {
  type FileState,
  noted,
  notesOn,
  ownershipChanges,
  probeSysctlFile,
  readFileState,
  recordedText,
  requireFile,
  sha256,
} from './file-state';
import type { Attribute, DiffContext, Difference } from './resource';
import type { ResourceType } from './resource-type';
import { assignAll, keysIn, overrulers } from './sysctl-conf';
import { formOnHost, isSameValue, normalValue } from './sysctl-value';

const schema = object({
  ...common,
  type: z.literal('sysctl').describe('Kernel parameters: the running value and the one on disk.'),
  values: record(sysctlKey(), sysctlValue(), 'an object of key: value').describe(
    'The parameters, by their names.',
  ),
  path: absolutePath()
    .default('/etc/sysctl.d/99-zz-haprov.conf')
    .describe(
      'Sorts after EL7’s 99-sysctl.conf, so it wins at boot. EL6 has only sysctl.conf, which is edited in place.',
    ),
});

type SysctlSpec = z.output<typeof schema>;
interface SysctlState {
  /** Key → running value; `null` where this kernel has no such key. */
  running: Record<string, string | null>;
  /** The assignments that the boot reads: `FILE:LINE`. */
  boot: string[];
  /** The file for the values: a drop-in of haprov, or sysctl.conf, which is edited in place. */
  place: { path: string; isOurs: boolean; name: string };
  file: FileState;
}

/** Kernel parameters: the running values, and the values that the boot sets. */
export const sysctl: ResourceType<SysctlSpec, SysctlState> = {
  type: 'sysctl',
  schema,
  part: 'sysctl',
  isDaily: true,
  target: (spec) => spec.path,
  touches: (target) => (target.startsWith('/') ? { file: target } : undefined),
  about: ({ path, values }) => ({
    path,
    values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])),
  }),
  asksFor: (spec) => ({ files: [spec.path], labels: [spec.path] }),
  probe: (spec) => [call('probe_sysctls', ...keys(spec)), 'echo =', probeSysctlFile(spec.path)].join('\n'),
  read(output) {
    const rows = output.split('\n');
    const first = rows.indexOf('=');
    const second = rows.indexOf('=', first + 1);
    const [, how, name, path] = /^(edit|write) (\S+) (\/.*)$/.exec(rows[second + 1] ?? '') ?? [];
    if (first < 0 || second < 0 || !path || !name)
      throw new Error(`not kernel parameters: ${output.slice(0, 200)}`);
    return {
      running: readRunning(rows.slice(0, first).join('\n')),
      boot: rows.slice(first + 1, second),
      place: { path, isOurs: how === 'write', name },
      file: readFileState(rows.slice(second + 2).join('\n')),
    };
  },
  shows(spec, _context, major) {
    if (keys(spec).length === 0) return [];
    const { path } = spec;
    if (major > 6 && path !== editedInPlace) {
      const content = Buffer.from(render(spec));
      return [{ content, path, owner: 'root', group: 'root', mode: '0644', isSecret: false }];
    }
    const settings = Object.entries(spec.values).map(([key, value]) => `${key} = ${value}`);
    const says = `lines in ${editedInPlace}: ${settings.join(', ')}`;
    return [{ target: editedInPlace, says, edits: true }];
  },
  before,
  diff(spec, state, context) {
    if (keys(spec).length === 0) return [];
    const missing = keys(spec).filter((key) => state.running[key] === null);
    if (missing.length > 0)
      throw new Error(
        `this kernel has no sysctl ${missing.join(', ')}: check the name, or load the module that brings it`,
      );
    const wanted = valuesOf(spec);
    const changed = keys(spec).filter(
      (key) => !isSameValue(key, state.running[key] ?? '', wanted[key] ?? ''),
    );
    const attributes = changed.map(
      (key): Attribute => ({ name: key, from: state.running[key] ?? null, to: wanted[key] ?? null }),
    );
    const differences = [
      ...changeFile(spec, state, context),
      ...(attributes.length > 0 ? [changeRunning(attributes)] : []),
    ];
    const notes = overrulers(state.boot, state.place.name, wanted).map(
      ({ path, key, value }) =>
        `${path} is read later at boot and sets ${key} = ${value}: take it out there, or it comes back with the next boot`,
    );
    return differences.map((one, index) =>
      index === 0 ? { ...one, ...noted(...(one.notes ?? []), ...notes) } : one,
    );
  },
};

function changeFile(spec: SysctlSpec, { place, file }: SysctlState, context: DiffContext): Difference[] {
  const { path, isOurs } = place;
  requireFile(path, file);
  const content = isOurs ? Buffer.from(render(spec)) : edited(spec, place.path, file);
  const now = file.kind === 'file' ? file : undefined;
  const { owner, group, mode } = now && !isOurs ? now : { owner: 'root', group: 'root', mode: '0644' };
  // A new file belongs to root, as usual, so the plan does not show its owners.
  const attributes = now ? ownershipChanges({ owner, group, mode }, now, now.place) : [];
  const isSame = now !== undefined && sha256(content) === now.sha256;
  const gone = isOurs
    ? keysIn(now?.content?.toString() ?? '').filter((key) => !Object.hasOwn(spec.values, key))
    : [];
  if (isSame && attributes.length === 0) return [];
  return [
    {
      action: file.kind === 'absent' ? 'create' : 'update',
      ...(path === spec.path ? {} : { target: path }),
      attributes,
      ...(isSame
        ? {}
        : { text: { from: now ? (now.content?.toString() ?? '') : null, to: content.toString() } }),
      ...noted(
        ...notesOn(file.place),
        ...(gone.length > 0
          ? [`${gone.join(', ')}: what runs stays until the next boot; sysctl -w sets another one now`]
          : []),
      ),
      step: replaceFile({ path, owner, group, mode }, content, file, context),
    },
  ];
}

/** Edits bytes as latin1, because comments may be in any character set. */
function edited(spec: SysctlSpec, path: string, file: FileState): Buffer {
  if (file.kind === 'file' && !file.content)
    throw new Error(`${path} has ${file.size} bytes, which is too long to be edited: shorten it by hand`);
  const bytes = (text: string) => Buffer.from(text).toString('latin1');
  const values = Object.fromEntries(
    Object.entries(valuesOf(spec)).map(([key, value]) => [key, bytes(value)]),
  );
  const before = file.kind === 'file' ? (file.content?.toString('latin1') ?? '') : '';
  return Buffer.from(assignAll(before, values), 'latin1');
}

function before(step: RecordedStep): Past[] {
  if (step.target.startsWith('/')) return fileBefore(step);
  return Object.entries(readRunning(recordedText(step.record))).flatMap(([name, value]): Past[] =>
    value === null ? [] : [{ key: `sysctl ${name}`, turn: 'values', values: { [name]: value } }],
  );
}

interface RunningSpec {
  values: Record<string, string>;
}

/** Sets running kernel parameters without a file. No playbook names it. */
const runningSysctl: ResourceType<RunningSpec, Record<string, string | null>> = {
  type: 'sysctl',
  schema: z.object({ values: z.record(z.string(), z.string()) }),
  part: 'sysctl',
  target: (spec) => Object.keys(spec.values).join(', '),
  probe: (spec) => call('probe_sysctls', ...Object.keys(spec.values)),
  read: readRunning,
  diff(spec, state) {
    const attributes = Object.entries(spec.values).flatMap(([name, to]) => {
      const from = state[name] ?? null;
      // A parameter whose module is gone cannot be set back.
      return from === null || from === to ? [] : [{ name, from, to }];
    });
    return attributes.length === 0 ? [] : [changeRunning(attributes)];
  },
};

/** The resource that sets running kernel parameters back, all at once. */
export const runningValues = (values: Record<string, string>, placing: Placing<HostKind>): BoundResource =>
  bind(runningSysctl, { values }, placing);

/** Reads what `probe_sysctls` printed. */
function readRunning(values: string): Record<string, string | null> {
  const rows = values.split('\n').filter(Boolean);
  return Object.fromEntries(
    rows.map((row): [string, string | null] => {
      const [key = '', ...rest] = row.split('=');
      const value = rest.join('=');
      return [key, value === '-' ? null : normalValue(value)];
    }),
  );
}

/** Sets running values; each attribute is a key. */
function changeRunning(attributes: Attribute[]): Difference {
  const changed = attributes.map(({ name }) => name);
  return {
    action: 'update',
    target: changed.join(', '),
    attributes,
    step: {
      phase: 'commit',
      check: call('check_sysctls', ...attributes.map(({ name, from }) => `${name}=${from}`)),
      stage: call('save_sysctls', ...changed),
      run: call('set_sysctls', ...attributes.map(({ name, to }) => `${name}=${to}`)),
      verify: call(
        'verify_sysctls',
        ...attributes.flatMap(({ name, to }) => [name, to ?? '', formOnHost(name, to ?? '')]),
      ),
      undo: call('restore_sysctls'),
    },
  };
}

/** The only file of kernel parameters that every EL6 reads. */
const editedInPlace = '/etc/sysctl.conf';

const keys = (spec: SysctlSpec) => Object.keys(spec.values).sort();
const valuesOf = (spec: SysctlSpec) =>
  Object.fromEntries(keys(spec).map((key) => [key, normalValue(String(spec.values[key]))]));
const render = (spec: SysctlSpec) =>
  [
    '# Written by haprov; changes made here are overwritten.',
    ...Object.entries(valuesOf(spec)).map(([key, value]) => `${key} = ${value}`),
    '',
  ].join('\n');
