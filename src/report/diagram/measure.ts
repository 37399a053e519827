import { wrapToWidth } from '../../text/fit';
import { cutToWidth, displayWidth } from '../../text/format';
import { marks } from '../level';
import type { Node } from './diagram';

/** Of a font whose characters are all as wide; the widest that browsers have for "monospace" is 0.61 of its size. */
export const FONT_SIZE = 13;
const CHARACTER = FONT_SIZE * 0.61;
export const ROW = 18;
/** Between a box's border and its text. */
export const PADDING = 10;

export const widthOf = (text: string): number => Math.ceil(displayWidth(text) * CHARACTER);

/** How many characters go into so many pixels. */
const room = (pixels: number): number => Math.max(1, Math.floor(pixels / CHARACTER));

/** A part's name with the mark of its level. */
export const titleOf = ({ name, level }: Node): string => (level ? `${marks[level]} ${name}` : name);

/** Lines that fit into `pixels`, long words cut; the name's own first, `strong`. */
export function rowsOf(part: Node, pixels: number): { text: string; strong: boolean }[] {
  const rows = (text: string, strong: boolean) =>
    wrapToWidth(text, room(pixels)).map((row) => ({ text: row, strong }));
  return [...rows(titleOf(part), true), ...part.lines.flatMap((line) => rows(line, false))];
}

/** A width that takes all the texts, within bounds. */
export function widthFor(texts: readonly string[], least: number, most: number): number {
  return Math.min(most, Math.max(least, ...texts.map(widthOf)));
}

export const cutTo = (text: string, pixels: number): string => cutToWidth(text, room(pixels));
