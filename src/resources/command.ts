import * as z from 'zod';
import { absolutePath, choice, object, text } from '../document/fields';
import { call } from '../shell/library';
import { quote } from '../shell/quote';
import type { Past, RecordedStep } from './before-step';
import { bind } from './bind';
import { common, timeout } from './fields';
import type { Attribute } from './resource';
import type { ResourceType } from './resource-type';

const script = (what: string) => text(what, /^[^\u0000]+$/);

const schema = object({
  ...common,
  timeout: timeout(300),
  type: z.literal('command').describe('A command, where a guard says that it is needed.'),
  run: script('a shell command').describe('What is run on the host, as root, by sh.'),
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

/** A command of the user, run only where its guard says that it is needed. */
export const commandResource: ResourceType<CommandSpec, CommandState> = {
  type: 'command',
  schema,
  isOpaque: true,
  target: (spec) => spec.run.split('\n')[0] ?? spec.run,
  about: (spec) => ({ makes: spec.creates }),
  before: (step) => takenBack(step, step.target),
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
          // An earlier step of the run may have satisfied the guard.
          check: `if ${guard(spec)}; then rm -f "$step/unneeded"; else : >"$step/unneeded"; fi`,
          run: call('run_command', spec.run),
          verify: `! { ${guard(spec)}; } || ${call('still_needed')}`,
          ...(spec.undo ? { undo: call('undo_command', spec.undo) } : {}),
        },
      },
    ];
  },
};

function guard(spec: CommandSpec): string {
  const parts: string[] = [];
  if (spec.creates !== undefined) parts.push(`[ ! -e ${quote(spec.creates)} ]`);
  if (spec.unless !== undefined) parts.push(`! ${call('quietly', spec.unless)}`);
  if (spec.onlyIf !== undefined) parts.push(call('quietly', spec.onlyIf));
  return parts.join(' && ');
}

function because(spec: CommandSpec): string {
  const parts: string[] = [];
  if (spec.creates !== undefined) parts.push(`${spec.creates} does not exist`);
  if (spec.unless !== undefined) parts.push(`"${spec.unless}" fails`);
  if (spec.onlyIf !== undefined) parts.push(`"${spec.onlyIf}" succeeds`);
  return `because ${parts.join(' and ')}`;
}

interface TakenBackSpec {
  title: string;
  /** The bodies of the recorded step's `run` and `undo`. */
  run: string;
  undo: string;
  timeout: number;
  /** What it puts back, where that is known. */
  attributes?: Attribute[];
}

/** Undoes a recorded step by the step's own undo. No playbook names it. */
const takenBackStep: ResourceType<TakenBackSpec, null> = {
  type: 'command',
  schema: z.object({
    title: z.string(),
    run: z.string(),
    undo: z.string(),
    timeout: z.number(),
    attributes: z.custom<Attribute[]>().optional(),
  }),
  isOpaque: true,
  target: (spec) => spec.title,
  probe: () => ':',
  read: () => null,
  diff: (spec) => [
    {
      action: 'run',
      attributes: spec.attributes ?? [],
      ...(spec.attributes ? {} : { reason: 'its own "undo"' }),
      step: {
        phase: 'commit',
        limitSeconds: spec.timeout,
        check: ':',
        // The recorded undo does nothing in a step without the mark `begun`.
        run: `${call('begin')} || return\n${spec.undo}`,
        undo: `[ -f "$step/begun" ] || return 0\n${spec.run}`,
      },
    },
  ],
};

/**
 * The resource that undoes a recorded step by the step's own undo; undefined without one.
 * @param what names the step
 * @param part what it is a part of, as for {@link ResourceType}
 */
export function takenBack(
  { id, record, attributes }: RecordedStep,
  what: string,
  part?: NonNullable<ResourceType<TakenBackSpec, null>['part']>,
): Past[] | undefined {
  const { run, undo, limit = 300 } = record;
  if (undo === '') return undefined;
  const spec = {
    ...{ title: `undo of ${what}`, run, undo, timeout: limit },
    ...(attributes
      ? { attributes: attributes.map(({ name, from, to }) => ({ name, from: to, to: from })) }
      : {}),
  };
  const key = `command ${id}`;
  const type = part ? { ...takenBackStep, part } : takenBackStep;
  return [{ key, turn: 'reverse', bind: (placing) => bind(type, spec, { ...placing, id: key }) }];
}
