import * as z from 'zod';
import { absolutePath, flag, mode, object, owner, text } from '../document/fields';
import { call } from '../shell/library';
import type { Past, RecordedStep } from './before-step';
import { bind } from './bind';
import { common, formatMode, timeout } from './fields';
import {
  expectation,
  type FileState,
  noted,
  notesOn,
  ownershipChanges,
  probeFile,
  readFileState,
  recordedBytes,
  requireFile,
  sha256,
} from './file-state';
import { extentOf, keptSecret } from './kept-secret';
import type { DiffContext, Difference, Step } from './resource';
import type { ResourceType } from './resource-type';
import { textOfBytes } from './text-of';

const schema = object({
  ...common,
  timeout: timeout(60),
  type: z.literal('file').describe('A whole file: rendered from a template, given inline, or copied.'),
  path: absolutePath().describe('Where it is on the host.'),
  template: text('the name of a template, e.g. haproxy/haproxy.cfg')
    .optional()
    .describe('The template that the file is rendered from.'),
  content: z.string({ error: 'the text of the file' }).optional().describe('The text of the file itself.'),
  source: text('the path of a file to copy, relative to the playbook')
    .optional()
    .describe('The file that is copied, relative to the playbook.'),
  configuration: text('the path of a file of haproxy.config or keepalived.config')
    .optional()
    .describe('That file of the inventory’s own configuration.'),
  absent: flag().optional().describe('true: there must be no such file.'),
  secret: flag().default(false).describe('true: its content is never shown, not even in a diff.'),
  owner: owner().default('root').describe('A user’s name or number.'),
  group: owner().default('root').describe('A group’s name or number.'),
  mode: mode()
    .transform(formatMode)
    .optional()
    .describe('0644 where it is not said, and 0640 where the content has a secret.'),
  validate: text('a command with %s where the staged file goes')
    .refine((line) => line.includes('%s'), { error: 'a command with %s where the staged file goes' })
    .optional()
    .describe('Run on the host against the staged file, %s, before it is renamed into place.'),
})
  .refine(
    (spec) =>
      [spec.template, spec.content, spec.source, spec.configuration, spec.absent || undefined].filter(
        (given) => given !== undefined,
      ).length === 1,
    { error: 'exactly one of template, content, source, configuration, "absent": true' },
  )
  .refine((spec) => !(spec.absent && spec.validate), {
    error: 'no "validate" with "absent": there is nothing to validate',
  });

type FileSpec = z.output<typeof schema>;

const hasKey = (content: Buffer) => content.includes(' PRIVATE KEY-----');

/** The wanted mode of a file: 0640 for a secret, unless the playbook says another. */
function modeOf({ mode, secret }: FileSpec, content: Buffer, { hasSecret }: DiffContext): string {
  const isSecret = secret || hasKey(content) || hasSecret?.(textOfBytes(content));
  return mode ?? (isSecret ? '0640' : '0644');
}

/** A whole file: rendered from a template, given inline, or copied. */
export const file: ResourceType<FileSpec, FileState> = {
  type: 'file',
  schema,
  isDaily: true,
  target: (spec) => spec.path,
  touches: (target) => ({ file: target }),
  about: ({ path, mode }) => ({ path, mode }),
  content: (spec) => (spec.absent ? undefined : spec),
  asksFor: (spec) => ({ files: [spec.path], labels: [spec.path] }),
  // A file that is not to be there has no owner.
  probe: (spec) => probeFile(spec.path, spec.absent ? undefined : spec),
  read: readFileState,
  shows(spec, context) {
    const { path, owner, group, secret } = spec;
    if (spec.absent) return [{ says: `no file ${path}` }];
    const content = contentIn(context, spec);
    const mode = modeOf(spec, content, context);
    return [{ content, path, owner, group, mode, isSecret: secret || hasKey(content) }];
  },
  before: fileBefore,
  diff(spec, state, context) {
    if (spec.absent) return removal(spec, state, context);
    const wanted = contentIn(context, spec);
    requireFile(spec.path, state);
    const sameContent = state.kind === 'file' && state.sha256 === sha256(wanted);
    const mode = modeOf(spec, wanted, context);
    const attributes = ownershipChanges(
      { ...spec, mode },
      state.kind === 'file' ? state : undefined,
      state.place,
    );
    if (sameContent && attributes.length === 0) return [];
    const text = { from: textIn(state), to: shownText(wanted) };
    const closes =
      spec.mode === undefined && attributes.some(({ name, to }) => name === 'mode' && to !== '0644');
    const notes = [
      ...(closes ? ['its content has a secret: others may read it only if its "mode" says so'] : []),
      ...notesOn(state.place, context.packagesPending),
    ];
    return [
      {
        action: state.kind === 'absent' ? 'create' : 'update',
        attributes,
        ...(sameContent ? noted(...notes) : shown(text, spec.secret, notes)),
        step: keptSecret(
          replaceFile({ ...spec, mode }, wanted, state, context),
          extentOf([text.from, text.to], spec.secret, context.hasSecret),
        ),
      } satisfies Difference,
    ];
  },
};

function contentIn({ content }: DiffContext, { path }: FileSpec): Buffer {
  if (content === undefined) throw new Error(`${path} was not rendered`);
  return content;
}

/** A file as it was before a step, of any type, that wrote it whole. */
export function fileBefore({ target: path, record, validator: validate }: RecordedStep): Past[] {
  const key = `file ${path}`;
  const spec = { type: 'file' as const, path, secret: false, timeout: record.limit ?? 60 };
  if (record.has.has('was-absent')) {
    const gone: FileSpec = { ...spec, absent: true, owner: 'root', group: 'root' };
    return [{ key, turn: 'reverse', text: '', bind: (placing) => bind(file, gone, placing) }];
  }
  const state = readFileState(record.before);
  if (state.kind !== 'file') return [{ key, turn: 'damaged' }];
  const { owner, group, mode } = state;
  const content = recordedBytes(record);
  return [
    {
      key,
      turn: 'reverse',
      text: textOfBytes(content),
      bind: (placing, isRead = true) =>
        bind(
          file,
          { ...spec, owner, group, mode, ...(validate && isRead ? { validate } : {}) },
          { ...placing, content: () => content },
        ),
    },
  ];
}

/** The text for a diff; only a note where the file is marked as secret, or holds a private key, also in a rollback. */
function shown(
  text: NonNullable<Difference['text']>,
  isSecret: boolean,
  notes: string[],
): Pick<Difference, 'text' | 'hidden' | 'notes'> {
  const hidden = isSecret || [text.from, text.to].some((one) => one?.includes(' PRIVATE KEY-----'));
  return hidden
    ? { hidden: text, notes: ['its content is secret, which is not shown', ...notes] }
    : { text, ...noted(...notes) };
}

function removal(spec: FileSpec, state: FileState, context: DiffContext): Difference[] {
  if (state.kind === 'absent') return [];
  requireFile(spec.path, state);
  const from = textIn(state);
  return [
    {
      action: 'remove',
      attributes: [],
      ...shown({ from, to: null }, spec.secret, notesOn(state.place)),
      step: keptSecret(
        {
          limitSeconds: spec.timeout,
          phase: 'commit',
          check: call('check_file', spec.path, ...expectation(state, context.packagesPending)),
          stage: call('stage_removal', spec.path),
          run: call('remove_file', spec.path),
          verify: call('verify_absent', spec.path),
          undo: call('restore_file', spec.path),
        },
        extentOf([from], spec.secret, context.hasSecret),
      ),
    },
  ];
}

/** The step that stages `content` on the host, validates it and renames it to `spec.path`. */
export function replaceFile(
  spec: { path: string; owner: string; group: string; mode: string; validate?: string; timeout?: number },
  content: Buffer,
  state: FileState,
  context: DiffContext,
): Step {
  const base64 = content.toString('base64').replace(/.{1,76}/g, '$&\n');
  return {
    phase: 'commit',
    ...(spec.timeout ? { limitSeconds: spec.timeout } : {}),
    check: call('check_file', spec.path, ...expectation(state, context.packagesPending)),
    stage: [
      `${call('stage_file', spec.path, spec.owner, spec.group, spec.mode)} <<'${endOfContent}'`,
      `${base64}${endOfContent}`,
    ].join('\n'),
    ...validatedBy(spec.path, spec.validate),
    run: call('commit_file', spec.path),
    verify: call('verify_file', spec.path, sha256(content)),
    undo: call('restore_file', spec.path),
  };
}

/** The parts of a step that validate the staged file; none without a validator. */
export const validatedBy = (
  path: string,
  validator: string | undefined,
): Pick<Step, 'validate' | 'validator'> =>
  validator ? { validate: call('validate_file', path, validator), validator } : {};

/** Not in base64's alphabet, so it cannot end the content early. */
const endOfContent = '.END.';

/** The text of a file as it may be shown; null where there is none. */
export function textIn(state: FileState): string | null {
  if (state.kind !== 'file') return null;
  return state.content ? shownText(state.content) : inNumbers(state.size, state.sha256);
}

/** A file as text; its size and sum where it has a NUL byte, and so is no text. */
const shownText = (content: Buffer) =>
  content.includes(0) ? inNumbers(content.length, sha256(content)) : textOfBytes(content);

const inNumbers = (size: number, sum: string) => `(${size} bytes, sha256 ${sum})\n`;
