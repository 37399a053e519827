import * as z from 'zod';
import { absolutePath, choice, object, text } from '../document/fields';
import { quote } from '../shell/quote';
import { common, timeout } from './fields';
import type { ResourceType } from './resource';

const script = (what: string) => text(what, /^[^\u0000]+$/);

const schema = object({
  ...common,
  timeout: timeout(300),
  type: z.literal('command'),
  run: script('a shell command'),
  creates: absolutePath().optional().describe('Needed while this path does not exist.'),
  unless: script('a shell command')
    .optional()
    .describe('Needed while this command fails. It must change nothing: plan runs it.'),
  onlyIf: script('a shell command')
    .optional()
    .describe('Needed while this command succeeds. It must change nothing: plan runs it.'),
  undo: script('a shell command').optional().describe('What takes it back, when the rest is restored.'),
  phase: choice(['prepare', 'commit', 'service'])
    .default('commit')
    .describe(
      'prepare: before files are staged; commit: with the files; service: after the files, with the services.',
    ),
}).refine((spec) => spec.creates !== undefined || spec.unless !== undefined || spec.onlyIf !== undefined, {
  error: 'a guard that says when it is needed: creates, unless or onlyIf',
});

type CommandSpec = z.output<typeof schema>;
interface CommandState {
  needed: boolean;
}

/** A command of the user's own, only ever run where its guard says that it is needed. */
export const commandResource: ResourceType<CommandSpec, CommandState> = {
  type: 'command',
  schema,
  target: (spec) => spec.run.split('\n')[0] ?? spec.run,
  probe: (spec) => `if ${guard(spec)}; then echo needed; else echo satisfied; fi`,
  read(output) {
    const word = output.trim().split('\n').at(-1);
    if (word !== 'needed' && word !== 'satisfied') throw new Error(`not a command's state: ${output}`);
    return { needed: word === 'needed' };
  },
  diff(spec, state) {
    if (!state.needed) return [];
    return [
      {
        action: 'run',
        attributes: [],
        reason: because(spec),
        ...(spec.undo
          ? {}
          : { notes: ['a command without "undo" is not taken back when the rest is restored'] }),
        step: {
          limitSeconds: spec.timeout,
          phase: spec.phase,
          // A step before this one may have met the guard since.
          check: `if ${guard(spec)}; then rm -f "$step/unneeded"; else : >"$step/unneeded"; fi`,
          run: `run_command ${quote(spec.run)}`,
          verify: `! { ${guard(spec)}; } || still_needed`,
          ...(spec.undo ? { undo: `undo_command ${quote(spec.undo)}` } : {}),
        },
      },
    ];
  },
};

function guard(spec: CommandSpec): string {
  const parts: string[] = [];
  if (spec.creates !== undefined) parts.push(`[ ! -e ${quote(spec.creates)} ]`);
  if (spec.unless !== undefined) parts.push(`! quietly ${quote(spec.unless)}`);
  if (spec.onlyIf !== undefined) parts.push(`quietly ${quote(spec.onlyIf)}`);
  return parts.join(' && ');
}

function because(spec: CommandSpec): string {
  const parts: string[] = [];
  if (spec.creates !== undefined) parts.push(`${spec.creates} does not exist`);
  if (spec.unless !== undefined) parts.push(`"${spec.unless}" fails`);
  if (spec.onlyIf !== undefined) parts.push(`"${spec.onlyIf}" succeeds`);
  return `because ${parts.join(' and ')}`;
}
