import { addMember, deepest, type LineOf, type Parsed, type Path, type Place, SyntaxMistake } from './place';

/**
 * Reads strict JSON (RFC 8259). JSON.parse makes the value; this reader adds the place of each part, finds the duplicate
 * keys that JSON.parse accepts, and words errors for a person who edits the file.
 * @throws SyntaxMistake at the first thing that is not JSON.
 */
export function parseJson(text: string, line: LineOf): Parsed {
  const reader = new Reader(text, line);
  const root = reader.document();
  return { value: JSON.parse(text), root, mistakes: reader.mistakes };
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[^\s,:[\]{}"]+/y;
const literals = new Set(['true', 'false', 'null']);

class Reader {
  readonly mistakes: Parsed['mistakes'] = [];
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly line: LineOf,
  ) {}

  document(): Place {
    this.#space();
    const root = this.#value([]);
    this.#space();
    if (this.#at < this.text.length) this.#fail('nothing may follow the document’s own closing bracket');
    return root;
  }

  #value(path: Path): Place {
    const offset = this.#at;
    if (path.length > deepest) this.#fail(`nested more than ${deepest} deep`);
    const sign = this.text[offset];
    if (sign === '{') return this.#object({ offset, members: new Map() }, path);
    if (sign === '[') return this.#array({ offset, items: [] }, path);
    if (sign === '"') this.#string();
    else this.#literal();
    return { offset };
  }

  #object(place: Place, path: Path): Place {
    const close = '}';
    for (let more = this.#open(close, place); more; more = this.#more(close, place)) {
      const offset = this.#at;
      if (this.text[offset] !== '"') this.#fail('a key in double quotes belongs here');
      const here = [...path, this.#string()];
      this.#space();
      if (this.text[this.#at] !== ':') this.#fail('a colon is missing after the key', this.#at);
      this.#at += 1;
      this.#space();
      addMember(place, here, { ...this.#value(here), offset }, this.mistakes, this.line);
    }
    return place;
  }

  #array(place: Place, path: Path): Place {
    for (let more = this.#open(']', place); more; more = this.#more(']', place))
      place.items?.push(this.#value([...path, place.items.length]));
    return place;
  }

  /** Moves past the opening bracket, and past the closing one where nothing is between; true where an entry follows. */
  #open(close: string, opened: Place): boolean {
    this.#at += 1;
    this.#space();
    if (this.#at >= this.text.length) this.#unclosed(opened);
    if (this.text[this.#at] !== close) return true;
    this.#at += 1;
    return false;
  }

  /** Moves past the comma or closing bracket after an entry; true where another entry follows. */
  #more(close: string, opened: Place): boolean {
    this.#space();
    const sign = this.text[this.#at];
    const comma = this.#at;
    if (sign === undefined) this.#unclosed(opened);
    if (sign !== ',' && sign !== close)
      this.#fail(`a comma is missing before this, or the closing ${close} above it`);
    this.#at += 1;
    if (sign === close) return false;
    this.#space();
    if (this.text[this.#at] === close) this.#fail('nothing follows this comma: remove it', comma);
    return true;
  }

  #string(): string {
    const start = this.#at;
    for (this.#at += 1; this.text[this.#at] !== '"'; this.#at += 1) {
      const sign = this.text[this.#at];
      if (sign === undefined || sign === '\n') this.#fail('this string has no closing quote', start);
      if (sign < ' ') this.#fail(`a control character in a string: write it as ${escaped(sign)}`);
      if (sign !== '\\') continue;
      if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.text.slice(this.#at, this.#at + 6)))
        this.#fail(
          `JSON knows no ${this.text.slice(this.#at, this.#at + 2)} in a string; a backslash itself is \\\\`,
        );
      this.#at += 1;
    }
    this.#at += 1;
    return JSON.parse(this.text.slice(start, this.#at)) as string;
  }

  #literal(): void {
    word.lastIndex = this.#at;
    const found = word.exec(this.text)?.[0] ?? '';
    number.lastIndex = this.#at;
    if (!literals.has(found) && (found === '' || number.exec(this.text)?.[0] !== found))
      this.#fail(found ? notAValue(found) : 'a value is missing here');
    this.#at += found.length;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.text[this.#at] ?? '')) this.#at += 1;
    if (/^(?:\/[/*]|#)/.test(this.text.slice(this.#at, this.#at + 2)))
      this.#fail('JSON has no comments; YAML has: name the file .yaml');
  }

  #unclosed(opened: Place): never {
    return this.#fail(`the file ends before this ${this.text[opened.offset]} is closed`, opened.offset);
  }

  #fail(message: string, offset = this.#at): never {
    throw new SyntaxMistake(message, offset);
  }
}

const escaped = (sign: string) =>
  sign === '\t' ? '\\t' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Leaves out the word itself: it may be a password without its quotes. */
function notAValue(found: string): string {
  if (/^[-+.]?\d/.test(found))
    return 'not how JSON writes a number: no leading zeros, no +, no hexadecimal; text goes in double quotes';
  if (literals.has(found.toLowerCase())) return `write ${found.toLowerCase()} in small letters`;
  return 'text goes in double quotes; without them only numbers, true, false and null may stand';
}
