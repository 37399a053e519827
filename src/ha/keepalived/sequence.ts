/** What a `~SEQ(…)` or `~LST(…)` makes of the rest of its line: for each round, the values of its names. */
interface Sequence {
  rounds: Map<string, string>[];
  rest: string;
}

/** More rounds than these are no configuration. */
export const mostRounds = 10_000;

/** Undefined where keepalived refuses it. @param inner replaces definitions among the bounds */
export function sequenceOf(text: string, inner: (text: string) => string): Sequence | undefined {
  const match = /^~(SEQx?|LST)[ \t]*\(([^)]*)\)[ \t]*/.exec(text);
  if (!match) return undefined;
  const [whole, word, list = ''] = match;
  const rounds = word === 'LST' ? lists(list) : numbers(list, word === 'SEQx', inner);
  return rounds && { rounds, rest: text.slice(whole.length) };
}

function numbers(list: string, isHex: boolean, inner: (text: string) => string) {
  const comma = list.indexOf(',');
  const name = list.slice(0, Math.max(comma, 0)).trim();
  if (!/^[^\s{]+$/.test(name)) return undefined;
  const bounds = inner(list.slice(comma + 1))
    .split(',')
    .map((word) => toInteger(word.trim()));
  if (bounds.length > 3 || bounds.some((one) => one === undefined)) return undefined;
  const [one = 0, two, three] = bounds;
  const [first, last] = two === undefined ? [one < 0 ? -1 : 1, one] : [one, three ?? two];
  const step =
    three !== undefined ? (two ?? 0) : two === undefined ? (one < 1 ? -1 : 1) : first <= last ? 1 : -1;
  const isWrong = step === 0 || (first < last && step < 0) || (first > last && step > 0);
  if (isWrong || (isHex && (first < 0 || last < 0))) return undefined;
  const count = Math.floor((last - first) / step) + 1;
  if (count > mostRounds) return undefined;
  return Array.from(
    { length: count },
    (_, index) => new Map([[name, (first + index * step).toString(isHex ? 16 : 10)]]),
  );
}

/** As strtol() has it with base 0. */
function toInteger(word: string): number | undefined {
  const [, sign, digits = ''] = /^([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(word) ?? [];
  if (sign === undefined) return undefined;
  const value = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isSafeInteger(value) ? (sign === '-' ? -value : value) : undefined;
}

/** `A, 1, 2` or `{A, B}, {1, 2}, {3}`: what is missing is empty. */
function lists(list: string): Map<string, string>[] | undefined {
  const sets = setsOf(list);
  const [names, ...values] = sets ?? [];
  if (!names || values.length === 0 || values.length > mostRounds) return undefined;
  if (values.some((one) => one.length > names.length)) return undefined;
  return values.map((one) => new Map(names.map((name, index) => [name, one[index] ?? ''])));
}

function setsOf(list: string): string[][] | undefined {
  const sets: string[][] = [];
  const part = /[ \t]*(?:\{([^{}]*)\}|([^,{}]*))[ \t]*(,|$)/y;
  for (;;) {
    const match = part.exec(list);
    if (!match) return undefined;
    const [, several, one = '', end] = match;
    sets.push((several ?? one).split(several === undefined ? /$^/ : ',').map((word) => word.trim()));
    if (end === '') return sets;
  }
}
