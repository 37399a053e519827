import type { IBuffer, IBufferCell, IBufferLine } from '@xterm/headless';

/** A terminal's screen as a picture: an SVG whose text is text. It has its own ground, and is light or dark as the reader's system is. */

/** Pixels; a sign is as wide as a third more than half its height, as in every font of one width. */
const [signWidth, lineHeight, size, margin] = [8, 18, 13.3, 14];

/** By the number of a colour in the terminal: on a light ground, on a dark one. Each is read well on its own. */
const colours: Record<number, readonly [string, string]> = {
  1: ['#b31d28', '#ff7b72'],
  2: ['#116329', '#3fb950'],
  3: ['#7d4e00', '#d29922'],
  4: ['#0550ae', '#58a6ff'],
  5: ['#8250df', '#bc8cff'],
  6: ['#1b6c7a', '#39c5cf'],
  8: ['#59636e', '#9198a1'],
};

const style = (index: 0 | 1) =>
  [
    `rect{fill:${['#f6f8fa', '#0d1117'][index]};stroke:${['#d1d9e0', '#3d444d'][index]}}`,
    `text{fill:${['#1f2328', '#e6edf3'][index]}}`,
    ...Object.entries(colours).map(([number, both]) => `.c${number}{fill:${both[index]}}`),
  ].join('');

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '&quot;');

/** How a cell is drawn. @throws Error for what no picture has yet */
function classOf(cell: IBufferCell): string {
  if (cell.isInverse() || cell.isUnderline() || !cell.isBgDefault() || cell.isFgRGB())
    throw new Error(`a picture has no such sign yet: ${cell.getChars()}`);
  const colour = cell.getFgColor();
  if (cell.isFgPalette() && !colours[colour]) throw new Error(`a picture has no colour ${colour} yet`);
  const words = [cell.isFgPalette() && `c${colour}`, cell.isBold() && 'bold', cell.isDim() && 'dim'];
  return words.filter(Boolean).join(' ');
}

interface Run {
  at: number;
  text: string;
  style: string;
}

/** Signs that look alike and stand together; one that a font may have in another width stands alone. */
function runsOf(line: IBufferLine): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < line.translateToString(true).trimEnd().length; at++) {
    const cell = line.getCell(at);
    if (!cell) break;
    const [text, last] = [cell.getChars() || ' ', runs.at(-1)];
    const style = text === ' ' && last ? last.style : classOf(cell);
    const isPlain = /^[ -~]$/.test(text);
    if (last?.style === style && isPlain && /[ -~]$/.test(last.text)) last.text += text;
    else runs.push({ at, text, style });
  }
  return runs;
}

function drawn({ at, text, style }: Run): string {
  const kind = style && ` class="${style}"`;
  return `<tspan x="${margin + at * signWidth}" textLength="${text.length * signWidth}"${kind}>${escaped(text)}</tspan>`;
}

export interface Shown {
  columns: number;
  /** What was typed: it stands above the screen, with `…` where the screen has lost its beginning. */
  command: string;
  /** What the picture shows, for who does not see it. */
  title: string;
  /** The screen is shown from the row on that has it. */
  from?: string;
}

/** The screen as it is now. */
export function draw(buffer: IBuffer, { columns, command, title, from = '' }: Shown): string {
  const kept = Array.from({ length: buffer.length }, (_, y) => buffer.getLine(y)).filter((line) => !!line);
  const begin = kept.findIndex((line, y) => y >= buffer.baseY && line.translateToString().includes(from));
  const lines: Run[][] = [[{ at: 0, text: `$ ${command}`, style: 'bold' }]];
  if (begin > 0) lines.push([{ at: 0, text: '…', style: 'dim' }]);
  lines.push(...kept.slice(begin).map(runsOf));
  while (lines.at(-1)?.length === 0) lines.pop();
  const [width, height] = [columns * signWidth + 2 * margin, lines.length * lineHeight + 2 * margin];
  const rows = lines.map(
    (runs, row) => `<text y="${margin + row * lineHeight + size}">${runs.map(drawn).join('')}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escaped(title)}</title>
<style>text{font:${size}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}.bold{font-weight:700}.dim{opacity:.8}${style(0)}@media(prefers-color-scheme:dark){${style(1)}}</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
${rows.join('\n')}
</svg>
`;
}

const plain = (text: string) =>
  text
    .replace(/<[^>]*>/g, '')
    .replace(/&(\w+);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name as string] ?? '');

/** What a picture shows: its title, and its lines without the command. */
export function wordsOf(picture: string): { title: string; command: string; lines: string[] } {
  const [title = '', command = '', ...lines] = [
    ...picture.matchAll(/^<(?:title|text)\b.*<\/(?:title|text)>$/gm),
  ].map(([row]) => plain(row));
  return { title, command: command.replace('$ ', ''), lines: lines.filter((line) => line !== '…') };
}

/** How long things took differs, which of them were long, what clients of a busy machine have measured, and which lab it is. */
const words = (lines: readonly string[]) =>
  lines
    .join(' ')
    .replace(/\s+/g, ' ')
    .replaceAll(' stand-in (EL tools on Debian userland)', '')
    .replace(/(warning: )?VIP \S+ \(\S+\) from laptop: [^✔]*/g, '')
    .replace(/\(\d[\d.]* ?(ms|s|m|min|h)\b[^)]*\)/g, '')
    .replace(/(\d+(\.\d+)? ?(ms|s|m|min|h)\b ?)+/g, '0 s ')
    .replace(/\d+(\.\d+)?/g, '0')
    .trim()
    .split(/\s+/);

/** A row of the live view with a step that may be over before a screen shows it: `fred commit 3/11 create /etc/motd 0.0s`. */
const step = /^(.* \d+\/\d+) [a-z]+ (.+) [\d.]+m?s$/;

/**
 * The first line of a picture, taken while a program is at work, that its terminal never shows; it is given all that came. Which of
 * the quick steps a screen catches is chance: of such a row another step will do, where the plan has this one.
 */
export function neverShown(lines: readonly string[], raw: string): string | undefined {
  const came = raw.replace(/\x1b\[[\d;?]*[a-zA-Z]/g, '');
  const still = (line: string) => {
    const row = line.trimEnd().replace(/^[\u2800-\u28ff] /, '');
    return words([row.replace(step, '$1')]).join(' ');
  };
  const shown = new Set(came.split(/[\r\n]+/).map(still));
  const isPlanned = (line: string) => came.includes(step.exec(line.trimEnd())?.[2] ?? '');
  return lines.find((line) => !shown.has(still(line)) || !isPlanned(line));
}

/** The first words of a picture that a terminal shows no more; numbers may be others. */
export function staleIn(lines: readonly string[], printed: readonly string[]): string | undefined {
  const wanted = words(lines);
  const found = words(printed).slice(-wanted.length);
  const at = wanted.findIndex((word, index) => word !== found[index]);
  return at < 0
    ? undefined
    : `${wanted.slice(at, at + 8).join(' ')}, but ${found.slice(at, at + 8).join(' ')}`;
}
