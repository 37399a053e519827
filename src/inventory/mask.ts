/** Below this many characters a secret may well be a part of a common word. */
export const short = 8;

/**
 * Where a text is broken over lines: by a program that wraps what it prints, in a diff, in a shell script. What stands
 * beside a break may also be a part of what was broken.
 */
const lineBreaks = [/[ \t]*\r?\n[ \t]*/, /[ \t]*\r?\n[+-][ \t]*/, /[ \t]*\\\r?\n[ \t]*/] as const;
const [lineBreak] = lineBreaks;

/** A text as its reader understands it, and where in the text each of its characters comes from. */
interface View {
  text: string;
  /** Each `size` characters from `at` on stand for those of the text between `from` and `to`. */
  tokens: { at: number; size: number; from: number; to: number }[];
}

/** How text of a syntax is read: what each token of it means. */
const syntaxes: readonly { token: RegExp; read: (token: string) => string }[] = [
  // URLs, wholly or partly encoded.
  {
    token:
      /%[0-7][0-9a-f]|%[cd][0-9a-f](?:%[89ab][0-9a-f])|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/i,
    read: (token) => Buffer.from(token.replaceAll('%', ''), 'hex').toString(),
  },
  // Forms.
  {
    token:
      /\+|%[0-7][0-9a-f]|%[cd][0-9a-f](?:%[89ab][0-9a-f])|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/i,
    read: (token) => (token === '+' ? ' ' : Buffer.from(token.replaceAll('%', ''), 'hex').toString()),
  },
  // HTML and XML.
  {
    token: /&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});/i,
    read: (token) => readEntity(token.slice(1, -1).toLowerCase()),
  },
  // A shell's single quotes.
  { token: /'\\''|'"'"'/, read: () => "'" },
  // JSON, HAProxy, C, and shells outside of quotes.
  {
    token: /\\u\{[0-9a-f]{1,6}\}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[0-3][0-7]{2}|\\[^\r\n]/i,
    read: readEscape,
  },
];

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');

function readEntity(name: string): string {
  const number = /^#(x?)(.+)$/.exec(name);
  if (!number) return entities[name] ?? '';
  return character(Number.parseInt(number[2] ?? '', number[1] ? 16 : 10));
}

const letters: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function readEscape(token: string): string {
  const hex = /^\\[uUxX]\{?([0-9a-fA-F]+)/.exec(token)?.[1];
  if (hex) return character(Number.parseInt(hex, 16));
  if (/^\\[0-3][0-7]{2}$/.test(token)) return character(Number.parseInt(token.slice(1), 8));
  return letters[token.slice(1)] ?? token.slice(1);
}

/** The text with its tokens read. */
function view(text: string, token: RegExp, read: (token: string) => string): View {
  const tokens: View['tokens'] = [];
  const parts: string[] = [];
  let [at, done] = [0, 0];
  for (const { 0: whole, index } of text.matchAll(new RegExp(token, `g${token.flags.replace('g', '')}`))) {
    const meant = read(whole).replace(/[\r\n]/, '');
    parts.push(text.slice(done, index), meant);
    at += index - done;
    tokens.push({ at, size: meant.length, from: index, to: index + whole.length });
    at += meant.length;
    done = index + whole.length;
  }
  return { text: parts.join('') + text.slice(done), tokens };
}

/** All ways to read the text, those left out that read it as others do: the breaks taken out, then a syntax read. */
function* viewsOf(text: string): Generator<View[]> {
  for (const kind of lineBreaks) {
    if (kind !== lineBreak && !kind.test(text)) continue;
    const joined = view(
      text,
      kind === lineBreak ? kind : new RegExp(`${kind.source}|${lineBreak.source}`),
      () => '',
    );
    yield [joined];
    for (const { token, read } of syntaxes)
      if (token.test(joined.text)) yield [joined, view(joined.text, token, read)];
  }
}

/** The last token that begins before `position` of the view. */
function tokenBefore({ tokens }: View, position: number): View['tokens'][number] | undefined {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.at ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return tokens[low - 1];
}

/** Where in the text the view's part from `start` to `end` comes from. */
function origin(read: View, [start, end]: [number, number]): [number, number] {
  const first = tokenBefore(read, start + 1);
  const last = tokenBefore(read, end);
  const isInside = first && start < first.at + first.size;
  return [
    first ? (isInside ? first.from : first.to + start - first.at - first.size) : start,
    last ? (end <= last.at + last.size ? last.to : last.to + end - last.at - last.size) : end,
  ];
}

/** A form of a secret, and how many characters beside it tell of it too. */
export interface Needle {
  text: string;
  before: number;
  after: number;
}

/** Every form of a long secret that is not the secret itself to a reader of the syntax around it. */
export function needlesOf(value: string): Needle[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // A character that is made of others' bytes too differs from text to text.
    const begin = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const needle = { text: text.slice(begin, end), before: offset && 1, after: 1 };
    return [needle, { ...needle, text: needle.text.replaceAll('+', '-').replaceAll('/', '_') }];
  });
  const hex = bytes.toString('hex');
  return [plainNeedle(value), ...base64, ...[hex, hex.toUpperCase()].map(plainNeedle)];
}

export const plainNeedle = (value: string): Needle => ({
  text: value.replaceAll(new RegExp(lineBreak, 'g'), ''),
  before: 0,
  after: 0,
});

/** `text` with each of the needles, however it is written or broken over lines, replaced by `***`. */
export function maskNeedles(text: string, needles: readonly Needle[]): string {
  const found: [number, number][] = [];
  for (const views of viewsOf(text)) {
    const read = views.at(-1)?.text ?? '';
    for (const { text: form, before, after } of needles) {
      for (let at = read.indexOf(form); at >= 0; at = read.indexOf(form, at + form.length)) {
        const next = at + form.length;
        const padding =
          after && (/^[A-Za-z0-9+/_-]?={0,2}/.exec(read.slice(next, next + 3))?.[0].length ?? 0);
        const place: [number, number] = [Math.max(0, at - before), next + padding];
        found.push(views.reduceRight((part, one) => origin(one, part), place));
      }
    }
  }
  if (found.length === 0) return text;
  found.sort(([a], [b]) => a - b);
  const parts: string[] = [];
  let done = 0;
  for (const [start, end] of found) {
    if (end <= done) continue;
    if (start > done) parts.push(text.slice(done, start));
    parts.push(stars(text.slice(Math.max(start, done), end)));
    done = end;
  }
  return parts.join('') + text.slice(done);
}

/** Lines stay lines. */
const stars = (text: string) =>
  text
    .split(new RegExp(`(${lineBreaks[1].source}|${lineBreak.source})`))
    .map((part, index) => (index % 2 === 1 || part === '' ? part : '***'))
    .join('');
