import pc from 'picocolors';
import type { LogEntry } from '../ask/log-entry';
import { padTo } from '../text/fit';
import { cutToWidth, displayWidth, hang, visible, visibleLines } from '../text/format';
import type { TextOptions } from './change-text';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number, width = 2) => String(number).padStart(width, '0');

/** Gives what makes a line of an entry, as journalctl does: time of this machine's zone, host, program, message. */
export function entryLines(
  hosts: readonly string[],
  { color, columns }: TextOptions,
): (entry: LogEntry, at: Date) => string {
  const { cyan, yellow, magenta, green, blue, red } = pc.createColors(color);
  const paints = [cyan, magenta, green, blue, yellow];
  const most = Math.max(4, Math.floor(columns / 3));
  const width = Math.max(0, ...hosts.map((host) => Math.min(most, displayWidth(visible(host)))));
  return ({ host, program, pid, priority = 6, message }, at) => {
    const paint = paints[hosts.indexOf(host) % paints.length] ?? String;
    const who = `${visible(program)}${pid && `[${visible(pid)}]`}:`;
    const text = hang(visibleLines(message.trimEnd()), '    ');
    const loud = priority <= 3 ? red : priority === 4 ? yellow : String;
    return `${timeText(at)} ${paint(padTo(cutToWidth(visible(host), most), width))} ${who} ${loud(text)}`;
  };
}

function timeText(at: Date): string {
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((one) => two(one)).join(':');
  return `${months[at.getMonth()]} ${two(at.getDate())} ${clock}.${two(at.getMilliseconds(), 3)}`;
}
