/** What an expression sees, and what comes of it. */
type Evaluate = (names: Readonly<Record<string, unknown>>) => unknown;

/** An expression of a playbook that is none, or that has no value. */
export class ExpressionError extends Error {}

const token =
  /\s*(?:(\d+(?:\.\d+)?)(?![\w$.])|('(?:[^'\\\n]|\\['"\\])*'|"(?:[^"\\\n]|\\['"\\])*")|([A-Za-z_$][\w$]*)|([=!]==?|[<>]=?|\|\||&&|\?\?|[-+*/%!?:.()[\]]))/y;
const longest = 2000;
const deepest = 50;

const binary: readonly Record<string, (a: unknown, b: unknown) => unknown>[] = [
  {
    '===': (a, b) => a === b,
    '!==': (a, b) => a !== b,
    '==': (a, b) => a === b,
    '!=': (a, b) => a !== b,
  },
  {
    '<': (a, b) => plain(a) < plain(b),
    '>': (a, b) => plain(a) > plain(b),
    '<=': (a, b) => plain(a) <= plain(b),
    '>=': (a, b) => plain(a) >= plain(b),
    in: (a, b) => Object.hasOwn(holder(b), String(plain(a))),
  },
  {
    '+': (a, b) =>
      typeof a === 'string' || typeof b === 'string' ? `${plain(a)}${plain(b)}` : number(a) + number(b),
    '-': (a, b) => number(a) - number(b),
  },
  {
    '*': (a, b) => number(a) * number(b),
    '/': (a, b) => number(a) / number(b),
    '%': (a, b) => number(a) % number(b),
  },
];

function plain(value: unknown): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new ExpressionError('one value belongs here, and this is a list, an object or nothing');
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new ExpressionError(`a number belongs here, not ${typeof value === 'string' ? 'a text' : 'this'}`);
}

function holder(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  throw new ExpressionError('"in" looks into a list or an object, and this is neither');
}

/** What `of` has of its own under this key: nothing that JavaScript brings along. */
function member(of: unknown, key: string | number | boolean): unknown {
  if (typeof of === 'string' && key === 'length') return of.length;
  const holding = (typeof of === 'object' && of !== null ? of : {}) as Record<string, unknown>;
  // What is watched says in its own words what it has instead.
  const found = holding[String(key)];
  if (Object.hasOwn(holding, String(key))) return found;
  throw new ExpressionError(`there is no "${key}"`);
}

/**
 * The little language of a playbook's strings: names with dots and brackets, texts, numbers, comparisons, `in`, `&&`, `||`,
 * `??`, `? :`, `!`, arithmetic and brackets. It calls nothing and reaches nothing but what it is given: to read somebody's
 * playbook runs no code of theirs.
 */
class Parser {
  readonly #tokens: { kind: 'number' | 'text' | 'name' | 'sign'; text: string }[] = [];
  #at = 0;
  #depth = 0;

  constructor(private readonly source: string) {
    if (source.length > longest) this.#fail('it is too long');
    token.lastIndex = 0;
    while (source.slice(token.lastIndex).trim() !== '') {
      const from = token.lastIndex;
      const found = token.exec(source);
      if (!found) throw this.#beyond(source.slice(from).trim());
      const [, digits, quoted, name, sign] = found;
      this.#tokens.push(
        digits !== undefined
          ? { kind: 'number', text: digits }
          : quoted !== undefined
            ? { kind: 'text', text: quoted.slice(1, -1).replace(/\\(.)/g, '$1') }
            : name !== undefined
              ? { kind: 'name', text: name }
              : { kind: 'sign', text: sign ?? '' },
      );
    }
  }

  whole(): Evaluate {
    const value = this.#choice();
    const left = this.#tokens[this.#at];
    if (left) throw this.#beyond(left.text);
    return value;
  }

  #choice(): Evaluate {
    this.#depth += 1;
    if (this.#depth > deepest) this.#fail('it is nested too deep');
    const condition = this.#either();
    let value = condition;
    if (this.#take('?')) {
      const yes = this.#choice();
      if (!this.#take(':')) this.#fail('a ":" is missing after "?"');
      const no = this.#choice();
      value = (names) => (condition(names) ? yes(names) : no(names));
    }
    this.#depth -= 1;
    return value;
  }

  #either(): Evaluate {
    let left = this.#both();
    for (let sign = this.#take('||', '??'); sign; sign = this.#take('||', '??')) {
      const [before, after] = [left, this.#both()];
      left =
        sign === '||' ? (names) => before(names) || after(names) : (names) => before(names) ?? after(names);
    }
    return left;
  }

  #both(): Evaluate {
    let left = this.#binary(0);
    while (this.#take('&&')) {
      const [before, after] = [left, this.#binary(0)];
      left = (names) => before(names) && after(names);
    }
    return left;
  }

  #binary(level: number): Evaluate {
    const signs = binary[level];
    if (!signs) return this.#unary();
    let left = this.#binary(level + 1);
    for (let sign = this.#take(...Object.keys(signs)); sign; sign = this.#take(...Object.keys(signs))) {
      const [before, work, after] = [left, signs[sign], this.#binary(level + 1)];
      left = (names) => work?.(before(names), after(names));
    }
    return left;
  }

  #unary(): Evaluate {
    let signs = '';
    for (let sign = this.#take('!', '-'); sign; sign = this.#take('!', '-')) signs = sign + signs;
    const value = this.#members();
    return (names) =>
      Array.from(signs).reduce<unknown>((of, sign) => (sign === '!' ? !of : -number(of)), value(names));
  }

  #members(): Evaluate {
    let value = this.#primary();
    for (let sign = this.#take('.', '['); sign; sign = this.#take('.', '[')) {
      const of = value;
      if (sign === '.') {
        const name = this.#tokens[this.#at];
        if (name?.kind !== 'name') return this.#fail('a name is missing after "."');
        this.#at += 1;
        value = (names) => member(of(names), name.text);
      } else {
        const key = this.#choice();
        if (!this.#take(']')) this.#fail('a "]" is missing');
        value = (names) => member(of(names), plain(key(names)));
      }
    }
    return value;
  }

  #primary(): Evaluate {
    const next = this.#tokens[this.#at];
    if (!next) return this.#fail('a value is missing at its end');
    this.#at += 1;
    if (next.kind === 'number') return () => Number(next.text);
    if (next.kind === 'text') return () => next.text;
    if (next.kind === 'name') {
      const { text } = next;
      if (text === 'null') return () => null;
      if (text === 'true' || text === 'false') return () => text === 'true';
      return (names) => {
        if (Object.hasOwn(names, text)) return names[text];
        throw new ReferenceError(`${text} is not defined`);
      };
    }
    if (next.text !== '(') throw this.#beyond(next.text);
    const value = this.#choice();
    if (!this.#take(')')) this.#fail('a ")" is missing');
    return value;
  }

  #take(...signs: string[]): string | undefined {
    const next = this.#tokens[this.#at];
    if (!next || next.kind === 'number' || next.kind === 'text' || !signs.includes(next.text))
      return undefined;
    this.#at += 1;
    return next.text;
  }

  #beyond(what: string): ExpressionError {
    const shown = what.length > 20 ? `${what.slice(0, 20)}…` : what;
    return new ExpressionError(
      `"${this.source.trim()}" is more than an expression of a playbook, at "${shown}": it has names, texts, numbers, comparisons, "in", &&, ||, ??, ?: and + - * / %, and calls nothing; what needs more goes into a template`,
    );
  }

  #fail(why: string): never {
    throw new ExpressionError(`"${this.source.trim()}" is no expression: ${why}`);
  }
}

/** Each is filled in for every host. */
const known = new Map<string, Evaluate>();

/** @throws ExpressionError, ReferenceError */
export function evaluate(source: string, names: Readonly<Record<string, unknown>>): unknown {
  let expression = known.get(source);
  if (!expression) {
    expression = new Parser(source).whole();
    known.set(source, expression);
  }
  return expression(names);
}
