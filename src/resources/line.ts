import * as z from 'zod';
import { absolutePath, object, text } from '../document/fields';
import { call } from '../shell/library';
import { common, timeout } from './fields';
import { fileBefore, validatedBy } from './file';
import {
  expectation,
  type FileState,
  noted,
  notesOn,
  ownershipChanges,
  readFileState,
  requireFile,
  sha256,
} from './file-state';
import { extentOf, keptSecret } from './kept-secret';
import type { ResourceType } from './resource-type';

const schema = object({
  ...common,
  timeout: timeout(60),
  type: z.literal('line').describe('One line in a file that others write.'),
  path: absolutePath().describe('The file on the host.'),
  line: text('one line of text').describe('The line that must be there.'),
  match: text('a POSIX extended regular expression')
    .refine((pattern) => compiles(pattern), { error: 'a POSIX extended regular expression' })
    .optional()
    .describe(
      'Every line that matches is replaced by this one line; without a match it is added at the end.',
    ),
  validate: text('a command with %s where the staged file goes')
    .refine((line) => line.includes('%s'), { error: 'a command with %s where the staged file goes' })
    .optional()
    .describe('Run on the host against the edited file, %s, before it is renamed into place.'),
});

type LineSpec = z.output<typeof schema>;

interface LineState {
  now: FileState;
  /** The file's text after the edit, by the host's own awk; absent where there is no file, or `isSo`. */
  edited?: Buffer;
  /** The edit would leave the file as it is. */
  isSo?: true;
}

/**
 * One line of a file that belongs to others. The same awk program on the host makes the edit for the plan and in the run,
 * so "match" means the same in both.
 */
export const line: ResourceType<LineSpec, LineState> = {
  type: 'line',
  schema,
  isDaily: true,
  target: (spec) => spec.path,
  touches: (target) => ({ file: target }),
  about: ({ path, line }) => ({ path, line }),
  shows: ({ path, line }) => [{ says: `line in ${path}: ${line}`, edits: true }],
  before: fileBefore,
  asksFor: (spec) => ({ files: [spec.path], labels: [spec.path] }),
  probe: (spec) => call('probe_line', ...words(spec)),
  read(output) {
    const [now = '', edited] = output.split('\n=\n');
    const state = readFileState(now);
    return {
      now: state,
      ...(edited === undefined || state.kind !== 'file'
        ? {}
        : edited.trim() === '-'
          ? { isSo: true as const }
          : { edited: Buffer.from(edited, 'base64') }),
    };
  },
  diff(spec, { now, edited, isSo }, context) {
    requireFile(spec.path, now);
    if (now.kind === 'absent' && !context.packagesPending) {
      throw new Error(
        `${spec.path} does not exist, so no line of it can be changed: create it with a file resource, or install its package`,
      );
    }
    // An edited file has at least the line, so an empty one means that awk failed.
    if (now.kind === 'file' && !isSo && !edited?.length)
      throw new Error(`${spec.path} could not be edited by the host’s awk`);
    const label = ownershipChanges({}, undefined, now.kind === 'file' ? now.place : undefined);
    const hasLine = isSo || (now.kind === 'file' && edited && sha256(edited) === now.sha256);
    if (hasLine && label.length === 0) return [];
    return [
      {
        action: 'update',
        ...(now.kind === 'file' && now.content
          ? {
              attributes: label,
              ...(hasLine ? {} : { text: { from: now.content.toString(), to: edited?.toString() ?? '' } }),
            }
          : { attributes: [{ name: 'line', from: null, to: spec.line }, ...label] }),
        ...noted(
          ...(context.hasSecret?.(spec.line) && now.kind === 'file' && /[4-7]$/.test(now.mode)
            ? [`everybody on the host can read the file (mode ${now.mode}), and the line has a secret`]
            : []),
          ...notesOn(now.place),
          ...(now.kind === 'file' ? [] : ['the file comes with a package that is installed first']),
        ),
        step: keptSecret(
          {
            limitSeconds: spec.timeout,
            phase: 'commit',
            check: call('check_file', spec.path, ...expectation(now, context.packagesPending)),
            stage: call('stage_line', ...words(spec)),
            ...validatedBy(spec.path, spec.validate),
            run: call('commit_file', spec.path),
            verify: call('line_is_so', ...words(spec)),
            undo: call('restore_file', spec.path),
          },
          extentOf(
            [spec.line, `${edited ?? ''}`, now.kind === 'file' ? `${now.content ?? ''}` : ''],
            false,
            context.hasSecret,
          ),
        ),
      },
    ];
  },
};

const words = (spec: LineSpec): [path: string, line: string, match: string] => [
  spec.path,
  spec.line,
  spec.match ?? '',
];

const classes = /\[:(alnum|alpha|blank|cntrl|digit|graph|lower|print|punct|space|upper|xdigit):\]/g;

/** Refuses typing errors, and JavaScript's additions to POSIX; in the end the host's awk decides. */
function compiles(pattern: string): boolean {
  const plain = pattern.replace(classes, 'a-z');
  if (/\[:|\(\?|\\[bBdDkpP]/.test(plain)) return false;
  try {
    new RegExp(plain);
    return true;
  } catch {
    return false;
  }
}
