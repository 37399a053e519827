import { passwordsIn } from '../ha/own/secrets-in';
import {
  changeId,
  changeQuestion,
  type RecordedRun,
  readRecordedFile,
  secretLinesQuestion,
} from '../host/history';
import { stepsOf } from '../host/run-report';
import { answersOf, type Surveyed } from '../host/survey';
import type { LoggedStep } from '../report/log-text';
import { SecretLines } from '../resources/secret-lines';
import { readRecordedChange } from '../rollback/recorded-change';
import { fileOf } from '../rollback/undo';

/** Of a run with more files than these, the others are named without what changed in them. */
const mostFiles = 200;

/**
 * The steps of a run on a host with what each changed in its file, secrets masked: one read-only exec.
 * @param waits how long the host may take for one question, and what ends the waiting
 * @throws HostError where the host does not answer
 */
export async function stepsWithChanges(
  { connection }: Pick<Surveyed, 'connection'>,
  recorded: RecordedRun,
  mask: (text: string) => string,
  waits?: Parameters<typeof answersOf>[2],
): Promise<LoggedStep[]> {
  const steps = stepsOf(recorded);
  const files = steps.flatMap((step, index) => {
    const path = fileOf(step);
    return path === undefined || step.status === 'not begun' ? [] : [{ number: index + 1, path }];
  });
  const asked = files.slice(0, mostFiles);
  if (asked.length === 0) return steps;
  const questions = asked.map(({ number, path }) => changeQuestion(recorded.run, number, path));
  const answers = await answersOf(connection, [...questions, secretLinesQuestion], waits);
  const lines = new SecretLines(answers.of(secretLinesQuestion.id));
  return steps.map((step, index): LoggedStep => {
    if (!files.some(({ number }) => number === index + 1)) return step;
    if (!asked.some(({ number }) => number === index + 1))
      return { ...step, notes: [`only ${mostFiles} files of a run are shown`] };
    const hide = (text: string) => lines.hide(fileOf(step) ?? '', text);
    return { ...step, ...changeOf(answers.of(changeId(recorded.run, index + 1)), mask, hide) };
  });
}

type Replace = (text: string) => string;

function changeOf(answer: string, mask: Replace, hide: Replace): Pick<LoggedStep, 'text' | 'notes'> {
  try {
    return readRecordedChange(readRecordedFile(answer), mask, hide, passwordsIn);
  } catch {
    return { notes: ['its record is damaged'] };
  }
}
