import type { Level } from '../../status/status';
import type { Diagram, Edge, Machine, Node } from './diagram';
import { cutTo, FONT_SIZE, PADDING, ROW, rowsOf, titleOf, widthFor } from './measure';

/** A box in pixels, its texts wrapped and placed. */
export interface Box {
  id: string;
  kind: 'client' | 'address' | 'machine' | 'function';
  x: number;
  y: number;
  width: number;
  height: number;
  level?: Level;
  /** `x` is the text's left edge, `y` its baseline. */
  texts: { text: string; strong: boolean; x: number; y: number }[];
}

/** A curve from (x, y) to (bend, tipY), then a line to (tipX, tipY) with the label above it. */
export interface Arrow {
  x: number;
  y: number;
  bend: number;
  tipX: number;
  tipY: number;
  label?: { text: string; x: number; y: number };
  standby: boolean;
  level?: Level;
}

/** All boxes and arrows, and the size of the drawing in pixels. */
interface Layout {
  width: number;
  height: number;
  boxes: Box[];
  arrows: Arrow[];
}

const GAP = 20;
const CURVE = 70;
/** The distance between arrows that end at the same box. */
const SLOT = 24;
const LABEL_MARGIN = 12;
/** The distance between a machine's border and its functions. */
const INSET = 14;

/** A column: `from` is the left edge of its boxes, `labels` the width of the arrows' labels before them. */
interface Column {
  from: number;
  width: number;
  labels: number;
}

/**
 * Lays out four columns, left to right in the order of the packet: client, addresses, balancers, servers. A machine that
 * balances and serves takes the last two. Between two columns are only arrows, which end horizontally, each with its label
 * above, so that nothing overlaps whatever the names are.
 */
export function layOut(diagram: Diagram): Layout {
  const columns = columnsOf(diagram);
  const slots = slotsOf(diagram.ways);
  const machines = placeMachines(diagram, columns, slots);
  const below = Math.max(0, ...machines.map(bottomOf));
  const addresses = stack(
    diagram.addresses.map((part) => box('address', part, columns.addresses, slots)),
    GAP,
  );
  const client = box('client', diagram.client, columns.client, slots);
  const height = Math.max(below, client.height, ...addresses.map(bottomOf));
  const boxes = [
    ...centred([client], height),
    ...centred(addresses, height),
    ...moved(machines, (height - below) / 2),
  ];
  const last = machines.length > 0 ? columns.serves.from + columns.serves.width + INSET : 0;
  const isServing = diagram.machines.some((machine) => servicesOf(machine).length > 0);
  const right = isServing ? last : Math.max(...boxes.map(({ x, width }) => x + width));
  return {
    width: Math.ceil(right),
    height: Math.ceil(height),
    boxes,
    arrows: diagram.ways.flatMap((way) => arrowOf(way, diagram.ways, { boxes, slots, columns })),
  };
}

const balancingOf = ({ functions }: Machine) => functions.filter(({ kind }) => kind !== 'service');
const servicesOf = ({ functions }: Machine) => functions.filter(({ kind }) => kind === 'service');
const bottomOf = ({ y, height }: Box) => y + height;

type Columns = Record<'client' | 'addresses' | 'balances' | 'serves', Column>;

function columnsOf({ client, addresses, machines, ways }: Diagram): Columns {
  const column = (
    after: Column | undefined,
    parts: readonly Node[],
    [least, most]: readonly [number, number],
    margin = 0,
  ) => {
    const ids = new Set(parts.map(({ id }) => id));
    const labels = ways.filter(({ to }) => ids.has(to)).map(({ label }) => label);
    const texts = parts.flatMap((part) => [titleOf(part), ...part.lines]);
    const isLinked = labels.length > 0;
    const labelWidth = isLinked ? widthFor(labels, 20, 230) + LABEL_MARGIN : 0;
    const from = after
      ? after.from + after.width + 2 * margin + (isLinked ? CURVE : GAP) + labelWidth
      : margin;
    return { from, width: widthFor(texts, least, most) + 2 * PADDING, labels: labelWidth };
  };
  const balancing = machines.filter((machine) => balancingOf(machine).length > 0);
  const serving = machines.filter((machine) => balancingOf(machine).length === 0);
  const left = column(undefined, [client], [60, 120]);
  const middle = column(left, addresses, [110, 310]);
  const balances = column(middle, [...balancing, ...balancing.flatMap(balancingOf)], [130, 310], INSET);
  const serves = column(balances, [...serving, ...machines.flatMap(servicesOf)], [110, 310], INSET);
  return { client: left, addresses: middle, balances, serves };
}

/** Box id → labels of its arrows: arrows with the same label end at the same place. */
type Slots = ReadonlyMap<string, readonly string[]>;

function slotsOf(ways: readonly Edge[]): Slots {
  const slots = new Map<string, string[]>();
  for (const { to, label } of ways) {
    const known = slots.get(to) ?? [];
    if (!known.includes(label)) slots.set(to, [...known, label]);
  }
  return slots;
}

/** Makes a box at the column's left edge. */
function box(kind: Box['kind'], part: Node, { from, width }: Column, slots: Slots, top = 0): Box {
  const rows = rowsOf(part, width - 2 * PADDING);
  const height = Math.max(rows.length * ROW + 2 * PADDING - 4, (slots.get(part.id)?.length ?? 0) * SLOT);
  const first = top + (height - rows.length * ROW) / 2 + FONT_SIZE;
  return {
    id: part.id,
    kind,
    x: from,
    y: top,
    width,
    height,
    ...(part.level ? { level: part.level } : {}),
    texts: rows.map((row, index) => ({ ...row, x: from + PADDING, y: first + index * ROW })),
  };
}

/** Machines that balance and serve come first, over both columns; the others below them, in their own. */
function placeMachines({ machines }: Diagram, columns: Columns, slots: Slots): Box[] {
  const groups = machines.map((machine) => ({ machine, boxes: machineBoxes(machine, columns, slots) }));
  const has = (part: typeof balancingOf, machine: Machine) => part(machine).length > 0;
  const both = groups.filter(({ machine }) => has(balancingOf, machine) && has(servicesOf, machine));
  const balancing = groups.filter(({ machine }) => has(balancingOf, machine) && !has(servicesOf, machine));
  const serving = groups.filter(({ machine }) => !has(balancingOf, machine));
  const pile = (of: typeof groups) => stackGroups(of.map(({ boxes }) => boxes));
  const above = pile(both);
  const sides = [pile(balancing), pile(serving)];
  const height = Math.max(0, ...sides.flat().map(bottomOf));
  const top = above.length > 0 ? Math.max(...above.map(bottomOf)) + GAP : 0;
  return [...above, ...sides.flatMap((side) => moved(centred(side, height), top))];
}

/** The machine's box, then those in it: its name on top, below it the functions of each column. */
function machineBoxes(machine: Machine, { balances, serves }: Columns, slots: Slots): Box[] {
  const first = balancingOf(machine).length > 0 ? balances : serves;
  const last = servicesOf(machine).length > 0 ? serves : first;
  const head = box('machine', machine, first, new Map());
  const inside = (parts: readonly Node[], column: Column) =>
    moved(
      stack(
        parts.map((part) => box('function', part, column, slots)),
        10,
      ),
      head.height,
    );
  const functions = [...inside(balancingOf(machine), balances), ...inside(servicesOf(machine), serves)];
  const whole: Box = {
    ...head,
    x: first.from - INSET,
    width: last.from + last.width - first.from + 2 * INSET,
    height: Math.max(head.height, ...functions.map((one) => bottomOf(one) + INSET)),
    texts: head.texts.map((text) => ({ ...text, x: first.from })),
  };
  return [whole, ...functions];
}

function stack(boxes: readonly Box[], gap: number): Box[] {
  return stackGroups(
    boxes.map((one) => [one]),
    gap,
  );
}

function stackGroups(groups: readonly Box[][], gap = GAP): Box[] {
  let top = 0;
  return groups.flatMap((boxes) => {
    const placed = moved(boxes, top);
    top = Math.max(...placed.map(bottomOf)) + gap;
    return placed;
  });
}

function centred(boxes: readonly Box[], height: number): Box[] {
  return moved(boxes, (height - Math.max(0, ...boxes.map(bottomOf))) / 2);
}

function moved(boxes: readonly Box[], by: number): Box[] {
  return boxes.map((one) => ({
    ...one,
    y: one.y + by,
    texts: one.texts.map((text) => ({ ...text, y: text.y + by })),
  }));
}

function arrowOf(
  way: Edge,
  ways: readonly Edge[],
  { boxes, slots, columns }: { boxes: readonly Box[]; slots: Slots; columns: Columns },
): Arrow[] {
  const from = boxes.find(({ id }) => id === way.from);
  const to = boxes.find(({ id }) => id === way.to);
  if (!from || !to) return [];
  const labels = slots.get(way.to) ?? [];
  const { labels: space } = Object.values(columns).find((column) => column.from === to.x) ?? { labels: 0 };
  const margin = to.kind === 'function' ? INSET : 0;
  const tipY = to.y + to.height / 2 + (labels.indexOf(way.label) - (labels.length - 1) / 2) * SLOT;
  const bend = to.x - margin - space;
  // Arrows that end at the same place share one label.
  const isFirst = ways.find(({ to, label }) => to === way.to && label === way.label) === way;
  const text = isFirst ? cutTo(way.label, space - LABEL_MARGIN) : '';
  return [
    {
      x: from.x + from.width,
      y: from.y + from.height / 2,
      bend,
      tipX: to.x,
      tipY,
      ...(text ? { label: { text, x: bend + 4, y: tipY - 5 } } : {}),
      standby: way.standby,
      ...(way.level ? { level: way.level } : {}),
    },
  ];
}
