import { wrapToWidth } from '../../text/fit';
import { cutToWidth, displayWidth } from '../../text/format';
import { marks } from '../level';
import type { Node } from './diagram';

/** In pixels, of a monospace font; in the widest one of browsers, a character is 0.61 of the size wide. */
export const FONT_SIZE = 13;
const CHARACTER = FONT_SIZE * 0.61;
/** The height of a line in pixels. */
export const ROW = 18;
/** The distance between a box's border and its text. */
export const PADDING = 10;

/** The width of a text in pixels. */
export const widthOf = (text: string): number => Math.ceil(displayWidth(text) * CHARACTER);

/** How many characters fit into `pixels`. */
const room = (pixels: number): number => Math.max(1, Math.floor(pixels / CHARACTER));

/** A part's name, after the mark of its level. */
export const titleOf = ({ name, level }: Node): string => (level ? `${marks[level]} ${name}` : name);

/** A part's lines, which fit into `pixels`, with long words cut; first the name, `strong`. */
export function rowsOf(part: Node, pixels: number): { text: string; strong: boolean }[] {
  const rows = (text: string, strong: boolean) =>
    wrapToWidth(text, room(pixels)).map((row) => ({ text: row, strong }));
  return [...rows(titleOf(part), true), ...part.lines.flatMap((line) => rows(line, false))];
}

/** The width in pixels of the longest text, within bounds. */
export function widthFor(texts: readonly string[], least: number, most: number): number {
  return Math.min(most, Math.max(least, ...texts.map(widthOf)));
}

/** Cuts a text to `pixels`. */
export const cutTo = (text: string, pixels: number): string => cutToWidth(text, room(pixels));
