import pc from 'picocolors';
import type { Component, ComponentState, HostStatus } from '../status/status';
import { cutWords, padTo, paragraph, wrapToWidth } from '../text/fit';
import { cutToWidth, displayWidth } from '../text/format';
import type { TextOptions } from './change-text';
import { marks, paints } from './level';

/** The rows' titles, in the order in which one component depends on those before it. */
const rowTitles: Record<Component, string> = {
  ssh: 'SSH',
  disk: 'disk',
  packages: 'packages',
  sysctl: 'sysctl',
  firewall: 'firewall',
  selinux: 'SELinux',
  keepalived: 'keepalived',
  vip: 'VIP',
  haproxy: 'HAProxy',
  service: 'service',
  backend: 'backends',
  certificate: 'certificate',
  configuration: 'configuration',
};
const ordered = Object.keys(rowTitles) as Component[];

/** The columns that a cell needs at least. */
const LEAST_CELL = 22;

/**
 * A row for each component, a column for each host; hosts that do not fit side by side come below. Folded, components that
 * are well on all hosts share a line, except for those about VIPs.
 */
export function renderHostTable(
  hosts: readonly HostStatus[],
  options: TextOptions,
  isFolded = false,
): string[] {
  const titleWidth = Math.min(15, Math.floor(options.columns * 0.4));
  const fitting = Math.max(1, Math.floor((options.columns - titleWidth) / LEAST_CELL));
  const groups = Math.ceil(hosts.length / fitting);
  const each = Math.ceil(hosts.length / Math.max(1, groups));
  const width = Math.floor((options.columns - titleWidth) / Math.max(1, each));
  const there = ordered.filter((component) => hosts.some((host) => stateOf(host, component)));
  const well = isFolded ? there.filter((component) => !pairs.has(component) && isWell(hosts, component)) : [];
  const shown = there.filter((component) => !well.includes(component));
  const table = Array.from({ length: groups }, (_, index) => {
    const rows = renderGroup(
      hosts.slice(index * each, (index + 1) * each),
      shown,
      { titleWidth, width },
      options,
    );
    return index === 0 || isFolded ? rows : ['', ...rows];
  }).flat();
  return well.length === 0
    ? table
    : [...table, ...paragraph(`${marks.ok} `, well.map((one) => rowTitles[one]).join(', '), options.columns)];
}

/** Components that differ from host to host also where all is well. */
const pairs: ReadonlySet<Component> = new Set(['keepalived', 'vip']);

const isWell = (hosts: readonly HostStatus[], component: Component) =>
  hosts.every((host) => (stateOf(host, component)?.level ?? 'ok') === 'ok');

function renderGroup(
  hosts: readonly HostStatus[],
  components: readonly Component[],
  { titleWidth, width }: { titleWidth: number; width: number },
  { color }: TextOptions,
): string[] {
  const { bold } = pc.createColors(color);
  const head = hosts.map((host) => bold(padTo(titleOf(host, width - 1), width))).join('');
  const rows = components
    .filter((component) => hosts.some((host) => stateOf(host, component)))
    .flatMap((component) => {
      const cells = hosts.map((host) => renderCell(stateOf(host, component), width - 1, color));
      const height = Math.max(...cells.map(({ length }) => length));
      return Array.from({ length: height }, (_, line) => {
        const title = line === 0 ? cutToWidth(rowTitles[component], titleWidth - 1) : '';
        const row = cells.map((cell) => {
          const { text, paint } = cell[line] ?? { text: '', paint: String };
          return `${paint(text)}${' '.repeat(width - displayWidth(text))}`;
        });
        return `${padTo(title, titleWidth)}${row.join('')}`.trimEnd();
      });
    });
  return [`${' '.repeat(titleWidth)}${head}`.trimEnd(), ...rows];
}

const stateOf = ({ components }: HostStatus, component: Component) =>
  components.find((state) => state.component === component);

/** A host's title, with address and OS where they fit. */
function titleOf({ host, address, os, drained }: HostStatus, width: number): string {
  const rest = drained ? ', drained' : '';
  const fitting = [`${host} ${address} ${os}`, `${host} ${address}`, host]
    .map((title) => `${title.trim()}${rest}`)
    .find((title) => displayWidth(title) <= width);
  return fitting ?? `${cutToWidth(host, width - rest.length)}${rest}`;
}

/** A component's cell: one line where it is well, otherwise as many as it needs. */
function renderCell(
  state: ComponentState | undefined,
  width: number,
  color: boolean,
): { text: string; paint: (text: string) => string }[] {
  if (!state) return [];
  const { level, text } = state;
  const paint = paints(color)[level];
  const mark = marks[level];
  if (level === 'ok') {
    const said = cutToWidth(`${mark} ${cutWords(text, width - 2)}`, width);
    return [{ text: said, paint: (row) => row.replace(mark, paint) }];
  }
  return wrapToWidth(text, Math.max(1, width - 2)).map((row, index) => ({
    text: cutToWidth(`${index === 0 ? mark : ' '} ${row}`.trimEnd(), width),
    paint,
  }));
}
