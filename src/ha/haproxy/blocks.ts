import { compareVersions, holds, type Known } from './condition';
import type { Line } from './syntax';

/** A branch that nobody can decide upon: `.if feature(OPENSSL)`, or the `.else` of one. */
export interface Condition {
  /** 1-based. */
  line: number;
  text: string;
}

/** True, false, or nobody can say. */
type Verdict = boolean | undefined;

interface Block {
  line: Line;
  current: Verdict;
  /** Whether this branch or one before it is taken. */
  taken: Verdict;
  condition: Condition;
  hasElse: boolean;
}

const not = (a: Verdict): Verdict => (a === undefined ? undefined : !a);
const and = (a: Verdict, b: Verdict): Verdict =>
  a === false || b === false ? false : a === undefined ? undefined : b;
const or = (a: Verdict, b: Verdict): Verdict => not(and(not(a), not(b)));

const firstWith = '2.4';
/** Deeper nesting is refused (MAXNESTEDCONDS). */
const deepest = 99;
const messages = ['.alert', '.warning', '.notice', '.diag'];

/** The conditional blocks of one file, line after line (Configuration Manual, 2.4). */
export class Blocks {
  private readonly open: Block[] = [];
  /** Those that are nested too deeply to be looked at. */
  private tooDeep = 0;
  /** Whether HAProxy takes what stands here. */
  verdict: Verdict = true;
  /** The branches around a line whose conditions nobody can decide upon. */
  conditions: Condition[] = [];

  constructor(
    private readonly known: Known,
    private readonly refuse: (line: Line, column: number, message: string) => void,
  ) {}

  /** Takes a line that begins with a dot. @param words with the variables that are known */
  follow(line: Line, words: readonly string[]): void {
    const [keyword = '', ...rest] = words;
    const fail = (message: string, at = 0) => this.refuse(line, line.words[at]?.column ?? 1, message);
    const { version } = this.known;
    if (version !== undefined && compareVersions(version, firstWith) < 0)
      fail(`${keyword} is known from HAProxy ${firstWith} on`);
    const expression = rest.join(' ');
    const condition = { line: line.number, text: words.join(' ') };
    const block = this.open.at(-1);
    if (keyword === '.if' && this.open.length >= deepest) {
      if (this.tooDeep === 0) fail(`more than ${deepest} blocks within each other`);
      this.tooDeep += 1;
    } else if (keyword === '.endif' && this.tooDeep > 0) this.tooDeep -= 1;
    else if (this.tooDeep > 0) return;
    else if (keyword === '.if') {
      // Within what is left out, conditions are not looked at.
      const verdict = this.verdict === false ? false : holds(expression, this.known);
      this.open.push({
        line,
        condition,
        current: verdict,
        taken: this.verdict === false ? true : verdict,
        hasElse: false,
      });
    } else if (keyword === '.elif' || keyword === '.else' || keyword === '.endif') {
      if (keyword !== '.elif' && rest.length > 0) fail(`a word behind ${keyword}`, 1);
      if (!block) fail(`${keyword} without .if`);
      else if (keyword === '.endif') this.open.pop();
      else if (block.hasElse) fail(`${keyword} behind .else`);
      else {
        const verdict = keyword === '.else' || block.taken === true ? true : holds(expression, this.known);
        block.current = and(not(block.taken), verdict);
        block.taken = or(block.taken, verdict);
        block.condition = condition;
        block.hasElse = keyword === '.else';
      }
    } else if (this.verdict === false) return;
    else if (!messages.includes(keyword)) fail(`an unknown directive ${keyword}`);
    else if (rest.length > 1) fail(`more than one word behind ${keyword}`, 2);
    this.verdict = this.open.map(({ current }) => current).reduce(and, true);
    this.conditions = this.open.filter(({ current }) => current === undefined).map((one) => one.condition);
  }

  /** The file is over. */
  close(): void {
    for (const { line } of this.open.splice(0))
      this.refuse(line, line.words[0]?.column ?? 1, '.if without .endif');
  }
}
