import type { Section } from './section';
import { statsSocketsOf } from './stats-socket';

const wanted = 'mode 600 level admin';
const line = `"stats socket /var/lib/haproxy/stats ${wanted}"`;

/** What lets a HAProxy take commands, said of a configuration that nobody has at hand. */
export const adminSocketOfAny = `give the "stats socket" line of its global section "${wanted}", in place of its mode and level; where it has none, add ${line}`;

/**
 * What lets a HAProxy take commands whose configuration has no socket at level admin. A line that is there gets the level:
 * of two lines with one path, one is not served.
 */
export function adminSocketFor(sections: readonly Section[]): string {
  const there = statsSocketsOf(sections).find(
    ({ address: { kind } }) => kind === 'unix' || kind === 'unknown',
  );
  if (!there) return `add ${line} in its global section`;
  const { directive, options } = there;
  const instead = ['mode', 'level'].filter((name) => options.has(name));
  return [
    `give the line "${directive.words.slice(0, 3).join(' ')}" at ${directive.file ? `${directive.file}:` : 'line '}${directive.line} "${wanted}"`,
    ...(instead.length > 0 ? [`in place of its ${instead.join(' and ')}`] : []),
  ].join(' ');
}
