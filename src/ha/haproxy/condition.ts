import { type Environment, hasVariable, type Variables } from './environment';

/** True, false, or nobody can say. */
type Verdict = boolean | undefined;

/** What a condition may ask about. */
export interface Known extends Pick<Environment, 'version' | 'features'> {
  variables: Variables;
}

/** Deeper nesting than anybody writes, and no danger to the stack. */
const deepest = 100;

/**
 * Whether the expression behind `.if` holds (Configuration Manual, 2.4); undefined where it asks what is not known, or
 * is none.
 */
export function holds(expression: string, known: Known): Verdict {
  const reader = new Reader(expression, known);
  if (expression.trim() === '') return false;
  const verdict = reader.or(0);
  return reader.isAtEnd() ? verdict : undefined;
}

class Reader {
  private at = 0;
  private isBroken = false;

  constructor(
    private readonly text: string,
    private readonly known: Known,
  ) {}

  isAtEnd = () => this.take(/[ \t]*$/y) !== undefined && !this.isBroken;

  or(depth: number): Verdict {
    const verdicts = [this.and(depth)];
    while (this.take(/[ \t]*\|\|/y) !== undefined) verdicts.push(this.and(depth));
    return verdicts.includes(true) ? true : verdicts.includes(undefined) ? undefined : false;
  }

  private and(depth: number): Verdict {
    const verdicts = [this.term(depth)];
    while (this.take(/[ \t]*&&/y) !== undefined) verdicts.push(this.term(depth));
    return verdicts.includes(false) ? false : verdicts.includes(undefined) ? undefined : true;
  }

  private term(depth: number): Verdict {
    const isNegated = ((this.take(/[ \t]*(?:![ \t]*)*/y) ?? '').match(/!/g)?.length ?? 0) % 2 === 1;
    const verdict = this.element(depth);
    return verdict === undefined ? undefined : verdict !== isNegated;
  }

  private element(depth: number): Verdict {
    const number = this.take(/[+-]?\d+/y);
    if (number !== undefined) return Number(number) !== 0;
    if (depth < deepest && this.take(/\([ \t]*/y) !== undefined) {
      const verdict = this.or(depth + 1);
      this.isBroken ||= this.take(/[ \t]*\)[ \t]*/y) === undefined;
      return verdict;
    }
    const predicate = this.take(/[a-z_]+/y);
    const args =
      predicate === undefined
        ? undefined
        : this.take(/\((?:[^()\\"']|\\.|"[^"]*"|'[^']*')*\)|(?![^ \t)&|])/y);
    this.isBroken ||= args === undefined;
    return predicate === undefined || args === undefined
      ? undefined
      : this.predicate(predicate, argumentsOf(args.slice(1, -1)));
  }

  private predicate(name: string, [first = '', second = '']: string[]): Verdict {
    const { version, features, variables } = this.known;
    const both = [first, second].some(hasVariable) ? undefined : [first, second];
    switch (name) {
      case 'defined': {
        const { known, value } = variables.get(first);
        return known ? value !== undefined : undefined;
      }
      case 'feature':
        return features?.get(first);
      case 'streq':
        return both && first === second;
      case 'strneq':
        return both && first !== second;
      case 'strstr':
        return both && first.includes(second);
      case 'version_atleast':
        return version === undefined ? undefined : compareVersions(version, first) >= 0;
      case 'version_before':
        return version === undefined ? undefined : compareVersions(version, first) < 0;
      default:
        return undefined;
    }
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

/** Arguments have quotes and escapes of their own. */
function argumentsOf(text: string): string[] {
  const args = [''];
  for (const [piece, escaped, double, single] of text.matchAll(/\\(.)|"([^"]*)"|'([^']*)'|,|[^,\\"']+|./gs))
    if (piece === ',') args.push('');
    else args[args.length - 1] += escaped ?? double ?? single ?? piece;
  return args;
}

/**
 * Less than 0, 0 or more than 0, as two versions of HAProxy are older, alike or newer: `2.4-dev19` is before `2.4.0`,
 * and what is missing is 0.
 */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parts(one), parts(other)];
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parts(version: string): number[] {
  const [, major = 0, minor = 0, patch = 0, development] =
    /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-dev(\d+))?/.exec(version) ?? [];
  return [major, minor, patch].map(Number).concat(development === undefined ? Infinity : Number(development));
}
