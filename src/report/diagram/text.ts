import pc from 'picocolors';
import type { Level } from '../../status/status';
import { padTo, paragraph, wrapToWidth } from '../../text/fit';
import type { TextOptions } from '../change-text';
import { allVisible, marks, paints } from '../level';
import { type Diagram, type Edge, type Machine, type MachineFunction, type Node, nodesOf } from './diagram';
import { titleOf } from './measure';

/** A line before it is coloured: pieces, each with the level that colours it. */
type Row = { text: string; level?: Level }[];

const LEAST_MACHINE = 36;
const MOST_MACHINE = 60;

/**
 * The diagram as text: client, addresses with their holders, then the machines, side by side where they fit. No line is
 * wider than the terminal. No newline at the end.
 */
export function renderDiagramText(diagram: Diagram, options: TextOptions): string {
  const shown = allVisible(diagram);
  const { bold, dim } = pc.createColors(options.color);
  const paint = (row: Row) => paintRow(row, options.color);
  const { columns } = options;
  const { name, now } = shown;
  const head = [
    ...paragraph('', now ? name : `${name}: the way of a packet`, columns, 2).map(bold),
    ...(now
      ? paragraph(`${marks[now.level]} `, now.headline, columns).map(paints(options.color)[now.level])
      : []),
  ];
  const machines = machineRows(shown, columns).map(paint);
  const legend = `── solid: a machine, or the way; ╌╌ dashed: what it does, or a way not taken ${now ? 'now' : 'while all is well'}`;
  return [
    head.join('\n'),
    [...shown.addresses.flatMap((part) => ['', ...addressRows(part, shown, columns).map(paint)])]
      .slice(1)
      .join('\n'),
    machines.join('\n'),
    wrapToWidth(legend, columns).map(dim).join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function paintRow(row: Row, color: boolean): string {
  const paint = paints(color);
  return row
    .map(({ text, level }) => (level ? paint[level](text) : text))
    .join('')
    .trimEnd();
}

/** The way from the client through its ports to the address, and on to the members. */
function addressRows(part: Node, diagram: Diagram, columns: number): Row[] {
  const parts = nodesOf(diagram);
  const into = diagram.ways.filter(({ to }) => to === part.id);
  const out = diagram.ways.filter(({ from }) => from === part.id);
  const entrance = into.length > 0 ? [[{ text: diagram.client.name }]] : [];
  const title = [titleOf(part), ...part.lines].join('  ');
  return [
    ...entrance,
    ...into.flatMap(({ label, level }) =>
      paragraph('  │ ', label, columns).map(
        (text, index): Row => [{ text: index === 0 ? text : `  │${text.slice(3)}`, level }],
      ),
    ),
    ...(into.length > 0 ? [[{ text: '  ▼' }]] : []),
    ...paragraph('', title, columns, 2).map((text): Row => [{ text, level: part.level }]),
    ...out.flatMap((way, index) => {
      const machine = diagram.machines.find(({ functions }) => functions.some(({ id }) => id === way.to));
      const to = `${parts.get(way.to)?.name ?? ''} on ${machine?.name ?? ''}`;
      const corner = index === out.length - 1 ? '└' : '├';
      const head = `  ${corner}${arrow(way)} `;
      return paragraph(head, [to, way.label].filter(Boolean).join(', '), columns).map(
        (text): Row => [{ text, level: way.level }],
      );
    }),
  ];
}

const arrow = ({ standby }: Edge) => (standby ? '╌╌▷' : '──▶');

function machineRows(diagram: Diagram, columns: number): Row[] {
  const beside = Math.max(1, Math.floor((columns + 2) / (LEAST_MACHINE + 2)));
  const each = Math.min(beside, diagram.machines.length || 1);
  const width = Math.min(MOST_MACHINE, Math.floor((columns + 2) / each) - 2);
  const rows: Row[] = [];
  for (let index = 0; index < diagram.machines.length; index += each) {
    const blocks = diagram.machines
      .slice(index, index + each)
      .map((one) => machineBlock(one, diagram, width));
    const height = Math.max(...blocks.map(({ length }) => length));
    if (index > 0) rows.push([]);
    for (let line = 0; line < height; line += 1)
      rows.push(
        blocks.flatMap((block) => [...(block[line] ?? [{ text: ' '.repeat(width) }]), { text: '  ' }]),
      );
  }
  return rows;
}

/** A machine as a solid box, `width` columns wide. */
function machineBlock(machine: Machine, diagram: Diagram, width: number): Row[] {
  const inner = width - 4;
  const { level } = machine;
  const frame = (row: Row): Row => [{ text: '│ ', level }, ...row, { text: ' │', level }];
  const title = wrapToWidth([titleOf(machine), ...machine.lines].join('  '), inner);
  return [
    [{ text: `┌${'─'.repeat(width - 2)}┐`, level }],
    ...title.map((text) => frame([{ text: padTo(text, inner), level }])),
    ...machine.functions.flatMap((one) => functionBlock(one, diagram, inner).map(frame)),
    [{ text: `└${'─'.repeat(width - 2)}┘`, level }],
  ];
}

/** A function as a dashed box, with the arrows that begin in it. */
function functionBlock(part: MachineFunction, diagram: Diagram, width: number): Row[] {
  const inner = width - 4;
  const { level } = part;
  const texts = [titleOf(part), ...portsOf(part, diagram), ...part.lines].join(', ');
  const ways = diagram.ways.filter(({ from }) => from === part.id);
  const rows = [
    ...paragraph('', texts, inner, 2).map((text) => ({ text, level })),
    ...ways.flatMap((way) =>
      paragraph(`${arrow(way)} `, nameOf(way, diagram), inner).map((text) => ({ text, level: way.level })),
    ),
  ];
  return [
    [{ text: `┌${'╌'.repeat(width - 2)}┐`, level }],
    ...rows.map(
      (row): Row => [
        { text: '╎ ', level },
        { ...row, text: padTo(row.text, inner) },
        { text: ' ╎', level },
      ],
    ),
    [{ text: `└${'╌'.repeat(width - 2)}┘`, level }],
  ];
}

function portsOf({ kind, id }: MachineFunction, { ways }: Diagram): string[] {
  if (kind !== 'service') return [];
  return [...new Set(ways.filter(({ to }) => to === id).map(({ label }) => `port ${label}`))];
}

/** Where an arrow ends: `✓ site on lucy, 8080`. */
function nameOf({ to, label, level }: Edge, { machines }: Diagram): string {
  const machine = machines.find(({ functions }) => functions.some(({ id }) => id === to));
  const part = machine?.functions.find(({ id }) => id === to);
  const name = `${part?.name ?? ''} on ${machine?.name ?? ''}, ${label}`;
  return level ? `${marks[level]} ${name}` : name;
}
