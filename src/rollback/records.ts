import { HostError } from '../errors';
import {
  noWayBackQuestion,
  partsId,
  partsQuestion,
  readRecord,
  recordId,
  recordQuestion,
  type StepRecord,
} from '../host/history';
import type { Answers } from '../host/probe';
import { partsFile, readParts } from '../host/run-format';
import { answersOf, type Surveyed } from '../host/survey';
import type { Resource } from '../playbook/expand';
import { probeFile, readFileState } from '../resources/file-state';
import type { KnownRun } from './choose-runs';
import { warnOfNoWayBack } from './no-way-back';
import { fileOf, type Undo, undoOf } from './undo';

/**
 * Reads the records of `runs` on a host, in one read-only exec, and derives the state that the host had before them.
 * @param waits how long the host may take for one question, and what ends the waiting
 * @throws HostError where the host does not answer, or a record cannot be read.
 */
export async function readUndo(
  { name, connection }: Pick<Surveyed, 'name' | 'connection'>,
  runs: readonly KnownRun[],
  byPlaybooks: readonly Resource[],
  waits?: Parameters<typeof answersOf>[2],
): Promise<Undo> {
  const paths = [...new Set(runs.flatMap((run) => run.manifest.steps.flatMap((step) => fileOf(step) ?? [])))];
  const ofPackages = runs
    .filter(({ manifest }) => manifest.command === 'patch')
    .map(({ run }) => noWayBackQuestion(run));
  const questions = [
    ...runs.map(partsQuestion),
    ...runs.flatMap(({ run, manifest }) => manifest.steps.map((_, index) => recordQuestion(run, index + 1))),
    ...paths.map((path) => ({ id: `now ${path}`, script: probeFile(path) })),
    ...ofPackages,
  ];
  const answers = await answersOf(connection, questions, waits);
  try {
    const undo = undoOf(
      runs.map((run) => ({ run, records: readRecords(run, answers) })),
      {
        host: name,
        current: new Map(paths.map((path) => [path, readFileState(answers.of(`now ${path}`))])),
        byPlaybooks,
      },
    );
    const noWayBack = ofPackages.flatMap(({ id }) => warnOfNoWayBack(name, answers.of(id)));
    return { ...undo, warnings: [...undo.warnings, ...noWayBack] };
  } catch (error) {
    if (error instanceof Error && error.name === 'Error')
      throw new HostError(name, `the records of its runs cannot be read: ${error.message}`);
    throw error;
  }
}

/** The records of a run by step number. @throws Error where they do not fit the manifest. */
function readRecords({ run, format, manifest }: KnownRun, answers: Answers): Map<number, StepRecord> {
  const parts = readParts(format, Buffer.from(answers.of(partsId(run)), 'base64').toString());
  return new Map(
    manifest.steps.map((_, index) => {
      const part = parts[index];
      if (!part || parts.length !== manifest.steps.length)
        throw new Error(`${run} has other steps by its manifest than by its ${partsFile(format)}`);
      return [index + 1, readRecord(answers.of(recordId(run, index + 1)), part)];
    }),
  );
}
