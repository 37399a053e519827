/** What a `$NAME` stands for: several lines where its definition has them. */
type Value = readonly string[];

/** keepalived's own ways of getting a value; undefined where nobody here can know it. */
type Predefined = (name: string, parameters: string) => string | undefined;

interface Replaced {
  text: string;
  /** The other lines of a definition of several, in their order. */
  after: string[];
  /** Whether anything was replaced. */
  isChanged: boolean;
  /** What stays as it is because nobody here can know its value. */
  unknown: string[];
  /** Whether there is no end to it. */
  isEndless: boolean;
}

/** Replacements in one line: more of them are a definition that uses itself. */
const mostInLine = 1_000;
/** keepalived's buffer holds a byte more. */
export const longestLine = 1_023;

/** The definitions that were read so far. */
export class Definitions {
  readonly #values = new Map<string, Value>();
  readonly #predefined: ReadonlySet<string>;
  readonly #ask: Predefined;
  /** Replacements that are left for all lines together. */
  #left = 1_000_000;

  constructor(predefined: ReadonlySet<string>, ask: Predefined) {
    this.#predefined = predefined;
    this.#ask = ask;
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** Puts values in the places of `$NAME` and `${NAME}`, also where they came out of another value. */
  replace(line: string): Replaced {
    const state: Replaced = { text: line, after: [], isChanged: false, unknown: [], isEndless: false };
    let at = state.text.indexOf('$');
    for (let count = 0; at >= 0; at = state.text.indexOf('$', at)) {
      const found = this.#find(state.text, at);
      if (!found) at += 1;
      else if (found.value === undefined) {
        state.unknown.push(state.text.slice(at, found.end));
        at += 1;
      } else {
        const [first = '', ...more] = found.value;
        count += 1;
        this.#left -= 1;
        if (count > mostInLine || this.#left < 0 || state.text.length > longestLine)
          return { ...state, isEndless: true };
        state.text = state.text.slice(0, at) + first + state.text.slice(found.end);
        state.after = [...more, ...state.after];
        state.isChanged = true;
        // It is a sequence of its own: what it has is replaced when its lines are read.
        if (/^[ \t]*~/.test(first)) return state;
      }
    }
    return state;
  }

  #find(text: string, at: number): { value: Value | undefined; end: number } | undefined {
    use.lastIndex = at;
    const match = use.exec(text);
    if (!match) return undefined;
    const [all, braced, parameters = '', blanks = '', plain] = match;
    const name = braced ?? plain ?? '';
    if (parameters !== '' && (blanks !== '' || !/^_(?:RANDOM|ENV)$/.test(name) || this.#values.has(name)))
      return undefined;
    // keepalived counts the characters without the blanks, so that as many stay behind.
    const end = at + all.length - blanks.length;
    const value = this.#values.get(name);
    if (value) return value.length > 1 && end < text.length ? undefined : { value, end };
    if (!this.#predefined.has(name)) return undefined;
    const told = this.#ask(name, parameters.trim());
    return { value: told === undefined ? undefined : [told], end };
  }
}

/** `${NAME}`, `${NAME PARAMETERS}`, or `$NAME` with nothing of a name behind it. */
const use = /\$(?:\{([A-Za-z_]\w*)((?:[ \t]+\w+)*)([ \t]*)\}|([A-Za-z_]\w*)(?=[ \t,)]|$))/y;

/** The lines of a definition's text as they replace its name. @param rows decommented, without their last backslash */
export function definedLines([first = '', ...more]: readonly string[]): string[] {
  const rows = [first.replace(/^\$\w+=[ \t]*/, ''), ...more].map((row) => row.replace(/[ \t]+$/, ''));
  // A first line of nothing but its backslash is no line.
  return rows.length > 1 && rows[0] === '' ? rows.slice(1) : rows;
}
