import type { Level } from '../../status/status';
import { allVisible, marks } from '../level';
import type { Diagram, Edge, Machine, Node } from './diagram';
import { titleOf } from './measure';

/** The colours of the SVG, readable on light and dark backgrounds. */
const colours: Record<Level, string> = {
  ok: '#2da44e',
  note: '#3987e5',
  unknown: '#9a6dd7',
  warning: '#bf8700',
  broken: '#e5534b',
};

/** The diagram as a Mermaid flowchart: a machine is a subgraph. No newline at the end. */
export function renderMermaid(diagram: Diagram): string {
  const shown = allVisible(diagram);
  const { name, now, client, addresses, machines, ways } = shown;
  const levels = Object.keys(colours) as Level[];
  return [
    '---',
    `title: ${JSON.stringify(titleText(name, now))}`,
    '---',
    'flowchart LR',
    `  ${client.id}([${label(client)}])`,
    ...addresses.map((part) => `  ${part.id}[${label(part)}]`),
    ...machines.flatMap(machineRows),
    ...ways.map((way) => `  ${wayRow(way)}`),
    '  classDef function stroke-dasharray:5 4',
    ...(now ? levels.map((level) => `  classDef ${level} stroke:${colours[level]},stroke-width:2px`) : []),
    ...classRow(
      'function',
      machines.flatMap(({ functions }) => functions),
    ),
    ...levels.flatMap((level) =>
      classRow(
        level,
        [...addresses, ...machines.flatMap((one) => [one, ...one.functions])].filter(
          (part) => part.level === level,
        ),
      ),
    ),
    ...levels.flatMap((level) => linkRow(level, ways)),
  ].join('\n');
}

/** The title without characters that mean something to Mermaid; it goes into YAML as a JSON string. */
function titleText(name: string, now: Diagram['now']): string {
  return `${name}${now ? `: ${marks[now.level]} ${now.headline}` : ': the way of a packet'}`.replace(
    /[#;<>&%]/g,
    ' ',
  );
}

function machineRows(machine: Machine): string[] {
  const { id, functions } = machine;
  if (functions.length === 0) return [`  ${id}[${label(machine)}]`];
  // Mermaid has room for one line in a subgraph's title.
  return [
    `  subgraph ${id}[${label(machine, ', ')}]`,
    ...functions.map((part) => `    ${part.id}[${label(part)}]`),
    '  end',
  ];
}

/** A node's lines, quoted. */
function label(part: Node, between = '<br/>'): string {
  return `"${[titleOf(part), ...part.lines].map(quote).join(between)}"`;
}

function wayRow({ from, to, label: text, standby }: Edge): string {
  const said = text ? `|"${quote(text)}"|` : '';
  return `${from} ${standby ? '-.->' : '-->'}${said} ${to}`;
}

const classRow = (name: string, parts: readonly Node[]) =>
  parts.length > 0 ? [`  class ${parts.map(({ id }) => id).join(',')} ${name}`] : [];

/** The style of all arrows with a level, by their numbers: Mermaid counts arrows in the order of the text. */
function linkRow(level: Level, ways: readonly Edge[]): string[] {
  const numbers = ways.flatMap((way, index) => (way.level === level ? [index] : []));
  return numbers.length > 0 ? [`  linkStyle ${numbers.join(',')} stroke:${colours[level]}`] : [];
}

/**
 * Replaces all but safe characters with character codes: quotes, what Mermaid would take for Markdown or HTML, and what
 * would make a beginning number or dash a list.
 */
function quote(text: string): string {
  const code = (character: string) => `#${character.codePointAt(0)};`;
  return text.replace(/[^\p{L}\p{M}\p{N} .,:()/?!|=@✓✗·…→-]/gu, code).replace(/(?<=^\d*)[.)+-](?= )/u, code);
}
