// The figures as Markdown and as a plot.

const figure = (value, digits) => (value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits));
const kilobytes = (bytes) => (bytes === undefined ? '–' : (bytes / 1000).toFixed(1));

/** @param section a title, a sentence `about` it, and rows as `contest` gives them; those with `floor` are 1.00 × */
function table({ title, about, rows }) {
  const floorOf = (row) => rows.find(({ name }) => name === row.against) ?? rows.find(({ floor }) => floor);
  const isCounted = rows.some(({ counts }) => counts);
  const head = ['', 'wall, s', 'times', 'CPU of the client, s', 'CPU of a host, s', 'memory, MiB'];
  if (isCounted) head.push('kB up, down', 'round trips');
  head.push('rounds');
  const lines = rows.map((row) => {
    const floor = floorOf(row);
    const ratio = floor?.wall === undefined || row.wall === undefined ? undefined : row.wall / floor.wall;
    const cells = [
      row.name,
      figure(row.wall, 2),
      figure(ratio, 2),
      figure(row.cpu, 2),
      figure(row.hostCpu, 2),
      figure(row.memory, 0),
    ];
    if (isCounted)
      cells.push(
        row.counts ? `${kilobytes(row.counts.up)}, ${kilobytes(row.counts.down)}` : '–',
        row.counts ? String(Math.round(row.counts.turns)) : '–',
      );
    cells.push(`${row.rounds}${row.failed > 0 ? `, ${row.failed} failed` : ''}`);
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `### ${title}`,
    '',
    ...(about ? [about, ''] : []),
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...lines,
    '',
  ].join('\n');
}

export const markdown = (sections, machine) =>
  [
    '## Figures',
    '',
    machine,
    '',
    'Medians. “Times” is against the first row, or against the row that the section names; what failed is not in a median.',
    '',
    '![wall times](performance.svg)',
    '',
    ...sections.map(table),
  ].join('\n');

const inXml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Bars of wall times, each section to its own scale. */
export function plot(sections) {
  const [left, width, row] = [270, 420, 18];
  const parts = [];
  let y = 10;
  for (const { title, rows } of sections) {
    const drawn = rows.filter(({ wall }) => wall !== undefined);
    if (drawn.length === 0) continue;
    const most = Math.max(...drawn.map(({ wall }) => wall));
    parts.push(`<text x="10" y="${y + 13}" class="head">${inXml(title)}</text>`);
    y += row + 4;
    for (const { name, wall } of drawn) {
      const isOwn = name.startsWith('haprov');
      const long = Math.max(1, (wall / most) * width);
      parts.push(
        `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${inXml(name)}</text>`,
        `<rect x="${left}" y="${y + 2}" width="${long.toFixed(1)}" height="${row - 5}" class="${isOwn ? 'own' : 'other'}"/>`,
        `<text x="${(left + long + 6).toFixed(1)}" y="${y + 12}">${wall.toFixed(2)} s</text>`,
      );
      y += row;
    }
    y += 12;
  }
  const style =
    'text{font:12px sans-serif;fill:#333}.head{font-weight:bold}.own{fill:#2a6fb0}.other{fill:#b5bcc4}svg{background:#fff}';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="780" height="${y}" viewBox="0 0 780 ${y}"><style>${style}</style><rect width="780" height="${y}" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`;
}
