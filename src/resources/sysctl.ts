import { z } from 'zod';
import { absolutePath, object, record, sysctlKey, sysctlValue } from '../document/fields';
import { command, quote } from '../shell/quote';
import { common } from './fields';
import { replaceFile } from './file';
import { type FileState, probeFile, readFileState, sha256 } from './file-state';
import type { Attribute, Difference, ResourceType } from './resource';

const schema = object({
  ...common,
  type: z.literal('sysctl'),
  values: record(sysctlKey(), sysctlValue(), 'an object of key: value'),
  path: absolutePath()
    .default('/etc/sysctl.d/99-zz-haprov.conf')
    .describe('Sorts after EL7’s 99-sysctl.conf, so it wins at boot.'),
});

type SysctlSpec = z.output<typeof schema>;
interface SysctlState {
  file: FileState;
  /** Key → running value; `null` where this kernel has no such key. */
  running: Record<string, string | null>;
}

/** Kernel parameters: the running value and the one on disk, each made so. */
export const sysctl: ResourceType<SysctlSpec, SysctlState> = {
  type: 'sysctl',
  schema,
  target: (spec) => spec.path,
  probe: (spec) => [`probe_sysctls ${command(...keys(spec))}`, 'echo =', probeFile(spec.path)].join('\n'),
  read(output) {
    const [values = '', file = ''] = splitAt(output);
    return { file: readFileState(file), running: readRunning(values) };
  },
  diff(spec, state, context) {
    if (keys(spec).length === 0) return [];
    const missing = keys(spec).filter((key) => state.running[key] === null);
    if (missing.length > 0)
      throw new Error(
        `this kernel has no sysctl ${missing.join(', ')}: check the name, or load the module that brings it`,
      );
    const text = render(spec);
    const changed = keys(spec).filter((key) => state.running[key] !== wanted(spec, key));
    const differences: Difference[] = [];
    if (!(state.file.kind === 'file' && sha256(text) === state.file.sha256)) {
      if (state.file.kind === 'other') throw new Error(`${spec.path} is ${state.file.what}, not a file`);
      const content = Buffer.from(text);
      differences.push({
        action: state.file.kind === 'absent' ? 'create' : 'update',
        attributes: [],
        text: { from: state.file.kind === 'file' ? (state.file.content?.toString() ?? '') : null, to: text },
        step: replaceFile(
          { path: spec.path, owner: 'root', group: 'root', mode: '0644' },
          content,
          state.file,
          context,
        ),
      });
    }
    if (changed.length > 0) {
      const attributes = changed.map(
        (key): Attribute => ({ name: key, from: state.running[key] ?? null, to: wanted(spec, key) }),
      );
      differences.push(changeRunning(attributes));
    }
    return differences;
  },
};

/** Reads what `probe_sysctls` printed. */
export function readRunning(values: string): Record<string, string | null> {
  const rows = values.split('\n').filter(Boolean);
  return Object.fromEntries(
    rows.map((row): [string, string | null] => {
      const [key = '', ...rest] = row.split('=');
      const value = rest.join('=');
      return [key, value === '-' ? null : normal(value)];
    }),
  );
}

/** Sets running values; each attribute is a key. */
export function changeRunning(attributes: Attribute[]): Difference {
  const changed = attributes.map(({ name }) => name);
  const pairs = attributes.map(({ name, to }) => quote(`${name}=${to}`)).join(' ');
  return {
    action: 'update',
    target: changed.join(', '),
    attributes,
    step: {
      phase: 'commit',
      check: `check_sysctls ${attributes.map(({ name, from }) => quote(`${name}=${from}`)).join(' ')}`,
      stage: `save_sysctls ${command(...changed)}`,
      run: `set_sysctls ${pairs}`,
      verify: `check_sysctls ${pairs}`,
      undo: 'restore_sysctls',
    },
  };
}

const keys = (spec: SysctlSpec) => Object.keys(spec.values).sort();
const wanted = (spec: SysctlSpec, key: string) => normal(String(spec.values[key]));
/** The kernel separates tuples by tabs, people by blanks; both mean the same. */
const normal = (value: string) => value.trim().replace(/\s+/g, ' ');
const render = (spec: SysctlSpec) =>
  [
    '# Written by haprov; changes made here are overwritten.',
    ...keys(spec).map((key) => `${key} = ${wanted(spec, key)}`),
    '',
  ].join('\n');

function splitAt(output: string): [string, string] {
  const at = output.startsWith('=\n') ? 0 : output.indexOf('\n=\n') + 1;
  return [output.slice(0, at), output.slice(at + 2)];
}
