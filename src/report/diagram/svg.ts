import type { Level } from '../../status/status';
import { allVisible, marks } from '../level';
import { type Diagram, type Node, nodesOf } from './diagram';
import { type Arrow, type Box, layOut } from './layout';
import { FONT_SIZE, ROW, rowsOf } from './measure';
import { style } from './svg-style';

const MARGIN = 24;
const LEAST_WIDTH = 560;

/**
 * The diagram as one SVG without scripts, fonts or other files; dark where the reader prefers that. A page may include it,
 * because its style rules apply to itself only. No newline at the end.
 */
export function renderSvg(diagram: Diagram): string {
  const shown = allVisible(diagram);
  const layout = layOut(shown);
  const width = Math.max(LEAST_WIDTH, layout.width + 2 * MARGIN);
  const head = headOf(shown, width - 2 * MARGIN);
  const legend = legendOf(shown, width - 2 * MARGIN);
  const top = MARGIN + head.length * ROW + 16;
  const left = (width - layout.width) / 2;
  const foot = top + layout.height + 28;
  const height = foot + legend.length * ROW + MARGIN - ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="haprov-diagram" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">`,
    `<title>${escapeXml(`${shown.name}: the way of a packet`)}</title>`,
    `<desc>${escapeXml(inWords(shown))}</desc>`,
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...head.map(({ text, strong }, index) =>
      textAt(text, MARGIN, MARGIN + FONT_SIZE + index * ROW, [
        strong ? 'strong' : 'text',
        index > 0 && shown.now ? shown.now.level : '',
      ]),
    ),
    `<g transform="translate(${left} ${top})">`,
    ...layout.boxes.filter(({ kind }) => kind === 'machine').map(drawBox),
    ...byWeight(layout.arrows).map(drawArrow),
    ...layout.boxes.filter(({ kind }) => kind !== 'machine').map(drawBox),
    '</g>',
    ...legend.map(({ text }, index) => textAt(text, MARGIN, foot + index * ROW, ['faint'])),
    '</svg>',
  ].join('\n');
}

function headOf({ name, now }: Diagram, width: number): ReturnType<typeof rowsOf> {
  const lines = now ? [`${marks[now.level]} ${now.headline}`] : [];
  return rowsOf({ id: '', name, lines }, width);
}

function legendOf({ now }: Diagram, width: number): ReturnType<typeof rowsOf> {
  const what = 'solid box: a machine; dashed box: what it does; dashed arrow: not taken';
  const levels = (Object.keys(marks) as Level[]).map((level) => `${marks[level]} ${level}`).join('  ');
  const lines = now ? [`${what} now`, levels, now.at] : [`${what} while all is well`];
  return rowsOf({ id: '', name: '', lines }, width).filter(({ text }) => text !== '');
}

/** Arrows in drawing order: dashed and healthy ones first, so that the others lie above them. */
function byWeight(arrows: readonly Arrow[]): Arrow[] {
  const weights: Level[] = ['ok', 'note', 'unknown', 'warning', 'broken'];
  const weight = ({ standby, level }: Arrow) => weights.indexOf(level ?? 'ok') * 2 + (standby ? 0 : 1);
  return [...arrows].sort((a, b) => weight(a) - weight(b));
}

function drawBox({ kind, x, y, width, height, level, texts }: Box): string {
  const radius = kind === 'client' ? Math.min(18, height / 2) : 4;
  return [
    `<g class="${['box', kind, level ?? ''].join(' ').trim()}">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`,
    ...texts.map((one) => textAt(one.text, one.x, one.y, [one.strong ? 'strong' : 'text'])),
    '</g>',
  ].join('');
}

function drawArrow({ x, y, bend, tipX, tipY, label, standby, level }: Arrow): string {
  const middle = (x + bend) / 2;
  const line = `M${x} ${y}C${middle} ${y} ${middle} ${tipY} ${bend} ${tipY}L${tipX - 8} ${tipY}`;
  const head = `M${tipX} ${tipY}l-9 -4.5v9z`;
  return [
    `<g class="${['way', standby ? 'standby' : '', level ?? ''].filter(Boolean).join(' ')}">`,
    `<path class="line" d="${line}"/><path class="head" d="${head}"/>`,
    label ? textAt(label.text, label.x, label.y, ['label']) : '',
    '</g>',
  ].join('');
}

function textAt(text: string, x: number, y: number, classes: readonly string[]): string {
  return `<text x="${x}" y="${y}" class="${classes.join(' ').trim()}">${escapeXml(text)}</text>`;
}

/** Each arrow in words, for readers who cannot see the image. */
function inWords(diagram: Diagram): string {
  const parts = nodesOf(diagram);
  const owner = new Map(
    diagram.machines.flatMap((machine) => machine.functions.map(({ id }) => [id, machine.name] as const)),
  );
  const nameOf = (id: string) => {
    const on = owner.get(id);
    const part: Node | undefined = parts.get(id);
    return `${part?.name ?? ''}${on === undefined ? '' : ` on ${on}`}${part?.level ? ` (${part.level})` : ''}`;
  };
  const ways = diagram.ways.map(({ from, to, label, standby, level }) => {
    const notes = [label, standby ? 'standby' : '', level ?? ''].filter(Boolean).join(', ');
    return `${nameOf(from)} to ${nameOf(to)}${notes && `: ${notes}`}.`;
  });
  return [...(diagram.now ? [diagram.now.headline] : []), ...ways].join('\n');
}

/** Escapes a text for XML 1.0; its control characters have been made visible before. */
function escapeXml(text: string): string {
  return text
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
