import type { Value } from '../schema/vars';

/**
 * A variable's value as Ansible reads it, by Python's `ast.literal_eval`: numbers, quoted strings, True, False, None,
 * tuples, lists, sets and dicts; whatever else is the text itself. What JSON would write otherwise than Python (a
 * whole float such as 1.0, a number past 2^53, a complex one) stays text, so that templates write it as it was.
 */
export function literalOf(text: string): Value {
  try {
    return new Reader(text.replace(/^[ \t]+/, '')).whole();
  } catch (error) {
    if (error instanceof NoLiteral) return text;
    throw error;
  }
}

class NoLiteral extends Error {}

/** As many brackets as a document of ours may nest, less what stands around a variable. */
const deepest = 48;

const number =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)/y;
const string =
  /([A-Za-z]{0,2})("""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|(?!""")"(?:[^"\\\n]|\\[\s\S])*"|(?!''')'(?:[^'\\\n]|\\[\s\S])*')/y;
const word = /(?:True|False|None)(?![\p{L}\p{N}_])/uy;
const blank = /[ \t\f]*/y;
const end = /(?:#.*)?$/y;
const words: Record<string, Value> = { True: true, False: false, None: null };

class Reader {
  #at = 0;
  #depth = 0;

  constructor(private readonly text: string) {}

  whole(): Value {
    const value = this.#items(undefined);
    this.#take(blank);
    if (this.#take(end) === undefined) throw new NoLiteral();
    return value;
  }

  /** What stands between brackets, or on the whole line: one value, or with a comma a tuple. */
  #items(close: string | undefined): Value {
    const items: Value[] = [];
    let isTuple = false;
    while (!this.#isAtEnd(close)) {
      items.push(this.#value());
      isTuple = this.#sign(',');
      if (!isTuple) break;
    }
    if (close !== undefined && !this.#sign(close)) throw new NoLiteral();
    if (items.length === 0 && close === undefined) throw new NoLiteral();
    const [first = null] = items;
    return close !== ']' && items.length === 1 && !isTuple ? first : items;
  }

  #isAtEnd(close: string | undefined): boolean {
    this.#take(blank);
    return close === undefined ? /^(?:#.*)?$/.test(this.text.slice(this.#at)) : this.text[this.#at] === close;
  }

  #value(): Value {
    this.#take(blank);
    const sign = this.text[this.#at] ?? '';
    if ('([{'.includes(sign) && sign !== '') return this.#bracket(sign);
    if ('+-'.includes(sign) && sign !== '') return this.#signed(sign);
    const named = this.#take(word);
    if (named !== undefined) return words[named[0]] ?? null;
    if (this.text.startsWith('...', this.#at)) {
      this.#at += 3;
      return '...';
    }
    if (/[0-9.]/.test(sign)) return this.#number('');
    return this.#strings();
  }

  #bracket(sign: string): Value {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > deepest) throw new NoLiteral();
    const value = sign === '{' ? this.#braces() : this.#items(sign === '(' ? ')' : ']');
    this.#depth -= 1;
    return value;
  }

  /** A dict, or a set, whose keys and members must be plain. */
  #braces(): Value {
    const members = new Map<string, Value>();
    const items = new Set<Value>();
    while (!this.#isAtEnd('}')) {
      const value = this.#value();
      if (typeof value === 'object' && value !== null) throw new NoLiteral();
      if (this.#sign(':')) members.set(String(value), this.#value());
      else items.add(value);
      if (!this.#sign(',')) break;
    }
    if (!this.#sign('}') || (items.size > 0 && members.size > 0)) throw new NoLiteral();
    return items.size > 0 ? [...items] : Object.fromEntries(members);
  }

  #signed(sign: string): Value {
    this.#at += 1;
    this.#take(blank);
    return this.#number(sign);
  }

  #number(sign: string): Value {
    const digits = this.#take(number)?.[0] ?? '';
    // Python knows no decimal number with leading zeros, and no letter may follow one.
    if (!/[0-9]/.test(digits) || /^0[0-9_]*[1-9][0-9_]*$/.test(digits) || this.#isLetterNext())
      throw new NoLiteral();
    const value = Number(digits.replaceAll('_', '')) * (sign === '-' ? -1 : 1);
    const isWhole = /^(?:0[xXoObB])|^[0-9_]+$/.test(digits);
    const asText = `${sign === '-' ? '-' : ''}${digits}`;
    // Minus zero is zero.
    if (isWhole) return Number.isSafeInteger(value) ? value + 0 : asText;
    return Number.isFinite(value) && !Number.isInteger(value) ? value : asText;
  }

  #isLetterNext(): boolean {
    return /^[\p{L}\p{N}_.]/u.test(this.text.slice(this.#at, this.#at + 2));
  }

  /** One string literal, or several in a row, which Python joins. */
  #strings(): string {
    let joined: string | undefined;
    let kind: boolean | undefined;
    for (let found = this.#take(string); found; found = this.#take(string)) {
      const [, prefix = '', quoted = ''] = found;
      if (!/^(?:[ur]|b|br|rb)?$/i.test(prefix)) throw new NoLiteral();
      const isBytes = /b/i.test(prefix);
      if (kind !== undefined && kind !== isBytes) throw new NoLiteral();
      kind = isBytes;
      const inner = /^("""|''')/.test(quoted) ? quoted.slice(3, -3) : quoted.slice(1, -1);
      joined = (joined ?? '') + (/r/i.test(prefix) ? inner : withoutEscapes(inner, isBytes));
      this.#take(blank);
    }
    if (joined === undefined) throw new NoLiteral();
    return joined;
  }

  /** The next sign, if it is this one. */
  #sign(sign: string): boolean {
    this.#take(blank);
    if (this.text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text) ?? undefined;
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}

const simple: Record<string, string> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Python's escapes; of an unknown one the backslash stays. */
function withoutEscapes(text: string, isBytes: boolean): string {
  const escaped = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;
  return text.replace(escaped, (all, octal, hex, short, long, other) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (isBytes && (short ?? long) !== undefined) return all;
    const code = Number.parseInt(short ?? long ?? '', 16);
    if (code > 0x10ffff || (!isBytes && /^[xuUN]$/.test(other ?? ''))) throw new NoLiteral();
    return Number.isNaN(code) ? (simple[other] ?? all) : String.fromCodePoint(code);
  });
}
