import { cutToWidth, displayWidth, wrap } from './format';

/** Cuts `text` to the whole words that fit into `width` columns; an ellipsis stands for the rest. */
export function cutWords(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const [first = ''] = wrap(text, Math.max(0, width - 2));
  return displayWidth(first) + 2 <= width ? `${first} …` : cutToWidth(text, width);
}

/** Lines of at most `width` columns, broken between words; a longer word loses its middle. */
export function wrapToWidth(text: string, width: number): string[] {
  return wrap(text, width).map((row) => cutToWidth(row, width));
}

/** A paragraph whose first line begins with `head`; the others are indented by `hanging` columns. */
export function paragraph(head: string, text: string, width: number, hanging = displayWidth(head)): string[] {
  const room = Math.max(1, width - hanging);
  const words = text.split(' ').map((word) => cutToWidth(word, room));
  const [first = '', ...rest] = wrap(`${head}${words.join(' ')}`, width);
  if (rest.length === 0) return [cutToWidth(first, width)];
  const later = wrap(rest.join(' '), room).map((row) => `${' '.repeat(hanging)}${row}`);
  return [first, ...later].map((row) => cutToWidth(row, width));
}

/** Appends spaces until `text` takes `width` columns; longer text stays as it is. */
export function padTo(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - displayWidth(text)))}`;
}
