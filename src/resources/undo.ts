import * as z from 'zod';
import { command, quote } from '../shell/quote';
import { directory } from './directory';
import { ownedAs } from './file-state';
import type { ResourceType } from './resource';
import { changeRunning, readRunning } from './sysctl';

/** Types that no playbook names: what only the undoing of a run wants. */

interface RunningSpec {
  values: Record<string, string>;
}

/** Running kernel parameters, whatever any file says. */
export const runningSysctl: ResourceType<RunningSpec, Record<string, string | null>> = {
  type: 'sysctl',
  schema: z.object({ values: z.record(z.string(), z.string()) }),
  target: (spec) => Object.keys(spec.values).join(', '),
  probe: (spec) => `probe_sysctls ${command(...Object.keys(spec.values))}`,
  read: readRunning,
  diff(spec, state) {
    const attributes = Object.entries(spec.values).flatMap(([name, to]) => {
      const from = state[name] ?? null;
      // A parameter whose module is gone has nothing to be set back.
      return from === null || from === to ? [] : [{ name, from, to }];
    });
    return attributes.length === 0 ? [] : [changeRunning(attributes)];
  },
};

interface LeftDirectorySpec {
  path: string;
  /** The topmost folder that was made with it. */
  top: string;
}

/** A folder that a run has made: it goes again if nothing else is in it. */
export const leftDirectory: ResourceType<LeftDirectorySpec, ReturnType<typeof directory.read>> = {
  type: 'directory',
  schema: z.object({ path: z.string(), top: z.string() }),
  target: (spec) => spec.path,
  probe: (spec) => `probe_directory ${quote(spec.path)}`,
  read: (output) => directory.read(output, { type: 'directory', path: '', owner: '', group: '', mode: '' }),
  diff(spec, state) {
    if (state.kind !== 'directory') return [];
    const path = quote(spec.path);
    return [
      {
        action: 'remove',
        attributes: [],
        notes: ['stays if anything else is in it'],
        step: {
          phase: 'commit',
          check: `check_directory ${path} ${ownedAs(state)}`,
          run: `leave_directory ${path} ${quote(spec.top)}`,
          undo: 'keep_directory',
        },
      },
    ];
  },
};

interface UndoneCommandSpec {
  title: string;
  /** The bodies of the recorded step's own functions. */
  run: string;
  undo: string;
  timeout?: number | undefined;
}

/** A command that was run, and says how it is taken back. */
export const undoneCommand: ResourceType<UndoneCommandSpec, null> = {
  type: 'command',
  schema: z.object({ title: z.string(), run: z.string(), undo: z.string(), timeout: z.number().optional() }),
  target: (spec) => spec.title,
  probe: () => ':',
  read: () => null,
  diff: (spec) => [
    {
      action: 'run',
      attributes: [],
      reason: 'its own "undo"',
      step: {
        phase: 'commit',
        limitSeconds: spec.timeout ?? 300,
        check: ':',
        // The recorded undo asks whether its step was begun: this one's is, now.
        run: `begin || return\n${spec.undo}`,
        undo: `[ -f "$step/begun" ] || return 0\n${spec.run}`,
      },
    },
  ],
};
