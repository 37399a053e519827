let known: Intl.Segmenter | undefined;
/** Makes the segmenter on first use: constructing it takes longer than measuring a short text. */
const graphemesOf = (text: string): Intl.Segments => {
  known ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return known.segment(text);
};
/** ASCII, Latin, and the dashes, quotes, arrows and ticks of our messages: one column each. */
const NARROW = /^[ -~\u00a0-\u00ac\u00ae-\u02ff\u2013\u2014\u2018-\u201d\u2026\u2192\u2713\u2717]*$/;
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cc}\p{Cf}]+$/u;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Writes control characters as `^[`, `^M`, `\u202e`, so that text from a file or a host can neither send escape
 * sequences to the operator's terminal nor reorder what is shown. Newlines and tabs become `\n` and `\t`.
 */
export function visible(text: string): string {
  return text.replace(UNPRINTABLE, showCharacter);
}

/** As {@link visible}, for text of several lines, such as a file: newlines and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' || character === '\t' ? character : showCharacter(character),
  );
}

function showCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  if (code === 0x7f) return '^?';
  if (code < 0x100) return `\\x${code.toString(16)}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** How many columns the text takes on a terminal. `text` must hold no colour codes. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) || grapheme.includes('\ufe0f') ? 2 : 1;
}

/**
 * Cuts the text to `width` columns with an ellipsis near its middle: a line's start names the host, its end the file
 * and the duration.
 */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  const graphemes = Array.from(graphemesOf(text), ({ segment }) => segment);
  const tailWidth = Math.floor((width - 1) * 0.4);
  const head = take(graphemes, width - 1 - tailWidth);
  const tail = take(graphemes.reverse(), tailWidth).reverse();
  return `${head.join('')}…${tail.join('')}`;
}

function take(graphemes: string[], width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const grapheme of graphemes) {
    left -= graphemeWidth(grapheme);
    if (left < 0) break;
    taken.push(grapheme);
  }
  return taken;
}

/** `0.2s`, `12s`, `3m 05s`, `1h 02m`. */
export function formatElapsed(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `2026-11-22 21:37:18`, in the reader's time zone. */
export function localTime(at: Date | string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'an unknown time';
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')}`;
}

/** `1 file`, `2 files`, `2 boxes`, `2 registries`, with the plural of a plain English noun. */
export function count(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : pluralOf(noun)}`;
}

function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  if (/(s|x|z|ch|sh)$/.test(noun)) return `${noun}es`;
  return `${noun}s`;
}

/** Replaces INVENTORY in the commands that `text` tells the user to type with the path that the user gave. */
export function namingInventory(text: string, inventory: string): string {
  const word = /^[\w@%+=:,./~-]+$/.test(inventory) ? inventory : `'${inventory.replaceAll("'", `'\\''`)}'`;
  return text.replaceAll(/(?<=haprov \w+ |out of )INVENTORY\b/g, () => word);
}

/** What a sentence ends with whose reason was told before it. */
export const seeAbove = ': see above';

/** The words for who reads them alone, in a host's log or as a hook's event: nothing is above them there. */
export const readAlone = (text: string): string => text.replaceAll(seeAbove, '');

/** Puts `by` before every line but the first and the empty ones. */
export function hang(text: string, by: string): string {
  return text.replace(/\n(?=.)/g, `\n${by}`);
}

/** Puts `by` before every line that is not empty. */
export function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

/** Lines of at most `width` columns, broken between words; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const rows: string[] = [];
  for (const word of text.split(' ')) {
    const last = rows.at(-1);
    if (last !== undefined && displayWidth(`${last} ${word}`) <= width)
      rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}
