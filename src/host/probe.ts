import { randomBytes } from 'node:crypto';
import type { Script } from '../resources/resource';
import { quote } from '../shell/quote';
import firewall from './firewall-probe.sh';
import init from './init.sh';
import library from './probe.sh';
import selinux from './selinux-probe.sh';

/** One question to a host: an id of the caller's, and the script whose output answers it. */
export interface Question {
  id: string;
  script: Script;
}

export interface Answer {
  output: string;
  /** The script's exit status. */
  code: number;
}

/** One read-only script that asks all of `questions`, and the reader of what it prints. */
export interface Probe {
  script: Script;
  /**
   * The answer to each question, by its id.
   * @throws Error when the output ends before the last answer: the probe did not run to its end.
   */
  read(stdout: string): Map<string, Answer>;
}

/** Puts all questions into one script, so that a host is asked everything in one exec. */
export function buildProbe(
  questions: readonly Question[],
  mark = `@${randomBytes(9).toString('hex')}`,
): Probe {
  const parts = questions.map(
    ({ script }, index) => `echo ${mark} ${index}\n(\n${script}\n) </dev/null\necho "${mark} end $?"`,
  );
  const script = [library, init, firewall, selinux, 'set -u', ...parts, `echo ${quote(mark)} done`, ''].join(
    '\n',
  );
  return { script, read: (stdout) => readAnswers(questions, stdout, mark) };
}

function readAnswers(questions: readonly Question[], stdout: string, mark: string): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  let current: { id: string; rows: string[] } | undefined;
  let complete = false;
  for (const row of stdout.split('\n')) {
    const at = row.indexOf(mark);
    if (at < 0) {
      current?.rows.push(row);
      continue;
    }
    // Output without a final newline puts the mark behind its last row.
    if (at > 0) current?.rows.push(row.slice(0, at));
    const [, word = '', code] = row.slice(at).split(' ');
    if (word === 'done') complete = true;
    else if (word === 'end' && current) {
      answers.set(current.id, { output: current.rows.join('\n'), code: Number(code) });
      current = undefined;
    } else {
      const question = questions[Number(word)];
      if (question) current = { id: question.id, rows: [] };
    }
  }
  if (!complete) throw new Error('the probe did not run to its end');
  return answers;
}
