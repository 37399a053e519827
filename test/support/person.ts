import type { AskSecret, SecretQuestion } from '../../src/host/connection';

/** A person who answers each question in turn, one at a time, and fails when he is asked anything more. */
export function person(...lines: (string | undefined | ((question: SecretQuestion) => string))[]) {
  const questions: SecretQuestion[] = [];
  let before: Promise<unknown> = Promise.resolve();
  const one: AskSecret = async (question) => {
    const { until: _until, ...asked } = question;
    questions.push(asked);
    if (lines.length === 0) throw new Error(`nobody expected: ${question.text}`);
    const line = lines.shift();
    return typeof line === 'function' ? line(question) : line;
  };
  const ask: AskSecret = (question) => {
    const answer = before.then(() => one(question));
    before = answer;
    return answer;
  };
  return { ask, questions, asked: () => questions.map(({ text }) => text) };
}
