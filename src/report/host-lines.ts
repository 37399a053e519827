import pc from 'picocolors';
import { padTo } from '../text/fit';
import { cutToWidth, displayWidth, visible, visibleLines } from '../text/format';
import type { TextOptions } from './change-text';

type Painter = (host: string, lines: string) => string;

/** Gives what puts the name of its host before each whole line, in a colour of its own, the names to one width, at most a third of the screen. */
export function hostLines(hosts: readonly string[], { color, columns }: TextOptions): Painter {
  const colors = pc.createColors(color);
  const paints = [colors.cyan, colors.yellow, colors.magenta, colors.green, colors.blue];
  const most = Math.max(4, Math.floor(columns / 3));
  const names = hosts.map((host) => cutToWidth(visible(host), most));
  const width = Math.max(0, ...names.map(displayWidth));
  const heads = new Map(
    hosts.map((host, at) => {
      const paint = paints[at % paints.length] ?? String;
      return [host, paint(padTo(`${names[at]}:`, width + 1))];
    }),
  );
  return (host, lines) =>
    visibleLines(lines).replace(/[^\n]*\n/g, (line) => `${heads.get(host) ?? `${host}:`} ${line}`);
}
