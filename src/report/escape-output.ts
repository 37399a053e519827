import { visibleLines } from '../text/format';
import type { Output } from './output';
import { through } from './wrap-output';

/** Our own escape sequences: picocolors' codes except "hidden", and those that redraw a screen. */
const colour = '\\x1b\\[(?:[0-79]|2[1-9]|3[0-79]|4[0-79]|9[0-7]|10[0-7])m';
const redraw = '\\x1b\\[\\?25[hl]\\r?|\\x1b\\[\\d+A\\r|\\x1b\\[[HJK]';
const own = new RegExp(`(${colour}|${redraw})`);

/**
 * The last step before a terminal: makes all control characters except for our own escape sequences visible, so that no
 * text from a host or a file can send escape sequences to the operator's terminal.
 */
export function guard(text: string): string {
  return text
    .split(own)
    .map((part, index) => (index % 2 === 1 ? part : visibleLines(part)))
    .join('');
}

/** The same output, with {@link guard} applied to each text. */
export function guarded(output: Output): Output {
  return through(output, guard);
}

/** JSON in which characters that a terminal would act on are escaped; the value is the same. */
export function printJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\p{Cf}\p{Zl}\p{Zp}\x7f-\x9f]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join(''),
  );
}

const escapeUnit = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;
