import { randomBytes } from 'node:crypto';
import type { BulkQuestions, Script } from '../resources/resource';
import { call, compose } from '../shell/library';
import { quote } from '../shell/quote';
import { rowReader } from '../shell/rows';

/** One question to a host: an id that the caller chooses, and the script whose output is the answer. */
export interface Question {
  id: string;
  script: Script;
  /** What the script asks the init system, rpm and the file system; where given, one call asks for all questions. */
  asksFor?: BulkQuestions;
  /** It is calls of haprov's own, which change nothing that others read: it needs no process of its own. */
  inPlace?: boolean;
  /** It may wait for long: the others are asked meanwhile, unless this shell condition says that it will not. */
  besideUnless?: Script;
  /** A script that fails makes only `Answers.of` throw; without `mayFail`, the whole probe fails. */
  mayFail?: boolean;
}

/** A host's answer to each question. */
export class Answers {
  readonly #answers = new Map<string, Answer>();

  add(id: string, answer: Answer): void {
    this.#answers.set(id, answer);
  }

  /** As {@link of}; undefined where the question was not asked. */
  find(id: string): string | undefined {
    return this.#answers.has(id) ? this.of(id) : undefined;
  }

  /**
   * What the question's script printed.
   * @throws Error where the script failed
   */
  of(id: string): string {
    const answer = this.#answers.get(id);
    if (answer?.code !== 0)
      throw new Error(`${id} could not be read on the host (exit code ${answer?.code ?? 'none'})`);
    return answer.output;
  }
}

interface Answer {
  output: string;
  code: number;
}

/** One read-only script that asks all of `questions`, and the reader of what it prints. */
export interface Probe {
  script: Script;
  /**
   * The answer to each question, by its id.
   * @throws Error when the probe did not run to its end, a file changed while it was read, or a script failed that may not
   */
  read(stdout: string): Answers;
  /** Takes stdout as it arrives: gives the probe's process ID on the host, and the question that it is at. */
  follow(): { hear(chunk: string): void; pid?: string; question?: string };
}

/** Puts all questions into one script, so that a host is asked everything in one exec. */
export function buildProbe(
  questions: readonly Question[],
  mark = `@${randomBytes(9).toString('hex')}`,
): Probe {
  const parts = questions.map(({ script, inPlace }, index) => {
    const [open, close] = inPlace ? '{}' : '()';
    return `put_mark ${index}\n${open}\n${script}\n${close} </dev/null\nput_mark end $?`;
  });
  const long = questions.findIndex(({ besideUnless }) => besideUnless !== undefined);
  const script = compose(
    'set -u',
    `put_mark() { echo "${mark} $*"; }`,
    'put_mark pid $$',
    ...askedAhead(questions, mark),
    ...(long < 0 ? parts : besideOthers(questions[long] as Question, long, parts, mark)),
    `echo ${quote(mark)} done`,
  );
  return {
    script,
    read: (stdout) => readAnswers(questions, stdout, mark),
    follow: () => follow(questions, mark),
  };
}

/** One question runs in a process of its own, whose answer is printed after the others'. */
function besideOthers(
  { script, besideUnless = '' }: Question,
  index: number,
  parts: readonly string[],
  mark: string,
): Script[] {
  const [own = '', others] = [parts[index], parts.filter((_, at) => at !== index)];
  return [
    `ask_others() {\n${others.join('\n')}\n}`,
    `if ${besideUnless}; then\nask_others\n${own}\nelse`,
    `{\n(\n${script}\n)\necho $?\n} </dev/null | {\nask_others\necho ${mark} ${index}\nheard=$(cat)`,
    `printf '%s\\n' "\${heard%"\n"*}"\necho "${mark} end \${heard##*"\n"}"\n}\nfi`,
  ];
}

function follow(questions: readonly Question[], mark: string): ReturnType<Probe['follow']> {
  const seen: ReturnType<Probe['follow']> = {
    hear: rowReader((row) => {
      const [, word = '', about = ''] = row.slice(Math.max(row.indexOf(mark), 0)).split(' ');
      if (!row.includes(mark)) return;
      if (word === 'pid') seen.pid = about;
      else if (word === 'ahead') seen.question = about;
      else if (/^\d+$/.test(word)) seen.question = questions[Number(word)]?.id;
    }),
  };
  return seen;
}

/** In bytes. Files up to this size are read together; a larger one is read by its own question. */
const small = 65_536;

/** Asks once for what several questions need. */
function askedAhead(questions: readonly Question[], mark: string): Script[] {
  const all = (kind: 'units' | 'packages' | 'files' | 'labels') => [
    ...new Set(questions.flatMap(({ asksFor }) => asksFor?.[kind] ?? [])),
  ];
  const [units, packages, files, labelled] = [all('units'), all('packages'), all('files'), all('labels')];
  const ahead = (kind: string, script: Script) => [`echo ${mark} ahead ${kind}`, script];
  return [
    ...(questions.some(({ asksFor }) => asksFor?.addresses)
      ? ahead('addresses', call('know_addresses'))
      : []),
    ...(files.length > 1 ? ahead('files', call('know_files', mark, small, ...files)) : []),
    ...(labelled.length > 1 ? ahead('labels', call('know_labels', ...labelled)) : []),
    ...(units.length > 1 ? ahead('units', call('know_units', ...units)) : []),
    ...(questions.some(({ asksFor }) => asksFor?.bootPackages)
      ? ahead('packages', call('know_boot_packages', ...packages))
      : packages.length > 1
        ? ahead('packages', call('know_packages', ...packages))
        : []),
  ];
}

function readAnswers(questions: readonly Question[], stdout: string, mark: string): Answers {
  const answers = new Answers();
  let current: { id: string; rows: string[] } | undefined;
  let complete = false;
  const together: string[] = [];
  let contents = Buffer.alloc(0);
  let changed = false;
  for (const row of stdout.split('\n')) {
    const at = row.indexOf(mark);
    if (at < 0) {
      (current?.rows ?? together).push(row);
      continue;
    }
    // After output without a final newline, the mark follows on the same line.
    if (at > 0) current?.rows.push(row.slice(0, at));
    const [, word = '', code] = row.slice(at).split(' ');
    if (word === 'done') complete = true;
    else if (word === 'end' && !current) {
      contents = Buffer.from(together.join(''), 'base64');
      changed = contents.length !== Number(code);
    } else if (word === 'end' && current) {
      const rows = current.rows.map((one) => withContent(one, contents));
      answers.add(current.id, { output: rows.join('\n'), code: Number(code) });
      current = undefined;
    } else {
      const question = questions[Number(word)];
      if (question) current = { id: question.id, rows: [] };
    }
  }
  // Without root, files that cannot be read look like files that have changed; the caller reports the missing root.
  const isRoot = /^uid=0$/m.test(answers.find('facts') ?? 'uid=0');
  if (changed && isRoot) throw new Error('a file was changed while it was read: ask again');
  if (!complete) throw new Error('the probe did not run to its end');
  for (const { id, mayFail } of questions) if (isRoot && !mayFail) answers.of(id);
  return answers;
}

/** Puts a file's content, which was read together with others', into the file's own answer. */
const withContent = (row: string, contents: Buffer): string =>
  row.replace(
    /^(file .* (\d+)) @(\d+)$/,
    (_, about: string, size: string, from: string) =>
      `${about} -\n${contents.subarray(Number(from), Number(from) + Number(size)).toString('base64')}`,
  );
